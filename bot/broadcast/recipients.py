"""The people of a broadcast: who waits, whose message is on its way, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, Row, Select, delete, select, update

from bot import jobs
from bot.broadcast.states import UNDER_WAY, Fate
from bot.broadcast.tables import broadcast_recipients
from bot.jobs.tables import WAITS
from bot.jobs.tables import jobs as queued
from bot.message import Chat

MESSAGE: Final = "broadcast_message"
"""The kind of the job that sends one; payload {"recipient": id}."""

_r = broadcast_recipients.c


@dataclass(frozen=True)
class Recipient:
    """One person of one broadcast, and the chat to write to."""

    id: int
    broadcast_id: int
    chat: Chat
    fate: Fate


def one(conn: Connection, recipient_id: int) -> Recipient | None:
    """The one of this id, held until the transaction ends; None once they are erased."""
    row = conn.execute(_all().where(_r.id == recipient_id).with_for_update()).one_or_none()
    return None if row is None else _read(row)


def waiting(conn: Connection, broadcast_id: int, most: int) -> list[Recipient]:
    """The next, in their order."""
    wanted = _all().where(_r.broadcast_id == broadcast_id, _r.fate == Fate.WAITING).order_by(_r.id).limit(most)
    return [_read(row) for row in conn.execute(wanted)]


def queue(conn: Connection, recipient_id: int, revision: int, *, now: datetime, due: datetime) -> bool:
    """Queue the message of somebody who waits, in no lane: an answer in the same chat never waits for it.

    False if they wait no more, or if the job that had them wait again still stands: under its key nothing is added.
    """
    if conn.execute(select(queued.c.id).where(queued.c.dedupe == _key(recipient_id, revision), WAITS)).first() is not None:
        return False
    waits = update(broadcast_recipients).where(_r.id == recipient_id, _r.fate == Fate.WAITING)
    if conn.execute(waits.values(fate=Fate.QUEUED, revision=revision).returning(_r.id)).first() is None:
        return False
    jobs.add(conn, MESSAGE, {"recipient": recipient_id}, now=now, due=due, dedupe=_key(recipient_id, revision))
    return True


def leave_out(conn: Connection, recipient_id: int, fate: Fate) -> None:
    """Send nothing to somebody who waits."""
    conn.execute(update(broadcast_recipients).where(_r.id == recipient_id, _r.fate == Fate.WAITING).values(fate=fate))


def settle(conn: Connection, recipient_id: int, fate: Fate, reason: str | None = None) -> None:
    """What became of it, or how far it is."""
    conn.execute(update(broadcast_recipients).where(_r.id == recipient_id).values(fate=fate, reason=reason and reason[:80]))


def lose_those_without_a_job(conn: Connection, broadcast_id: int) -> None:
    """Messages whose job was given up have failed. Whoever's fate was settled meanwhile keeps it."""
    under_way = (_r.broadcast_id == broadcast_id, _r.fate.in_(UNDER_WAY))
    keys = {_key(row.id, row.revision): row.id for row in conn.execute(select(_r.id, _r.revision).where(*under_way))}
    alive = set(conn.scalars(select(queued.c.dedupe).where(queued.c.dedupe.in_(keys), WAITS)))
    lost = [recipient_id for key, recipient_id in keys.items() if key not in alive]
    conn.execute(update(broadcast_recipients).where(_r.id.in_(lost), _r.fate.in_(UNDER_WAY)).values(fate=Fate.FAILED, reason="lost"))


def forget(conn: Connection, chat: Chat) -> None:
    """Keep nothing about this chat; counts of what is over stay."""
    conn.execute(delete(broadcast_recipients).where(_r.channel == chat.channel, _r.chat == chat.id))


def _key(recipient_id: int, revision: int) -> str:
    return f"{MESSAGE}:{recipient_id}:{revision}"


def _all() -> Select[tuple[int, int, str, str, str]]:
    return select(_r.id, _r.broadcast_id, _r.channel, _r.chat, _r.fate)


def _read(row: Row[tuple[int, int, str, str, str]]) -> Recipient:
    return Recipient(row.id, row.broadcast_id, Chat(row.channel, row.chat), Fate(row.fate))
