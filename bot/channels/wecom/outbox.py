"""News on their way to WeCom: what waits together leaves together, at WeCom's pace over all processes, each once.

Every piece of news is a row with a job of its own. The first job that may send takes along what waits of the same topic, and the rows it
took are gone: their jobs find nothing left to do. So no piece can be forgotten, and none leaves twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from bot import jobs
from bot.channels.ledger import MOST_UNANSWERED
from bot.channels.wecom.tables import wecom_doors, wecom_news
from bot.jobs import Later, Never
from bot.store.tables import insert_new

JOB_KIND = "wecom"
MOST_SHOWN = 6
"""Entries of one card; WeCom shows no more lines."""

APART = timedelta(seconds=3.2)
"""From one message to the next. WeCom takes 20 a minute from a robot; this leaves room for what the network bunches."""

SUPERSEDED = frozenset({"overdue", "digest"})
"""Of these topics only the latest says how things stand."""

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Parcel:
    """What leaves as one card: entries of a topic, and how many more there are."""

    topic: str
    entries: tuple[Mapping[str, Any], ...]
    more: int


def post(conn: Connection, door: str, topic: str, entry: Mapping[str, Any], now: datetime) -> None:
    """Put a piece of news on its way."""
    row = {"door": door, "topic": topic, "entries": [dict(entry)], "more": 0, "unanswered": 0, "failures": 0}
    news = conn.execute(insert(wecom_news).values(row).returning(wecom_news.c.id)).scalar_one()
    jobs.add(conn, JOB_KIND, {"door": door, "news": news}, now=now, lane=f"{JOB_KIND}:{door}")


def may_have_arrived(conn: Connection, news: int) -> bool:
    """Whether an earlier try ended without an answer."""
    return bool(conn.scalar(select(wecom_news.c.unanswered).where(wecom_news.c.id == news)))


def leaving(conn: Connection, door: str, news: int, job: int, now: datetime, *, counts: bool = True) -> Parcel | None:
    """Note that this piece is about to leave, with all that waits beside it. None if it left with another.

    Raises Later if it is too soon, Never for one given up. With `counts` False the platform itself keeps repeats apart.
    """
    free_at = _held(conn, door)
    row = conn.execute(select(wecom_news).where(wecom_news.c.id == news).with_for_update()).one_or_none()
    if row is None:
        return None
    unanswered = 0 if row.given_up_by not in {None, job} else row.unanswered
    if row.given_up_by == job or (counts and unanswered >= MOST_UNANSWERED):
        raise Never("unknown")
    if free_at > now:
        raise Later((free_at - now).total_seconds(), counts=False)
    entries, more = (tuple(row.entries), row.more) if unanswered else _gathered(conn, row)
    _change(conn, news, entries=list(entries), more=more, unanswered=unanswered + 1, given_up_by=None)
    conn.execute(update(wecom_doors).where(wecom_doors.c.door == door).values(free_at=now + APART))
    return Parcel(row.topic, entries, more)


def arrived(conn: Connection, news: int) -> None:
    """WeCom has taken it."""
    conn.execute(delete(wecom_news).where(wecom_news.c.id == news))


def lost(conn: Connection, news: int) -> int:
    """It left, and its answer was lost. Such a try counts twice. Returns the count of tries without an answer."""
    _change(conn, news, unanswered=wecom_news.c.unanswered + 1)
    count: int = conn.execute(select(wecom_news.c.unanswered).where(wecom_news.c.id == news)).scalar_one()
    return count


def stayed(conn: Connection, door: str, news: int, quiet: timedelta, now: datetime) -> int:
    """It surely did not arrive, and for a while nothing else would. Returns how often in a row that has happened."""
    _held(conn, door)
    conn.execute(update(wecom_doors).where(wecom_doors.c.door == door).values(free_at=now + max(quiet, APART)))
    _change(conn, news, unanswered=wecom_news.c.unanswered - 1, failures=wecom_news.c.failures + 1)
    failures: int = conn.execute(select(wecom_news.c.failures).where(wecom_news.c.id == news)).scalar_one()
    return failures


def give_up(conn: Connection, news: int, job: int) -> None:
    """The job tries it no more. The row stays, in case staff have it tried again."""
    _change(conn, news, given_up_by=job)


def _held(conn: Connection, door: str) -> datetime:
    """When the door is free; nobody else comes near it before this transaction ends."""
    conn.execute(insert_new(conn, wecom_doors).values(door=door, free_at=LONG_AGO))
    free_at: datetime = conn.execute(select(wecom_doors.c.free_at).where(wecom_doors.c.door == door).with_for_update()).scalar_one()
    return free_at


def _gathered(conn: Connection, row: Row[Any]) -> tuple[tuple[Mapping[str, Any], ...], int]:
    """The entries of this piece and of all that wait of its topic and have surely not left; the others' rows are gone."""
    waiting = (wecom_news.c.door == row.door, wecom_news.c.topic == row.topic, wecom_news.c.unanswered == 0)
    beside = (*waiting, wecom_news.c.given_up_by.is_(None), wecom_news.c.id != row.id)
    taken = conn.execute(delete(wecom_news).where(*beside).returning(wecom_news.c.id, wecom_news.c.entries, wecom_news.c.more)).all()
    every = sorted([row, *taken], key=lambda each: each.id)
    entries = [entry for each in every for entry in each.entries]
    if row.topic in SUPERSEDED:
        return tuple(entries[-1:]), 0
    return tuple(entries[:MOST_SHOWN]), len(entries[MOST_SHOWN:]) + sum(each.more for each in every)


def _change(conn: Connection, news: int, **values: object) -> None:
    conn.execute(update(wecom_news).where(wecom_news.c.id == news).values(**values))
