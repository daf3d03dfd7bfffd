"""A block of rows: the numbers of each fact and sum, what is known of them, and what they can be where they are not known."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import Any, Final, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from calculator.amounts import LARGEST
from calculator.bulk.columns import Array, Columns, Mask, marked, missing
from calculator.edition import Edition
from calculator.sums import Base

States = NDArray[np.uint8]
"""How a fact or test stands in every row: FAILED, UNKNOWN, REVIEW or MET. A known fact is MET, an unclear one REVIEW."""

Span = tuple[Array, Array]
"""The least and the most that numbers can be."""

T = TypeVar("T")

_NARROW: Final = np.iinfo(np.int32)

FAILED: Final = np.uint8(0)
UNKNOWN: Final = np.uint8(1)
REVIEW: Final = np.uint8(2)
MET: Final = np.uint8(3)
"""In the order in which one of several decides for all of them."""


class Scratch:
    """Arrays to work in, used again for every block: fresh memory costs more than the arithmetic that is done in it."""

    def __init__(self, rows: int) -> None:
        self._rows = rows
        self._arrays: list[NDArray[np.int64]] = []
        self._lent = 0

    def empty(self, rows: int) -> NDArray[np.int64]:
        """Lend an array with anything in it, until `take_back`."""
        if self._lent == len(self._arrays):
            self._arrays.append(np.empty(self._rows, np.int64))
        self._lent += 1
        return self._arrays[self._lent - 1][:rows]

    def take_back(self) -> None:
        """Lend them all out again from now on."""
        self._lent = 0


class Rows:
    """Rows of cases. In whole rows, which bring a scratch, nothing is missing or unclear, but for facts that have no column at all.

    `parts` are those of a fen in which what awards pay is exact.
    """

    def __init__(self, edition: Edition, columns: Columns, count: int, parts: int, *, scratch: Scratch | None = None) -> None:
        self.edition, self.count, self.parts, self.are_whole = edition, count, parts, scratch is not None
        self._columns, self._scratch = columns, scratch
        self._found: dict[object, Any] = {}

    def once(self, key: object, find: Callable[[], T]) -> T:
        """Find something out about these rows, or remember it."""
        if key not in self._found:
            self._found[key] = find()
        found: T = self._found[key]
        return found

    def empty(self) -> NDArray[np.int64]:
        """Give an array with anything in it, to be used until these rows are done."""
        return np.empty(self.count, np.int64) if self._scratch is None else self._scratch.empty(self.count)

    def values(self, name: str) -> Array | None:
        """Give the numbers of a fact or sum, meaningless in rows where it is not known; None if it is known in no row."""
        base = self.edition.sums.get(name)
        if base is None:
            values = self._columns.get(name)
            return values if values is None or not self.are_whole else self.once(("narrow", name), lambda: self._narrow(values))
        return self.base(base) if all(fact in self._columns for fact in base.facts) or not self.are_whole else None

    def base(self, base: Base) -> Array:
        """Give the numbers of a base, in fen, in four or eight bytes each; where it is not known, the least it can be."""
        if not self.are_whole:
            return self.span(base)[0]
        if base.title is None:
            values = cast("Array", self.values(base.name))
            return values if values.dtype == _NARROW.dtype else values.astype(np.int64, copy=False)
        return self.once(("narrow", base.name), lambda: self._narrow(self._total(base)))

    def _total(self, base: Base) -> Array:
        total = self.empty()
        np.copyto(total, self._columns[base.plus[0]])
        for name in base.plus[1:]:
            total += self._columns[name]
        for name in base.minus:
            total -= self._columns[name]
        return np.maximum(total, 0, out=total)

    def _narrow(self, values: Array) -> Array:
        """Give the same numbers in half the room, if they fit: all that is done with them takes half the time. Marks are not kept."""
        if values.dtype.itemsize <= _NARROW.dtype.itemsize or values.max() > _NARROW.max:
            return values
        narrow = self.empty().view(_NARROW.dtype)[: self.count]
        np.copyto(narrow, values, casting="unsafe")
        return narrow

    def span(self, base: Base) -> Span:
        """Give the least and the most that a base can be, in fen."""
        return self.once(("base", base.name), lambda: self._span_of(base))

    def _span_of(self, base: Base) -> Span:
        plus, minus = [self._span(name) for name in base.plus], [self._span(name) for name in base.minus]
        low = sum(low for low, _ in plus) - sum(high for _, high in minus)
        high = sum(high for _, high in plus) - sum(low for low, _ in minus)
        return np.maximum(low, 0), np.maximum(high, 0)

    def known(self, name: str) -> Mask:
        """Find where a fact or sum is known."""
        known: Mask = self.states(name) == MET
        return known

    def states(self, name: str) -> States:
        """Tell whether a fact or sum is known. A sum may be settled without some of its facts."""
        return self.once(("states", name), lambda: self._states_of(name))

    def _states_of(self, name: str) -> States:
        base = self.edition.sums.get(name)
        if base is None:
            return self._states_of_fact(name)
        low, high = self.span(base)
        of_facts = reduce(np.minimum, [self.states(fact) for fact in base.facts])
        return np.where(low == high, MET, np.minimum(of_facts, REVIEW))

    def _states_of_fact(self, fact: str) -> States:
        values = self._columns.get(fact)
        if values is None:
            return np.full(self.count, UNKNOWN)
        states: States = MET - marked(values) - (values == missing(values))
        return states

    def _span(self, fact: str) -> Span:
        values = self._columns.get(fact)
        if values is None:
            return np.zeros(self.count, np.int64), np.full(self.count, LARGEST, np.int64)
        known = self.known(fact)
        values = values.astype(np.int64, copy=False)
        return np.where(known, values, 0), np.where(known, values, LARGEST)
