"""What was said without a claim is erased some time after it was closed; what belongs to a claim stays with it, and the records stay."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, select

from bot.threads.tables import thread_messages, threads
from bot.threads.thread import State

AT_ONCE = 100


def erase_closed(conn: Connection, before: datetime) -> bool:
    """Erase some threads closed before then that led to no claim; whether there may be more."""
    over = (threads.c.state == State.CLOSED, threads.c.since < before, threads.c.claim_id.is_(None))
    found = list(conn.scalars(select(threads.c.id).where(*over).order_by(threads.c.since).limit(AT_ONCE).with_for_update()))
    conn.execute(delete(thread_messages).where(thread_messages.c.thread_id.in_(found)))
    conn.execute(delete(threads).where(threads.c.id.in_(found)))
    return len(found) == AT_ONCE
