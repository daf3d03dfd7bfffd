"""How much may still be approved: the caps of the claim's own edition, held against what this person was already granted."""

from __future__ import annotations

from sqlalchemy import Connection, select

from bot.claims.claim import Claim
from bot.claims.errors import OverCapError
from bot.claims.states import COUNTED, State
from bot.claims.tables import claims
from calculator import Edition, Fen, edition_of

SECOND_SIGNATURE = "second_signature"


def granted(conn: Connection, claim: Claim, *, hold_still: bool = True) -> Fen:
    """What other claims of this person have used up of the year, in fen.

    With `hold_still` it locks all of this person's claims of this benefit and year, so that approvals at the same moment wait
    for one another. Take this lock before the claim's own: it goes through the claims in order.
    """
    same = (claims.c.certno_hash == claim.certno_hash, claims.c.benefit == claim.benefit, claims.c.year == claim.year)
    theirs = select(claims.c.id, claims.c.state, claims.c.approved).where(*same).order_by(claims.c.id)
    rows = conn.execute(theirs.with_for_update() if hold_still else theirs)
    return Fen(sum(row.approved or 0 for row in rows if row.id != claim.id and State(row.state) in COUNTED))


def hold(edition: Edition, amount: Fen, already: Fen) -> None:
    """Raises OverCapError when the amount passes the cap of one payment or what is left of the year."""
    payment, year = edition.cap_per_payment, edition.cap_per_year
    if payment is not None and amount > payment.amount:
        raise OverCapError("payment", payment.amount)
    if year is not None and already + amount > year.amount:
        raise OverCapError("year", Fen(max(year.amount - already, 0)))


def needs_second_signature(claim: Claim, amount: Fen) -> bool:
    """Whether the member's estimate asked for a second person, or the amount now approved does."""
    routes = edition_of(claim.edition).routes
    return SECOND_SIGNATURE in claim.estimate.get("routes", ()) or any(
        amount > route.over and SECOND_SIGNATURE in route.needs for route in routes
    )
