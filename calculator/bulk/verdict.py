"""Every row held against the conditions, reviews and deadlines; of whole rows, that is the verdict."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from calculator.bulk.awards import pay
from calculator.bulk.columns import Array, Mask, bounds, day, number
from calculator.bulk.limits import of_one_payment, of_the_year, rounded
from calculator.bulk.logic import hold
from calculator.bulk.results import INELIGIBLE, TO_REVIEW, Reason, Results
from calculator.bulk.rows import FAILED, REVIEW, Rows
from calculator.deadline import HANDED_IN, Deadline
from calculator.limits import PAID_THIS_YEAR
from calculator.logic import State, leaves

Bits = Mapping[Reason, int]
"""The bit of each reason."""


class Said:
    """What has been said of every row so far: the reasons, a bit for each, who has failed, and whom a person must look at."""

    def __init__(self, bits: Bits, reasons: Array) -> None:
        self._bits, self.reasons = bits, reasons
        reasons.fill(0)
        self.failed = np.zeros(len(reasons), np.bool_)
        self.review = np.zeros(len(reasons), np.bool_)

    def fail(self, name: str, rows: Mask) -> None:
        """Say that a condition has failed."""
        self.failed |= rows
        self.add(State.FAILED, name, rows)

    def send(self, name: str, rows: Mask) -> None:
        """Say that a person must look."""
        self.review |= rows
        self.add(State.REVIEW, name, rows)

    def add(self, state: State, name: str, rows: Mask) -> None:
        """Say something of some rows."""
        if rows.any():
            kind = self.reasons.dtype
            self.reasons |= np.multiply(rows, kind.type(1 << self._bits[Reason(state, name)]), dtype=kind)


def judge(rows: Rows, bits: Bits, into: Results) -> None:
    """Judge whole rows, and write down what they get."""
    edition = rows.edition
    said = tested(rows, bits, into.reasons)
    passed = ~said.failed
    exact, line = pay(edition.award, rows)
    exact *= passed  # several times as fast as writing where a mask is set; nothing below makes more of nothing
    amount = of_one_payment(edition, rounded(exact, rows.parts, into.amount))
    paid = rows.values(PAID_THIS_YEAR) if PAID_THIS_YEAR in edition.amount_facts else None
    if paid is not None:
        of_the_year(edition, amount, paid, rows.empty())
    into.outcome[:] = said.failed * INELIGIBLE
    if said.review.any():
        into.outcome[:] += (said.review & passed) * TO_REVIEW
    into.line[:] = 0 if line is None else line * passed


def tested(rows: Rows, bits: Bits, reasons: Array) -> Said:
    """Hold every row against the conditions, and against what is judged once it is known; the reasons go into their array."""
    edition, said = rows.edition, Said(bits, reasons)
    for condition in (*edition.conditions, *edition.late_conditions):
        states = hold(condition.test, rows)
        said.fail(condition.id, states == FAILED)
        if not rows.are_whole:
            said.send(condition.id, states == REVIEW)
    for review in edition.reviews:
        if any(rows.values(leaf.fact) is not None for leaf in leaves(review.test)):
            said.send(review.id, hold(review.test, rows) >= REVIEW)
    for deadline in edition.deadlines:
        late = _late(deadline, rows)
        (said.send if deadline.is_reviewed else said.fail)(deadline.id, late)
    return said


def _late(deadline: Deadline, rows: Rows) -> Mask:
    """Find what was handed in too late, as far as both days are known."""
    late = np.zeros(rows.count, np.bool_)
    starts, handed_in = rows.values(deadline.fact), rows.values(HANDED_IN)
    if starts is None or handed_in is None:
        return late
    are_known = _are_days(deadline.fact, starts, rows) & _are_days(HANDED_IN, handed_in, rows)
    days, place = np.unique(starts[are_known], return_inverse=True)
    last = [number(rows.edition, deadline.fact, deadline.last_day(day(int(each)))) for each in days]
    late[are_known] = handed_in[are_known] > np.array(last, np.int64)[place]
    return late


def _are_days(fact: str, values: Array, rows: Rows) -> Mask:
    limits = bounds(rows.edition, fact)
    return (values >= limits.low) & (values <= limits.high)
