"""The job that looks what is due, every few minutes, one conversation and one promise to a transaction. It queues the next round first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog
from sqlalchemy import Connection

from bot import jobs
from bot.jobs import Handler, Job
from bot.reminders import drafts, promises
from bot.reminders.drafts import Drafts
from bot.reminders.plan import Plan
from bot.reminders.reach import ByChannel
from bot.store import Store
from bot.store.errors import OutcomeUnknown, StoreClosed, StoreUnavailable
from calculator.policy import Policies

JOB_KIND: Final = "remind"
EVERY: Final = timedelta(minutes=10)
AT_ONCE: Final = 100
PUT_OFF: Final = timedelta(days=1)
"""What fails by our own fault is tried again tomorrow, and holds up nobody else."""

AWAY = (StoreUnavailable, OutcomeUnknown, StoreClosed)

log = structlog.get_logger(__name__)

Due = Callable[[Connection, datetime, int], list[int]]
Work = Callable[[Connection, int, datetime], None]
PutOff = Callable[[Connection, int, datetime], None]


@dataclass(frozen=True)
class Round:
    """What a round works with."""

    plan: Plan
    drafts: Drafts
    policies: Policies
    by_channel: ByChannel


def begin(conn: Connection, now: datetime) -> None:
    """At start: queue the next round, unless it is queued."""
    queue(conn, now)


def queue(conn: Connection, now: datetime) -> None:
    """Queue the round after this moment: whoever asks, it is queued once."""
    slot = int(now.timestamp() // EVERY.total_seconds()) + 1
    due = datetime.fromtimestamp(slot * EVERY.total_seconds(), now.tzinfo)
    jobs.add(conn, JOB_KIND, {}, now=now, due=due, dedupe=f"{JOB_KIND}:{slot}")


def rounds(store: Store, work: Round, clock: Callable[[], datetime]) -> Handler:
    """The handler of the job."""

    def looking(conn: Connection, one: int, now: datetime) -> None:
        drafts.remind(conn, one, work.drafts, work.plan, work.by_channel, now)

    def keeping(conn: Connection, one: int, now: datetime) -> None:
        promises.keep(conn, one, work.policies, work.plan, work.by_channel, now)

    async def handle(_: Job) -> None:
        await store.write(queue, clock())
        await _all(store, drafts.due, looking, drafts.put_off, work.plan, clock)
        await _all(store, promises.due, keeping, promises.put_off, work.plan, clock)

    return handle


async def _all(store: Store, due: Due, work: Work, put_off: PutOff, plan: Plan, clock: Callable[[], datetime]) -> None:
    """Go through what is due until nothing is, or the quiet hours begin."""
    while plan.waking(now := clock()) <= now and (ones := await store.read(due, now, AT_ONCE)):
        for one in ones:
            try:
                await store.write(work, one, now)
            except AWAY:
                raise
            except Exception as error:  # noqa: BLE001 - one row must not stop the others
                log.error("reminder_failed", error=type(error).__name__)  # noqa: TRY400 - no message: it may hold a name
                await store.write(put_off, one, now + PUT_OFF)
