"""What a year still holds, over columns: every payment after those before it in the same member's year."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain
from typing import Final

import numpy as np

from calculator.bulk.columns import Array, Columns, Mask, marked, read, unclear
from calculator.bulk.compute import THREADS, compute, in_threads, shares
from calculator.bulk.order import BLOCK, END, Order, Whole, order_of
from calculator.bulk.results import Results
from calculator.edition import Edition
from calculator.errors import ColumnError
from calculator.limits import PAID_THIS_YEAR

_AMOUNT_BITS: Final = 44
"""Enough for any amount in fen whose millionths fit 64 bits; above them there is room for the groups of a block."""


def in_the_year(edition: Edition, columns: Columns, members: Array, *, threads: int = THREADS) -> Results:
    """Compute like `compute`, but take every payment after those before it in the member's calendar year; of one day, row by row.

    The day is that of the fact `edition.edition_by`; `members` are whole numbers, one per row. `paid_this_year` is what the year was
    paid before the first of these rows, the same for all of a member's year; without a column it is nothing. A row that has no
    amount by itself has none here, and takes nothing of the year; a row under review does. Raises FactError, ColumnError.
    """
    if columns and len(members) != len(next(iter(columns.values()))):
        raise ColumnError("not_as_long", {"members": (len(members),)})
    results = compute(edition if PAID_THIS_YEAR in columns else _without_the_year(edition), columns, threads=threads)
    given, count = read(edition, columns)
    if PAID_THIS_YEAR in edition.amount_facts and results.amount.max(initial=0) > 0:
        order, (starts, stops) = order_of(members, _days(edition, given, results.amount)), shares(count, threads)
        year = _Year(edition, order, given.get(PAID_THIS_YEAR), results.amount)
        packed = in_threads(lambda start, stop: order.pack(results.amount, start, stop, len(starts)), starts, stops)
        in_threads(lambda parts: year.settle(np.concatenate([*chain(*parts), END])), list(zip(*packed, strict=True)))
    return results


def _without_the_year(edition: Edition) -> Edition:
    """The rules of one payment alone, the cap of its year among them: what nothing was paid before needs no column of nothings."""
    asks = tuple(name for name in edition.asks if name != PAID_THIS_YEAR)
    amount_facts = {name: clause for name, clause in edition.amount_facts.items() if name != PAID_THIS_YEAR}
    caps = [cap for cap in (edition.cap_per_payment, edition.cap_per_year) if cap is not None]
    cap = min(caps, key=lambda cap: cap.amount, default=None)
    return replace(edition, asks=asks, amount_facts=amount_facts, cap_per_payment=cap, cap_per_year=None)


def _days(edition: Edition, given: Columns, amount: Whole) -> Array:
    """Give the day of every row. Raises ColumnError for a payment without a day."""
    days = given.get(edition.edition_by)
    if days is not None and days.min() > unclear(days):
        return days
    undated = amount > 0 if days is None else (amount > 0) & marked(days)
    if days is None or undated.any():
        raise ColumnError("no_day", {edition.edition_by: tuple(np.flatnonzero(undated).tolist())})
    return days


class _Year:
    """The payments of every year, and what was paid before them; each is cut in place to what those before it have left."""

    def __init__(self, edition: Edition, order: Order, paid: Array | None, amount: Whole) -> None:
        self._order, self._paid, self._amount = order, paid, amount
        self._cap = 1 << _AMOUNT_BITS if edition.cap_per_year is None else edition.cap_per_year.amount
        self._take = self._for_a_year if edition.per == "year" else self._one_by_one

    def settle(self, keys: Whole) -> None:
        """Sort payments, and go through them up to the END; one that is alone in its year is within the cap already.

        A group may go on from one block to the next, with what it was paid so far.
        """
        keys.sort()
        group, so_far = -1, 0
        for first in range(0, len(keys) - 1, BLOCK):
            block = keys[first : first + BLOCK + 1]  # with the first of the next, to see who is alone
            groups = self._order.groups(block)
            is_first = np.empty(len(block), np.bool_)
            is_first[0] = groups[0] != group
            np.not_equal(groups[1:], groups[:-1], out=is_first[1:])
            group = int(groups[-2])
            has_company = ~(is_first[:-1] & is_first[1:])
            rows = self._order.rows(block[:-1].compress(has_company))
            if rows.size:
                so_far = self._take(rows, self._amount.take(rows), is_first[:-1].compress(has_company), so_far)

    def _one_by_one(self, rows: Whole, due: Whole, is_first: Mask, so_far: int) -> int:
        """Add up, and cut to the cap. `so_far` is what the group of the first row was paid in the block before; gives that of the last."""
        paid = due if self._paid is None else due + is_first * self._paid.take(rows)
        total = np.cumsum(paid)
        total += so_far
        before = total - paid
        before *= is_first
        total -= np.maximum.accumulate(before, out=before)  # what the groups before were paid never grows less
        cut = np.flatnonzero(total > self._cap)
        left = due.take(cut) - total.take(cut)
        left += self._cap
        self._amount[rows.take(cut)] = np.maximum(left, 0, out=left)
        return int(total[-1])

    def _for_a_year(self, rows: Whole, due: Whole, is_first: Mask, so_far: int) -> int:
        """Take off the largest so far: each amount is that of the whole year. What was paid at its start is off already."""
        before = np.concatenate(([so_far], due[:-1]))
        before[is_first] = 0
        groups = np.cumsum(is_first) << _AMOUNT_BITS
        highest = np.maximum.accumulate(groups | before) & ((1 << _AMOUNT_BITS) - 1)
        self._amount[rows] = np.maximum(due - highest, 0)
        return int(max(highest[-1], due[-1]))
