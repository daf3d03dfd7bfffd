"""How often a code or an identity may be tried, by one chat and for one certificate number. Rows, so that every process counts alike."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, delete, func, insert, select

from bot.linking.tables import link_tries
from bot.message import Chat
from bot.store.encryption import keyring_of

KEPT: Final = timedelta(days=1)
CODES, CODES_IN = 5, timedelta(minutes=10)


def of_chat(conn: Connection, chat: Chat, what: str) -> str:
    """What the tries of a chat are counted under."""
    return keyring_of(conn.dialect).lookup(f"{what}:{chat.channel}:{chat.id}", "link_try")


def may_type_code(conn: Connection, chat: Chat, what: str, *, now: datetime) -> bool:
    """Count one code more that was typed in this chat, of the members' or of the staff's; False if there were too many already."""
    return may(conn, of_chat(conn, chat, what), CODES, CODES_IN, now=now)


def may(conn: Connection, who: str, most: int, within: timedelta, *, now: datetime) -> bool:
    """Count one try more; False if there were too many already."""
    return note(conn, who, most + 1, within, now=now) <= most


def note(conn: Connection, who: str, most: int, within: timedelta, *, now: datetime) -> int:
    """Count one try more, but no further than `most`: a flood leaves no flood of rows. How many there are."""
    conn.execute(delete(link_tries).where(link_tries.c.at < now - KEPT))
    recent = count(conn, who, within, now=now)
    if recent >= most:
        return recent
    conn.execute(insert(link_tries).values(who=who, at=now))
    return recent + 1


def count(conn: Connection, who: str, within: timedelta, *, now: datetime) -> int:
    """How many tries there were lately."""
    recent = (link_tries.c.who == who, link_tries.c.at > now - within)
    return int(conn.execute(select(func.count()).select_from(link_tries).where(*recent)).scalar_one())
