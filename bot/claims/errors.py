"""What stands in the way of a change to a claim, with the figures a page or a chat needs to say it."""

from __future__ import annotations

from bot.claims.states import State
from calculator import Fen


class ClaimError(Exception):
    """Anything the claims refuse."""


class NoSuchClaimError(ClaimError):
    """There is no such claim, or it is somebody else's: which of the two is not told."""


class StaleError(ClaimError):
    """Somebody changed the claim since the revision this decision was made on."""

    def __init__(self, claim_id: int, revision: int, state: State) -> None:
        super().__init__(f"claim {claim_id} is at revision {revision}, {state}")
        self.claim_id = claim_id
        self.revision = revision
        self.state = state


class WrongStateError(ClaimError):
    """No way leads from where the claim stands to where it was to go."""

    def __init__(self, claim_id: int, state: State, to: State) -> None:
        super().__init__(f"claim {claim_id}: {state} to {to}")
        self.claim_id = claim_id
        self.state = state
        self.to = to


class NotAllowedError(ClaimError):
    """Not this person. `reason` is role, own_claim, same_person or second_signature."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class OverCapError(ClaimError):
    """More than the rules allow. `cap` is year or payment; `left` is the most that may still be approved, in fen."""

    def __init__(self, cap: str, left: Fen) -> None:
        super().__init__(f"over the cap of the {cap}: {left} fen left")
        self.cap = cap
        self.left = left


class IncompleteError(ClaimError):
    """A decision without what it needs. `what` is reason, missing, amount or papers."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what
