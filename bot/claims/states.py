"""The states of a claim and the ways between them: the one table that every change is held against."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class State(StrEnum):
    """Where a claim stands."""

    SUBMITTED = "submitted"
    IN_REVIEW = "in_review"
    RETURNED = "returned"
    APPROVED = "approved"
    CONFIRMED = "confirmed"
    PAYING = "paying"
    PAID = "paid"
    BOUNCED = "bounced"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


WAYS: Final[Mapping[State, frozenset[State]]] = MappingProxyType(
    {
        State.SUBMITTED: frozenset({State.IN_REVIEW, State.WITHDRAWN}),
        State.IN_REVIEW: frozenset({State.SUBMITTED, State.RETURNED, State.APPROVED, State.REJECTED, State.WITHDRAWN}),
        State.RETURNED: frozenset({State.SUBMITTED, State.REJECTED, State.WITHDRAWN}),
        State.APPROVED: frozenset({State.CONFIRMED, State.PAYING, State.IN_REVIEW}),
        State.CONFIRMED: frozenset({State.PAYING}),
        State.PAYING: frozenset({State.PAID, State.BOUNCED}),
        State.BOUNCED: frozenset({State.PAYING}),
        State.PAID: frozenset(),
        State.REJECTED: frozenset(),
        State.WITHDRAWN: frozenset(),
    }
)
"""From each state, the states a claim may go to. IN_REVIEW to SUBMITTED puts it back; APPROVED to IN_REVIEW refuses a second signature."""

COUNTED: Final = frozenset({State.APPROVED, State.CONFIRMED, State.PAYING, State.PAID, State.BOUNCED})
"""The states whose approved amount uses up the yearly cap."""
