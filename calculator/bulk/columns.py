"""How cases lie in columns: one array of whole numbers per fact, in which two numbers mark what is missing and what is unclear.

| fact | number |
|---|---|
| money | fen |
| count | as it is |
| day | days since 1970-01-01; `datetime64` is taken too |
| yes or no | 1 or 0; `bool` is taken too |
| choice | its place in `edition.choices(fact)`, from 0 |

The least number that an array's type can hold (-128 for int8; NaT) says that the value is missing, the next (-127) that it is unclear.
So -1 marks nothing: it is refused, like every number the fact cannot have. Any integer type will do; small ones are faster.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from calculator.deadline import HANDED_IN
from calculator.edition import Edition
from calculator.errors import ColumnError
from calculator.facts import FACTS, UNCLEAR, FactType, Value, fact_named

Array = NDArray[Any]
"""Whole numbers, one per row."""

Mask = NDArray[np.bool_]
"""Yes or no, one per row."""

Columns = Mapping[str, Array]
"""Arrays of one length, by fact."""

_EPOCH = date(1970, 1, 1).toordinal()
_LAST_DAY = date(9000, 12, 31)  # far enough from the last that Python knows for deadlines
_INT64 = np.iinfo(np.int64)


class Bounds(NamedTuple):
    """The least and the most that a number can be."""

    low: int
    high: int


def missing(values: Array) -> int:
    """Give the number that marks a missing value in an array of this type."""
    return int(np.iinfo(values.dtype).min)


def unclear(values: Array) -> int:
    """Give the number that marks an unclear value in an array of this type."""
    return missing(values) + 1


def number(edition: Edition, name: str, value: Value) -> int:
    """Give the number that stands for a known value of a fact or sum."""
    if isinstance(value, date):
        return value.toordinal() - _EPOCH
    if isinstance(value, str):
        return [choice.id for choice in edition.choices(name)].index(value)
    return int(value)  # type: ignore[arg-type]  # UNCLEAR is marked instead


def day(value: int) -> date:
    """Give the day that a number stands for."""
    return date.fromordinal(value + _EPOCH)


def as_column(edition: Edition, name: str, values: Iterable[Value | None]) -> Array:
    """Put the values of a fact side by side; None is a missing one. Raises FactError for a value the fact cannot have."""
    return np.fromiter((_marked(edition, name, value) for value in values), dtype=np.int64)


def bounds(edition: Edition, name: str) -> Bounds:
    """Find what the numbers of a fact can be under this edition."""
    fact = FACTS[name]
    if fact.type is FactType.YES_NO:
        return Bounds(0, 1)
    if fact.type is FactType.CHOICE:
        return Bounds(0, len(edition.choices(name)) - 1)
    low, high = (end if end is not None else other for end, other in ((fact.low, date.min), (fact.high, _LAST_DAY)))
    return Bounds(number(edition, name, low), number(edition, name, high))


def read(edition: Edition, columns: Columns) -> tuple[dict[str, Array], int]:
    """Take the columns this edition reads, as whole numbers, and how many rows there are. Raises FactError, ColumnError."""
    lengths = {name: len(values) for name, values in columns.items()}
    if len(set(lengths.values())) != 1:
        raise ColumnError("not_as_long", {name: (length,) for name, length in lengths.items()})
    wanted = {*edition.asks, *edition.claim_asks, HANDED_IN}
    read = {name: _whole(name, values) for name, values in columns.items() if fact_named(name).name in wanted}
    return read, next(iter(lengths.values()))


def are_all_known(values: Array, limits: Bounds) -> bool:
    """Tell whether no number here marks anything, and all of them can be."""
    if limits.low != 0:
        return bool(limits.low <= values.min() and values.max() <= limits.high)
    most = values.view(f"u{values.itemsize}").max()  # one look: without its sign, a number below 0 is above all that the type can hold
    return bool(most <= min(limits.high, np.iinfo(values.dtype).max))


def wrong(values: Array, limits: Bounds) -> Mask:
    """Find the numbers that neither can be true nor mark anything."""
    return ((values < limits.low) & ~marked(values)) | (values > limits.high)


def marked(values: Array) -> Mask:
    """Find what is missing or unclear."""
    if values.dtype.kind == "u":
        return np.zeros(len(values), np.bool_)
    return values <= unclear(values)


def _marked(edition: Edition, name: str, value: Value | None) -> int:
    if value is None:
        return _INT64.min
    return _INT64.min + 1 if value is UNCLEAR else number(edition, name, edition.check(name, value))


def _whole(name: str, values: Array) -> Array:
    kind = FACTS[name].type
    if values.dtype == np.bool_ and kind is FactType.YES_NO:
        return values.view(np.int8)
    if values.dtype.kind == "M" and kind is FactType.DAY:
        return values.astype("M8[D]", copy=False).view(np.int64)
    if values.dtype.kind not in "iu":
        raise ColumnError("not_whole_numbers", {name: _broken(values)})
    if values.dtype == np.uint64:  # the one type that neither fits 64 bits with a sign nor adds up with what does
        return np.minimum(values, np.uint64(_INT64.max)).astype(np.int64)
    return values


def _broken(values: Array) -> tuple[int, ...]:
    """The rows to blame: those of a float column that are no whole number, such as NaN; all, if the type itself is wrong."""
    broken = np.flatnonzero(values != np.floor(values)) if values.dtype.kind == "f" else np.arange(0)
    return tuple(broken.tolist() or range(len(values)))
