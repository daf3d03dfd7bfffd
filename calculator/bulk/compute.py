"""Goes through columns block by block, in two threads."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, TypeVar

import numpy as np

from calculator.bulk import opened, verdict
from calculator.bulk.awards import most, parts
from calculator.bulk.columns import Array, Columns, Mask, are_all_known, bounds, marked, read, wrong
from calculator.bulk.results import Results, empty
from calculator.bulk.rows import Rows, Scratch
from calculator.edition import Edition
from calculator.errors import ColumnError

T = TypeVar("T")

BLOCK: Final = 1 << 18
"""Rows in a block. NumPy lets go of Python's lock only while it is inside one operation: in smaller blocks the threads queue for it."""

OPEN_BLOCK: Final = 1 << 16
"""Rows in a block of those in which something is missing or unclear: they need more room each."""

_LARGE: Final = 30 << 20
"""Bytes; glibc learns up to 32 MB."""

THREADS: Final = 2
"""More than two get little done beside one another under Python's lock."""


def compute(edition: Edition, columns: Columns, *, threads: int = THREADS) -> Results:
    """Judge every row, and work out its amount. A fact without a column is missing in every row.

    Raises FactError for a name that is no fact, and ColumnError with the rows of every number that a fact cannot have.
    """
    if most(edition.award, edition) > np.iinfo(np.int64).max:
        raise ColumnError("too_large", {})
    given, count = read(edition, columns)
    work = _Work(edition, given, count)
    in_threads(work.between, *shares(count, threads))
    if work.wrong:
        raise ColumnError("cannot_be", {name: tuple(np.sort(np.concatenate(rows)).tolist()) for name, rows in work.wrong.items()})
    return work.results


def shares(count: int, threads: int) -> tuple[list[int], list[int]]:
    """Divide rows between threads: where each share begins, and where it ends. Few rows are not worth a second thread."""
    parts = max(min(threads, count // BLOCK), 1)
    ends = [count * part // parts for part in range(parts + 1)]
    return ends[:-1], ends[1:]


def in_threads(work: Callable[..., T], *shares: Sequence[Any]) -> list[T]:
    """Do every share of some work, each in a thread of its own; a single one in this."""
    if len(shares[0]) == 1:
        return [work(*(share[0] for share in shares))]
    _keep_freed_memory()
    with ThreadPoolExecutor(len(shares[0])) as pool:
        return list(pool.map(work, *shares))


def _keep_freed_memory() -> None:
    """Have freed arrays used again rather than given back to the system and fetched anew, which costs a sixth of the time.

    glibc gives back what is larger than the largest piece it has seen freed, so it is shown one. Elsewhere this does nothing.
    """
    np.empty(_LARGE, np.uint8)


class _Work:
    """One computation: what it reads, and the results as far as they are filled in."""

    def __init__(self, edition: Edition, columns: Columns, count: int) -> None:
        self._edition, self._columns = edition, columns
        self._bounds = {name: bounds(edition, name) for name in columns}
        self._parts = parts(edition.award)
        self._has_all = all(name in columns for name in edition.asks)
        self.results = empty(edition, count)
        self._bits = {reason: bit for bit, reason in enumerate(self.results.legend)}
        self.wrong: dict[str, list[Array]] = {}

    def between(self, start: int, stop: int) -> None:
        """Do these rows: first as if they were whole, then those that are not."""
        scratch, lacking = Scratch(min(BLOCK, stop - start)), []
        for first in range(start, stop, BLOCK):
            rows = slice(first, min(first + BLOCK, stop))
            block = self._block(rows)
            lacking.append(first + np.flatnonzero(self._lacking(block, rows)))
            if self._has_all:
                whole = Rows(self._edition, block, rows.stop - first, self._parts, scratch=scratch)
                verdict.judge(whole, self._bits, self.results.part(rows))
                scratch.take_back()
        places = np.concatenate([np.zeros(0, np.intp), *lacking])
        for first in range(0, len(places), OPEN_BLOCK):
            chosen = places[first : first + OPEN_BLOCK]
            opened.judge(Rows(self._edition, self._block(chosen), len(chosen), self._parts), self._bits, self.results, chosen)

    def _block(self, rows: slice | Array) -> Columns:
        return {name: values[rows] for name, values in self._columns.items()}

    def _lacking(self, block: Columns, rows: slice) -> Mask:
        """Find the rows where something is missing or unclear; and what is wrong in any."""
        lacking = np.full(rows.stop - rows.start, not self._has_all)
        for name, limits in self._bounds.items():
            values = block[name]
            if are_all_known(values, limits):
                continue
            bad = np.flatnonzero(wrong(values, limits))
            if bad.size:
                self.wrong.setdefault(name, []).append(rows.start + bad)
            lacking |= marked(values)
        return lacking
