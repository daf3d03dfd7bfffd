"""Two made-up broadcasts: one that was sent, and one that waits for its second signature."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, insert

from bot import wording
from bot.broadcast import feeding, write
from bot.broadcast.audience import Audience, Of, people
from bot.broadcast.states import Fate
from bot.broadcast.tables import broadcast_recipients
from bot.broadcast.write import Draft
from bot.members.unions import EVERYTHING
from bot.staff.accounts import Staff

CLAIMANTS: Final = Audience(Of.CLAIMANTS, EVERYTHING)
SENT_BEFORE: Final = timedelta(days=6)
FATES: Final = (*[Fate.SENT] * 12, Fate.OPTED_OUT, *[Fate.SENT] * 9, Fate.BLOCKED)
"""What became of it, one person after the other."""


def announce(conn: Connection, one: Staff, other: Staff, now: datetime) -> None:
    """What one of the two wrote the other signs, or has yet to. The jobs of it are the caller's to delete."""
    _sent(conn, one, other, now - SENT_BEFORE)
    waiting = write.write(conn, _draft("demo.broadcast.waiting"), other, now=now)
    write.hand_in(conn, waiting, other, revision=1, now=now)


def _sent(conn: Connection, writer: Staff, signer: Staff, at: datetime) -> None:
    number = write.write(conn, _draft("demo.broadcast.done"), writer, now=at)
    write.hand_in(conn, number, writer, revision=1, now=at)
    write.approve(conn, number, signer, revision=2, now=at + timedelta(minutes=9))
    rows = [
        {"broadcast_id": number, "person": person.key, "channel": person.chats[0].channel, "chat": person.chats[0].id}
        | {"fate": FATES[place % len(FATES)]}
        for place, person in enumerate(people(conn, CLAIMANTS))
    ]
    conn.execute(insert(broadcast_recipients), rows)
    feeding.hand_on(conn, number, [], at + timedelta(minutes=10))


def _draft(key: str) -> Draft:
    return Draft({locale: wording.text(key, locale) for locale in wording.LOCALES}, CLAIMANTS)
