"""How far the sending of each notice has come.

Noted before and after every message, so that a crash or a lost answer doubles that one message, and no others.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, select, update

from bot.channels.telegram import chats
from bot.channels.telegram.tables import telegram_sends
from bot.store.tables import insert_new

KEPT = timedelta(days=30)
"""Longer than a notice waits in the queue, however often it fails."""


@dataclass(frozen=True)
class Standing:
    """Where the sending of a notice stands: messages confirmed, tries of the next one without an answer, whether the bot is blocked.

    A try whose answer was lost counts twice.
    """

    parts: int
    unanswered: int
    blocked: bool


def standing(conn: Connection, job: int, chat: str) -> Standing:
    """Where it stands; at the beginning if nothing is noted."""
    row = conn.execute(select(telegram_sends.c.parts, telegram_sends.c.unanswered).where(telegram_sends.c.job == job)).one_or_none()
    return Standing(row.parts if row else 0, row.unanswered if row else 0, chats.is_blocked(conn, chat))


def leaving(conn: Connection, job: int, *, now: datetime) -> None:
    """A message is about to leave: from now on it may have arrived."""
    conn.execute(delete(telegram_sends).where(telegram_sends.c.changed_at < now - KEPT))
    conn.execute(insert_new(conn, telegram_sends).values(job=job, parts=0, unanswered=0, failures=0, changed_at=now))
    _change(conn, job, now, unanswered=telegram_sends.c.unanswered + 1)


def arrived(conn: Connection, job: int, chat: str, keyboard: int | None, *, now: datetime) -> None:
    """Telegram confirmed the message; `keyboard` is its id if it holds buttons."""
    _change(conn, job, now, parts=telegram_sends.c.parts + 1, unanswered=0, failures=0)
    if keyboard is not None:
        chats.open_keyboard(conn, chat, keyboard)


def lost(conn: Connection, job: int, *, now: datetime) -> int:
    """The message left, and its answer was lost. Such a try counts twice. Returns the count of tries without an answer."""
    _change(conn, job, now, unanswered=telegram_sends.c.unanswered + 1)
    count: int = conn.execute(select(telegram_sends.c.unanswered).where(telegram_sends.c.job == job)).scalar_one()
    return count


def stayed(conn: Connection, job: int, *, now: datetime) -> int:
    """The message surely did not arrive. Returns how often in a row that has happened."""
    _change(conn, job, now, unanswered=telegram_sends.c.unanswered - 1, failures=telegram_sends.c.failures + 1)
    failures: int = conn.execute(select(telegram_sends.c.failures).where(telegram_sends.c.job == job)).scalar_one()
    return failures


def _change(conn: Connection, job: int, now: datetime, **values: object) -> None:
    conn.execute(update(telegram_sends).where(telegram_sends.c.job == job).values(**values, changed_at=now))
