"""What awards pay, over rows in which all that they rest on is known. Amounts are exact, in parts of a fen."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import reduce
from math import gcd
from typing import Any, Final, NamedTuple, cast

import numpy as np

from calculator.amounts import LARGEST, MILLION
from calculator.awards.award import Award
from calculator.awards.banded import Band, Bands, FixedSum, RateOnWhole, SingleRate, Slices
from calculator.awards.composed import Cases, Parts
from calculator.awards.listed import Each, Fixed, Items
from calculator.bulk.columns import Array, bounds
from calculator.bulk.logic import hold
from calculator.bulk.rows import FAILED, MET, Rows
from calculator.edition import Edition

Based = RateOnWhole | FixedSum | SingleRate | Slices

Empty = Callable[[], Array]
"""Gives an array to work in."""


class Worth(NamedTuple):
    """What is paid, in an array that the caller may change, and the line of the table that says so, from 1; 0 is none."""

    exact: Array
    line: Array | None = None


def pay(award: Award, rows: Rows) -> Worth:
    """Work out what an award pays in every row, with its own cap; it means nothing where something is not known."""
    worth = _PAY[type(award)](award, rows)
    if award.cap is not None:
        np.minimum(worth.exact, min(award.cap.amount * rows.parts, np.iinfo(worth.exact.dtype).max), out=worth.exact)
    return worth


def worth(award: Based, base: Array, parts: int, empty: Empty) -> Worth:
    """Work out what each base pays, in such parts of a fen, without the award's cap."""
    if isinstance(award, SingleRate):
        return Worth(np.multiply(base, _rate(award, parts), out=empty(), dtype=np.int64))
    if isinstance(award, Slices):
        base = base.astype(np.int64, copy=False)
        return Worth(reduce(np.add, [_slice(row, base) * _rate(row, parts) for row in award.bands.rows]))
    line = _line(award.bands, base)
    if isinstance(award, FixedSum):
        return Worth(_looked_up([0, *(row.amount * parts for row in award.bands.rows), 0], line, empty(), empty()), line)
    rates = [0, *(_rate(row, parts) for row in award.bands.rows), 0]
    found = empty()
    if base.dtype == np.int32 and int(base.max()) * max(rates) + parts <= np.iinfo(np.int32).max:
        found = found.view(np.int32)[: len(base)]
    exact = _looked_up(rates, line, empty(), found)
    exact *= base
    return Worth(exact, line)


def parts(award: Award) -> int:
    """Tell in how many parts of a fen an award is exact: a million, or as few as all its rates allow."""
    return MILLION // gcd(MILLION, *_rates(award))


def _rates(award: Award) -> Iterator[int]:
    if isinstance(award, Parts):
        for part in award.parts:
            yield from _rates(part)
    elif isinstance(award, Cases):
        for case in award.cases:
            yield from _rates(case.award)
    elif isinstance(award, SingleRate):
        yield award.rate
    elif isinstance(award, RateOnWhole | Slices):
        yield from (row.rate for row in award.bands.rows)


def _rate(of: Band | SingleRate, parts: int) -> int:
    return of.rate * parts // MILLION


def most(award: Award, edition: Edition) -> int:
    """Tell the largest number that can come up in working out an award, exact: it must fit 64 bits."""
    if isinstance(award, Parts):
        return sum(most(part, edition) for part in award.parts)
    if isinstance(award, Cases):
        return max(most(case.award, edition) for case in award.cases)
    if isinstance(award, Items):
        return max(item.amount for item in award.items.values()) * MILLION
    if isinstance(award, Each):
        return award.amount * bounds(edition, award.fact).high * MILLION
    return _most_of_base(award) if isinstance(award, Based) else cast("Fixed", award).amount * MILLION


def _most_of_base(award: Based) -> int:
    base = LARGEST * len(award.base.facts)
    if isinstance(award, SingleRate):
        return base * award.rate
    return max(max(base * row.rate, row.amount * MILLION) for row in award.bands.rows)


def _based(award: Based, rows: Rows) -> Worth:
    exact, line = worth(award, rows.base(award.base), rows.parts, rows.empty)
    return Worth(exact, _where_known(line, award.base.name, rows))


def _line(bands: Bands, base: Array) -> Array:
    """Find the band of each base, from 1; one more than there are above the last, if that has an end."""
    starts = [row.low for row in bands.rows]
    top = bands.rows[-1].high
    if top is not None:
        starts.append(top + 1)
    line = np.zeros(len(base), np.min_scalar_type(len(starts)))
    for start in starts:
        line += (base >= start).view(np.uint8)
    return line


def _looked_up(table: Sequence[int], line: Array, places: Array, found: Array) -> Array:
    """Take the number of each line. The places are made as wide as the machine's own first, since `take` would copy them for itself."""
    np.copyto(places, line)
    return np.take(np.array(table, found.dtype), places, out=found, mode="clip")


def _slice(row: Band, base: Array) -> Array:
    """How much of each base lies in a band; as in one case, its lower end is the amount before its first fen."""
    top = base if row.high is None else np.minimum(base, row.high)
    part: Array = np.maximum(top - max(row.low - 1, 0), 0)
    return part


def _items(award: Items, rows: Rows) -> Worth:
    places = _numbers(award.fact, rows)
    sums = [item.amount * rows.parts for item in award.items.values()]
    line = np.add(places, 1, dtype=np.uint16, casting="unsafe")
    return Worth(_looked_up(sums, places, rows.empty(), rows.empty()), _where_known(line, award.fact, rows))


def _each(award: Each, rows: Rows) -> Worth:
    return Worth(np.multiply(_numbers(award.fact, rows), award.amount * rows.parts, out=rows.empty(), dtype=np.int64))


def _fixed(award: Fixed, rows: Rows) -> Worth:
    exact = rows.empty()
    exact.fill(award.amount * rows.parts)
    return Worth(exact)


def _parts(award: Parts, rows: Rows) -> Worth:
    exact = _nothing(rows)
    for part in award.parts:
        exact += pay(part, rows).exact
    return Worth(exact)


def _cases(award: Cases, rows: Rows) -> Worth:
    exact, line = _nothing(rows), np.zeros(rows.count, np.uint16)
    left = np.ones(rows.count, np.bool_)
    for case in award.cases:
        states = np.full(rows.count, MET) if case.when is None else hold(case.when, rows)
        chosen = left & (states == MET)
        paid = pay(case.award, rows)
        np.copyto(exact, paid.exact, where=chosen)
        if paid.line is not None:
            np.copyto(line, paid.line, where=chosen)
        left &= states == FAILED
    return Worth(exact, line)


def _where_known(line: Array | None, name: str, rows: Rows) -> Array | None:
    return line if line is None or rows.are_whole else line * rows.known(name)


def _nothing(rows: Rows) -> Array:
    exact = rows.empty()
    exact.fill(0)
    return exact


def _numbers(fact: str, rows: Rows) -> Array:
    values = rows.values(fact)
    return np.zeros(rows.count, np.int64) if values is None else values


_PAY: Final[dict[type, Callable[[Any, Rows], Worth]]] = {
    RateOnWhole: _based,
    FixedSum: _based,
    SingleRate: _based,
    Slices: _based,
    Items: _items,
    Each: _each,
    Fixed: _fixed,
    Parts: _parts,
    Cases: _cases,
}
