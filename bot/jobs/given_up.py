"""Jobs given up: how many there are of which kind, the end of one that staff are done with, and those of a lane that may go again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, func, select

from bot.jobs.queue import Dead, revive
from bot.jobs.tables import DEAD, jobs


def counts(conn: Connection) -> dict[str, int]:
    """Count the jobs given up by kind, the most first."""
    number = func.count().label("number")
    rows = conn.execute(select(jobs.c.kind, number).where(jobs.c.state == DEAD).group_by(jobs.c.kind).order_by(number.desc(), jobs.c.kind))
    return {row.kind: row.number for row in rows}


def forget(conn: Connection, job_id: int) -> Dead | None:
    """Delete a dead job; what it was, or None if there is no such dead job."""
    columns = (jobs.c.id, jobs.c.kind, jobs.c.lane, jobs.c.attempts, jobs.c.reason, jobs.c.added_at)
    row = conn.execute(delete(jobs).where(jobs.c.id == job_id, jobs.c.state == DEAD).returning(*columns)).first()
    return None if row is None else Dead(row.id, row.kind, row.lane, row.attempts, row.reason or "", row.added_at)


def revive_lane(conn: Connection, lane: str, reason: str, *, most: int, now: datetime) -> int:
    """Queue the newest dead jobs of a lane again that were given up for this reason, in their order; how many."""
    newest = select(jobs.c.id).where(jobs.c.lane == lane, jobs.c.state == DEAD, jobs.c.reason == reason).order_by(jobs.c.id.desc())
    found = list(conn.scalars(newest.limit(most)))
    return sum(revive(conn, job_id, now=now) for job_id in sorted(found))
