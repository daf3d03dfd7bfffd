"""The verdict on rows in which something is missing or unclear: what that leaves open, and whether it can still change anything."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import reduce

import numpy as np

from calculator.bulk.awards import pay
from calculator.bulk.columns import Array, Mask
from calculator.bulk.limits import of_one_payment, of_the_year, rounded
from calculator.bulk.logic import can_fail, hold, undecided
from calculator.bulk.results import ELIGIBLE, INELIGIBLE, NO_AMOUNT, TO_REVIEW, UNDETERMINED, Results
from calculator.bulk.rows import REVIEW, UNKNOWN, Rows, Span
from calculator.bulk.spans import span, still_open
from calculator.bulk.verdict import Bits, tested
from calculator.limits import PAID_THIS_YEAR
from calculator.logic import State

Open = Mapping[str, Mask]
"""The rows in which a fact is not known and matters, by fact."""


def judge(rows: Rows, bits: Bits, into: Results, places: Array) -> None:
    """Judge rows of any kind as one case is judged and estimated, and write down what they get in these places."""
    edition = rows.edition
    said = tested(rows, bits, np.empty(rows.count, into.reasons.dtype))
    low, high = (of_one_payment(edition, rounded(exact.copy(), rows.parts, rows.empty())) for exact in span(edition.award, rows))
    amount_open = _open_amount(rows, (low, high))
    for fact, where in amount_open.items():
        said.send(fact, where & (rows.states(fact) == REVIEW))
    is_missing = np.zeros(rows.count, np.bool_)
    for fact, where in _missing(rows, amount_open).items():
        is_missing |= where & ~said.failed
        said.add(State.UNKNOWN, fact, where & ~said.failed)
    amount = _in_the_year(rows, low)
    amount[is_missing | (said.review & _any(amount_open, rows))] = NO_AMOUNT
    amount[said.failed] = 0
    line = pay(edition.award, rows).line
    into.outcome[places] = np.select([said.failed, is_missing, said.review], [INELIGIBLE, UNDETERMINED, TO_REVIEW], ELIGIBLE)
    into.amount[places] = amount
    into.line[places] = 0 if line is None else line * ~said.failed * (amount != NO_AMOUNT)
    into.reasons[places] = said.reasons


def _in_the_year(rows: Rows, amount: Array) -> Array:
    """Take this year's payments into account where they are known."""
    paid = rows.values(PAID_THIS_YEAR) if PAID_THIS_YEAR in rows.edition.amount_facts else None
    if paid is None:
        return amount
    return np.where(rows.known(PAID_THIS_YEAR), of_the_year(rows.edition, amount.copy(), paid, rows.empty()), amount)


def _open_amount(rows: Rows, amount: Span) -> Open:
    """Find the facts, unknown or unclear, that the amount of one payment still turns on."""
    edition, (low, high) = rows.edition, amount
    found = _spread(rows, still_open(edition.award, rows, low != high))
    if PAID_THIS_YEAR in edition.amount_facts:
        known = rows.known(PAID_THIS_YEAR)
        paid = rows.values(PAID_THIS_YEAR)
        if paid is not None:
            least, most = (of_the_year(edition, end.copy(), paid, rows.empty()) for end in amount)
            is_used_up = known & (least == most) & ~_any_unclear(found, rows)
            found = {fact: where & ~is_used_up for fact, where in found.items()}
        found[PAID_THIS_YEAR] = ~known & (high > 0)
    return found


def _missing(rows: Rows, amount_open: Open) -> Open:
    """Find what is missing and matters. Where a person must look anyway, only what can still fail does, and a sum that can be told."""
    is_told = ~_any_unclear(amount_open, rows)
    tests = [condition.test for condition in rows.edition.conditions]
    is_review = reduce(np.bitwise_or, [hold(test, rows) == REVIEW for test in tests], ~is_told)
    tested = (found for test in tests for found in undecided(test, rows, ~is_review | can_fail(test, rows)))
    wanted = _spread(rows, (*tested, *((fact, where & is_told) for fact, where in amount_open.items())))
    return {fact: wanted[fact] & (rows.states(fact) == UNKNOWN) for fact in rows.edition.asks if fact in wanted}


def _spread(rows: Rows, found: Iterable[tuple[str, Mask]]) -> dict[str, Mask]:
    """Turn what is open of sums into what is not known of their facts."""
    spread: dict[str, Mask] = {}
    for name, where in found:
        for fact in rows.edition.spread(name):
            spread[fact] = spread.get(fact, False) | (where & ~rows.known(fact))
    return spread


def _any_unclear(found: Open, rows: Rows) -> Mask:
    return _any({fact: where & (rows.states(fact) == REVIEW) for fact, where in found.items()}, rows)


def _any(found: Open, rows: Rows) -> Mask:
    return reduce(np.bitwise_or, found.values(), np.zeros(rows.count, np.bool_))
