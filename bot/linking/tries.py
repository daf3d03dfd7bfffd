"""How often a code or an identity may be tried, by one chat and for one certificate number. Rows, so that every process counts alike."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, delete, func, insert, select

from bot.linking.tables import link_tries
from bot.message import Chat
from bot.store.encryption import keyring_of

KEPT: Final = timedelta(days=1)


def of_chat(conn: Connection, chat: Chat, what: str) -> str:
    """What the tries of a chat are counted under."""
    return keyring_of(conn.dialect).lookup(f"{what}:{chat.channel}:{chat.id}", "link_try")


def may(conn: Connection, who: str, most: int, within: timedelta, *, now: datetime) -> bool:
    """Count one try more; False if there were too many already."""
    conn.execute(delete(link_tries).where(link_tries.c.at < now - KEPT))
    conn.execute(insert(link_tries).values(who=who, at=now))
    recent = (link_tries.c.who == who, link_tries.c.at > now - within)
    return conn.execute(select(func.count()).select_from(link_tries).where(*recent)).scalar_one() <= most
