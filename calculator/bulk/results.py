"""What a computation over columns gives: an outcome, an amount, the line of the table and the reasons for every row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from calculator.bulk.columns import Array
from calculator.edition import Edition
from calculator.errors import ColumnError
from calculator.logic import State
from calculator.verdict import Outcome

OUTCOMES: Final = tuple(Outcome)
"""The outcome that each number stands for."""

ELIGIBLE, INELIGIBLE, UNDETERMINED, TO_REVIEW = (np.uint8(OUTCOMES.index(outcome)) for outcome in Outcome)

NO_AMOUNT: Final = int(np.iinfo(np.int64).min)
"""Stands where there is no amount, because facts are missing or unclear; so it can never be taken for one."""

_MOST_REASONS = 64


class Reason(NamedTuple):
    """A test that FAILED or sends to a person (REVIEW), by its id; or a fact that is missing (UNKNOWN) or unclear (REVIEW)."""

    state: State
    name: str


def reasons_of(edition: Edition) -> tuple[Reason, ...]:
    """List every reason this edition can give; the place of each is its bit. Raises ColumnError for more than 64."""
    conditions = [*edition.conditions, *edition.late_conditions]
    tested = [*(condition.id for condition in conditions), *(deadline.id for deadline in edition.deadlines)]
    reviewed = [*tested, *(review.id for review in edition.reviews), *edition.amount_facts]
    reasons = [Reason(State.FAILED, name) for name in tested]
    reasons += [Reason(State.REVIEW, name) for name in dict.fromkeys(reviewed)]
    reasons += [Reason(State.UNKNOWN, name) for name in edition.asks]
    if len(reasons) > _MOST_REASONS:
        raise ColumnError("too_many_reasons", {})
    return tuple(reasons)


@dataclass(frozen=True, slots=True)
class Results:
    """One entry per row in every array.

    `outcome` is a place in OUTCOMES. `amount` is in fen: 0 for the ineligible, NO_AMOUNT while facts are missing or unclear; under
    review it is what would be paid if the person looking agrees. `line` is the band or item that applied, from 1; 0 is none.
    `reasons` has a bit for each of `legend`.
    """

    outcome: NDArray[np.uint8]
    amount: NDArray[np.int64]
    line: NDArray[np.uint16]
    reasons: Array
    legend: tuple[Reason, ...]

    def part(self, rows: slice) -> Results:
        """Give a part, to write into."""
        return Results(self.outcome[rows], self.amount[rows], self.line[rows], self.reasons[rows], self.legend)

    def outcome_of(self, row: int) -> Outcome:
        """Give the outcome of a row."""
        return OUTCOMES[int(self.outcome[row])]

    def reasons_of(self, row: int) -> tuple[Reason, ...]:
        """List the reasons for a row's outcome, in the order of the policy."""
        bits = int(self.reasons[row])
        return tuple(reason for bit, reason in enumerate(self.legend) if bits >> bit & 1)


def empty(edition: Edition, rows: int) -> Results:
    """Make room for so many rows."""
    legend = reasons_of(edition)
    kind = np.min_scalar_type((1 << len(legend)) - 1)
    return Results(np.empty(rows, np.uint8), np.empty(rows, np.int64), np.empty(rows, np.uint16), np.empty(rows, kind), legend)
