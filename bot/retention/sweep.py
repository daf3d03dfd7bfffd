"""The nightly job that erases what is over, in pieces that hold up nobody.

It queues the next night first. A night that was missed is made up for at the next start.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo
from functools import partial
from pathlib import Path
from typing import Final

import structlog
from sqlalchemy import Connection

from bot import jobs
from bot.documents.files import Files
from bot.jobs import Handler, Job
from bot.retention import chats, papers, rows
from bot.retention.keep import Keep
from bot.store import Store
from bot.store.errors import OutcomeUnknown, StoreClosed, StoreUnavailable

JOB_KIND: Final = "retention"
AT: Final = time(3, 43)
"""When few people write."""

PAUSE_S: Final = 0.02
"""Between two pieces, for everybody else."""

AWAY = (StoreUnavailable, OutcomeUnknown, StoreClosed)

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Sweep:
    """What is swept: a deployment's database and files, with its days."""

    store: Store
    files: Files
    pushes: Path
    keep: Keep
    zone: tzinfo


def begin(conn: Connection, zone: tzinfo, now: datetime) -> None:
    """At start: queue the next night, unless it is queued."""
    local = now.astimezone(zone)
    due = datetime.combine(local.date(), AT, zone)
    due = due if due > now else datetime.combine(local.date() + timedelta(days=1), AT, zone)
    jobs.add(conn, JOB_KIND, {}, now=now, due=due, dedupe=f"{JOB_KIND}:{due:%Y-%m-%d}")


def sweeper(sweep: Sweep, clock: Callable[[], datetime]) -> Handler:
    """The handler of the job. What fails is logged, and tried again the next night; it holds up nothing else."""

    async def handle(_: Job) -> None:
        now = clock()
        await sweep.store.write(begin, sweep.zone, now)
        for name, work in _works(sweep, now):
            try:
                await work()
            except AWAY:
                raise
            except Exception as error:  # noqa: BLE001 - one kind must not keep the others
                log.error("retention_failed", what=name, error=type(error).__name__)  # noqa: TRY400 - no message: it may hold a name

    return handle


def _works(sweep: Sweep, now: datetime) -> Iterator[tuple[str, Callable[[], Awaitable[object]]]]:
    store, keep = sweep.store, sweep.keep
    for name, piece in rows.pieces(keep, now).items():
        yield name, partial(_until_done, store, piece)
    yield "updates", partial(_updates, store, now - keep.updates)
    yield "web_chats", partial(_web_chats, store, now - keep.web_chats)
    yield "web_messages", partial(_until_done, store, lambda conn: chats.erase_messages(conn, now - keep.web_messages))
    yield "uploads", partial(_uploads, store, now - keep.uploads, now)
    yield "raw", partial(papers.erase_left_raw, store, sweep.files, now)
    yield "pushes", partial(asyncio.to_thread, papers.erase_left_pushes, sweep.pushes, now)


async def _until_done(store: Store, piece: rows.Piece) -> None:
    is_more = True
    while is_more:
        is_more = await store.write(piece)
        await asyncio.sleep(PAUSE_S)


async def _updates(store: Store, before: datetime) -> None:
    after = ("", "")
    while True:
        last, is_old = await store.report(rows.look_at_updates, after, before)
        if last is None:
            return
        if is_old:
            await store.write(rows.erase_updates, after, last, before)
            await asyncio.sleep(PAUSE_S)
        after = last


async def _web_chats(store: Store, before: datetime) -> None:
    after = ""
    while found := await store.report(chats.idle, after, before):
        for chat in found:
            await _until_done(store, partial(_erase_chat, chat=chat, before=before))
        after = found[-1]


def _erase_chat(conn: Connection, *, chat: str, before: datetime) -> bool:
    return chats.erase(conn, chat, before)


async def _uploads(store: Store, before: datetime, now: datetime) -> None:
    after = ""
    while found := await store.report(papers.unattached, after, before):
        for upload in found:
            await store.write(papers.erase, upload, now)
        after = found[-1]
        await asyncio.sleep(PAUSE_S)
