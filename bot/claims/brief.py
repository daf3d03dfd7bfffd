"""What may leave the house about a claim: its number, benefit and union, and roughly how much. Nothing says whose it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, select

from bot.claims.claim import Claim
from bot.members.tables import unions
from calculator import Fen, edition_of
from handlers.say import Say

BANDS: Final = tuple(Fen(yuan * 100) for yuan in (1_000, 5_000, 10_000, 30_000))
"""Where one band of amounts ends and the next begins. For reading only: no rule rests on them."""


@dataclass(frozen=True)
class Brief:
    """A claim as it may stand on a screen in a corridor."""

    claim: int
    number: str
    title: Mapping[str, str]
    union: str
    amount: Say

    def to_json(self) -> dict[str, Any]:
        """Plain data, as the outbox keeps it."""
        amount = {"key": self.amount.key, "figures": self.amount.figures}
        return {"claim": self.claim, "number": self.number, "title": dict(self.title), "union": self.union, "amount": amount}


def brief_of(conn: Connection, claim: Claim) -> Brief:
    """What of this claim may leave."""
    union = conn.execute(select(unions.c.name).where(unions.c.id == claim.union_id)).scalar_one_or_none()
    amount = claim.estimated if claim.approved is None else claim.approved
    return Brief(claim.id, claim.number, dict(edition_of(claim.edition).title), union or "", band(amount))


def band(amount: Fen | None) -> Say:
    """Roughly how much: the band an amount lies in, its lower end included."""
    if amount is None:
        return Say("band.unknown")
    if amount < BANDS[0]:
        return Say("band.below", {"most": BANDS[0]})
    if amount >= BANDS[-1]:
        return Say("band.above", {"least": BANDS[-1]})
    above = next(number for number, bound in enumerate(BANDS) if amount < bound)
    return Say("band.between", {"least": BANDS[above - 1], "most": BANDS[above]})
