"""Once a day the records of the day before are sealed together; a day missed while nothing ran is sealed at the next start."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import Connection, select

from bot import audit, jobs
from bot.jobs import Handler, Job
from bot.jobs.tables import jobs as waiting
from bot.store import Store

JOB_KIND = "seal"
AFTER_MIDNIGHT = timedelta(minutes=10)


def queue(conn: Connection, day: date, now: datetime) -> None:
    """Have a day sealed once it is over."""
    due = datetime.combine(day + timedelta(days=1), time(), UTC) + AFTER_MIDNIGHT
    jobs.add(conn, JOB_KIND, {"day": day.isoformat()}, now=now, due=max(due, now), dedupe=f"{JOB_KIND}:{day}")


def is_queued(conn: Connection) -> bool:
    """Whether some day waits to be sealed: then the following ones take care of themselves."""
    return conn.execute(select(waiting.c.id).where(waiting.c.kind == JOB_KIND).limit(1)).first() is not None


def sealer(store: Store, clock: Callable[[], datetime]) -> Handler:
    """The handler: seals the day, and queues the next one that is not."""

    async def handle(job: Job) -> None:
        await store.write(_seal_and_go_on, date.fromisoformat(job.payload["day"]), clock())

    return handle


def _seal_and_go_on(conn: Connection, day: date, now: datetime) -> None:
    audit.seal(conn, day)
    queue(conn, day + timedelta(days=1), now)
