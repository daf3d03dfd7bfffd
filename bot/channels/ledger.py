"""How far the sending of each notice has come, for channels that call a platform.

Noted before and after every message, so that a crash or a lost answer doubles that one message, and no others.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, select, update

from bot.channels.tables import sends
from bot.store.tables import insert_new

MOST_UNANSWERED = 4
"""Two tries whose answer was lost, which count twice, or four that our own death cut short."""


class Sent(NamedTuple):
    """How many messages of a notice were confirmed, and how often the next was tried without an answer."""

    parts: int = 0
    unanswered: int = 0


def sent(conn: Connection, job: int) -> Sent:
    """How far this notice has come."""
    row = conn.execute(select(sends.c.parts, sends.c.unanswered).where(sends.c.job == job)).one_or_none()
    return Sent(row.parts, row.unanswered) if row else Sent()


def leaving(conn: Connection, job: int, *, now: datetime) -> None:
    """A message is about to leave: from now on it may have arrived."""
    _begin(conn, job, now)
    _change(conn, job, now, unanswered=sends.c.unanswered + 1)


def arrived(conn: Connection, job: int, *, now: datetime) -> None:
    """The platform confirmed the message."""
    _begin(conn, job, now)  # what went with a push has not been leaving
    _change(conn, job, now, parts=sends.c.parts + 1, unanswered=0, failures=0)


def lost(conn: Connection, job: int, *, now: datetime) -> int:
    """The message left, and its answer was lost. Such a try counts twice. Returns the count of tries without an answer."""
    _change(conn, job, now, unanswered=sends.c.unanswered + 1)
    count: int = conn.execute(select(sends.c.unanswered).where(sends.c.job == job)).scalar_one()
    return count


def stayed(conn: Connection, job: int, *, now: datetime) -> int:
    """The message surely did not arrive. Returns how often in a row that has happened."""
    _change(conn, job, now, unanswered=sends.c.unanswered - 1, failures=sends.c.failures + 1)
    failures: int = conn.execute(select(sends.c.failures).where(sends.c.job == job)).scalar_one()
    return failures


def _begin(conn: Connection, job: int, now: datetime) -> None:
    conn.execute(insert_new(conn, sends).values(job=job, parts=0, unanswered=0, failures=0, changed_at=now))


def _change(conn: Connection, job: int, now: datetime, **values: object) -> None:
    conn.execute(update(sends).where(sends.c.job == job).values(**values, changed_at=now))
