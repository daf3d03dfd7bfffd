"""How far the sending of each notice has come.

Noted before and after every text, so that a crash or a lost answer doubles that one text, and no others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, select, update

from bot.channels.plain import Choice
from bot.channels.wechat import chats
from bot.channels.wechat.tables import wechat_chats, wechat_sends
from bot.jobs.tables import jobs
from bot.store.tables import insert_new

KEPT = timedelta(days=30)
"""After so long without a try, nobody asks any more."""


@dataclass(frozen=True)
class Standing:
    """Where the sending of a notice stands: texts taken, tries of the next without an answer; and whether the member may be written to.

    A try whose answer was lost counts twice.
    """

    parts: int
    unanswered: int
    is_gone: bool
    is_open: bool


def standing(conn: Connection, job: int, chat: str, now: datetime) -> Standing:
    """Where it stands; at the beginning if nothing is noted."""
    row = conn.execute(select(wechat_sends.c.parts, wechat_sends.c.unanswered).where(wechat_sends.c.job == job)).one_or_none()
    columns = (wechat_chats.c.heard_at, wechat_chats.c.is_shut, wechat_chats.c.gone_at)
    member = conn.execute(select(*columns).where(wechat_chats.c.chat == chat)).one_or_none()
    is_open = member is None or (not member.is_shut and member.heard_at is not None and now - member.heard_at < chats.WINDOW)
    return Standing(row.parts if row else 0, row.unanswered if row else 0, member is not None and member.gone_at is not None, is_open)


def parts(conn: Connection, job: int) -> int:
    """How many texts of this notice WeChat has taken."""
    count: int | None = conn.scalar(select(wechat_sends.c.parts).where(wechat_sends.c.job == job))
    return count or 0


def leaving(conn: Connection, job: int, chat: str, choices: Sequence[Choice] | None, now: datetime) -> tuple[Choice, ...]:
    """A text is about to leave: from now on it may have arrived, and its choices count. Returns those that counted before."""
    conn.execute(delete(wechat_sends).where(wechat_sends.c.changed_at < now - KEPT))
    _begin(conn, job, now)
    _change(conn, job, now, unanswered=wechat_sends.c.unanswered + 1)
    before = chats.choices(conn, chat)
    if choices is not None:
        chats.show(conn, chat, choices, conn.scalar(select(jobs.c.added_at).where(jobs.c.id == job)) or now)
    return before


def arrived(conn: Connection, job: int, now: datetime) -> None:
    """WeChat has taken the text."""
    _begin(conn, job, now)
    _change(conn, job, now, parts=wechat_sends.c.parts + 1, unanswered=0, failures=0)


def lost(conn: Connection, job: int, now: datetime) -> int:
    """The text left, and its answer was lost. Such a try counts twice. Returns the count of tries without an answer."""
    _change(conn, job, now, unanswered=wechat_sends.c.unanswered + 1)
    count: int = conn.execute(select(wechat_sends.c.unanswered).where(wechat_sends.c.job == job)).scalar_one()
    return count


def stayed(conn: Connection, job: int, chat: str, before: Sequence[Choice], now: datetime) -> int:
    """The text surely did not arrive: the choices shown before it count again. Returns how often in a row that has happened."""
    _change(conn, job, now, unanswered=wechat_sends.c.unanswered - 1, failures=wechat_sends.c.failures + 1)
    chats.put_back(conn, chat, before)
    failures: int = conn.execute(select(wechat_sends.c.failures).where(wechat_sends.c.job == job)).scalar_one()
    return failures


def _begin(conn: Connection, job: int, now: datetime) -> None:
    conn.execute(insert_new(conn, wechat_sends).values(job=job, parts=0, unanswered=0, failures=0, changed_at=now))


def _change(conn: Connection, job: int, now: datetime, **values: object) -> None:
    conn.execute(update(wechat_sends).where(wechat_sends.c.job == job).values(**values, changed_at=now))
