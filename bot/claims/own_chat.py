"""The chat of a member for whom somebody else has filed: the one their own claims came from."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, and_, select

from bot.claims.claim import Claim
from bot.claims.states import COUNTED
from bot.claims.tables import claims
from bot.message import Chat
from handlers.claim import DEATH


@dataclass(frozen=True)
class OwnChat:
    """Where a member reads, and in which language."""

    chat: Chat
    locale: str


def proven_chats(conn: Connection, certno_hash: str) -> list[Chat]:
    """The chats from which this person made claims alone that staff have approved."""
    same = and_(claims.c.certno_hash == certno_hash, claims.c.helper.is_(None), claims.c.on_roster, claims.c.state.in_(COUNTED))
    rows = conn.execute(select(claims.c.channel, claims.c.chat).where(same).distinct().order_by(claims.c.channel, claims.c.chat))
    return [Chat(row.channel, row.chat) for row in rows]


def own_chat(conn: Connection, claim: Claim) -> OwnChat | None:
    """The chat of the latest claim this person made alone, under a number that the roster knows and that staff have approved.

    Anybody can type anybody's certificate number: only a person who has compared it with the papers makes it a proof.
    None where the claim is for a member who died.
    """
    if DEATH in claim.facts.values():
        return None
    same = and_(claims.c.certno_hash == claim.certno_hash, claims.c.helper.is_(None), claims.c.on_roster, claims.c.state.in_(COUNTED))
    latest = select(claims.c.channel, claims.c.chat, claims.c.locale).where(same).order_by(claims.c.id.desc()).limit(1)
    row = conn.execute(latest).first()
    if row is None or Chat(row.channel, row.chat) == claim.chat:
        return None
    return OwnChat(Chat(row.channel, row.chat), row.locale)
