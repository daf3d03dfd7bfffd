"""Once a day the records of the day before are sealed together; a day missed while nothing ran is sealed at the next start."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import Connection, delete, func, select

from bot import audit, jobs
from bot.audit import audit_seals
from bot.jobs import Handler, Job
from bot.jobs.tables import DEAD, WAITS
from bot.jobs.tables import jobs as queued
from bot.store import Store

JOB_KIND = "seal"
AFTER_MIDNIGHT = timedelta(minutes=10)


def begin(conn: Connection, now: datetime) -> None:
    """At start: unless some day waits to be sealed, go on after the last one that was, or else with the first that has records."""
    if conn.execute(select(queued.c.id).where(queued.c.kind == JOB_KIND, WAITS).limit(1)).first():
        return
    last = conn.scalar(select(func.max(audit_seals.c.day)))
    first = conn.scalar(select(func.min(audit.audit.c.at)))
    queue(conn, last + timedelta(days=1) if last else min(first or now, now).astimezone(UTC).date(), now)


def queue(conn: Connection, day: date, now: datetime) -> None:
    """Have a day sealed once it is over, in place of a try given up."""
    key, over = f"{JOB_KIND}:{day}", datetime.combine(day + timedelta(days=1), time(), UTC) + AFTER_MIDNIGHT
    conn.execute(delete(queued).where(queued.c.dedupe == key, queued.c.state == DEAD))
    jobs.add(conn, JOB_KIND, {"day": day.isoformat()}, now=now, due=max(over, now), dedupe=key)


def sealer(store: Store, clock: Callable[[], datetime]) -> Handler:
    """The handler: seals the day, and queues the next one that is not."""

    async def handle(job: Job) -> None:
        await store.write(_seal_and_go_on, date.fromisoformat(job.payload["day"]), clock())

    return handle


def _seal_and_go_on(conn: Connection, day: date, now: datetime) -> None:
    audit.seal(conn, day)
    queue(conn, day + timedelta(days=1), now)
