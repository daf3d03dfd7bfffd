"""The daily seal: every day once, days missed included."""

from __future__ import annotations

from datetime import UTC, date, datetime

from sqlalchemy import Connection, select

from bot import audit, sealing
from bot.audit import audit_seals
from bot.jobs import Job
from bot.jobs.tables import jobs
from bot.store import Store

FIRST = date(2026, 11, 20)


def days_sealed(conn: Connection) -> list[date]:
    return list(conn.scalars(select(audit_seals.c.day).order_by(audit_seals.c.day)))


def days_queued(conn: Connection) -> list[str]:
    return [payload["day"] for payload in conn.scalars(select(jobs.c.payload).where(jobs.c.kind == sealing.JOB_KIND))]


def recorded(conn: Connection) -> None:
    audit.record(conn, at=datetime(2026, 11, 21, 9, tzinfo=UTC), actor="system", action="x", subject="claim:1")


def due_of(conn: Connection, day: str) -> datetime | None:
    return conn.scalar(select(jobs.c.due).where(jobs.c.dedupe == f"{sealing.JOB_KIND}:{day}"))


async def test_days_missed_are_sealed_one_after_the_other_and_today_waits_for_its_end(store: Store) -> None:
    now = datetime(2026, 11, 23, 8, tzinfo=UTC)
    seal = sealing.sealer(store, lambda: now)
    await store.write(recorded)

    for day in ("2026-11-20", "2026-11-21", "2026-11-22"):
        await seal(Job(1, sealing.JOB_KIND, {"day": day}, 0))

    assert await store.read(days_sealed) == [date(2026, 11, 20), date(2026, 11, 21), date(2026, 11, 22)]
    assert await store.read(days_queued) == ["2026-11-21", "2026-11-22", "2026-11-23"]
    assert await store.read(due_of, "2026-11-23") == datetime(2026, 11, 24, 0, 10, tzinfo=UTC)
    assert await store.read(audit.verify_seals) is None


async def test_a_day_is_queued_once(store: Store) -> None:
    now = datetime(2026, 11, 23, 8, tzinfo=UTC)

    await store.write(sealing.queue, FIRST, now)
    await store.write(sealing.queue, FIRST, now)

    assert await store.read(days_queued) == ["2026-11-20"]
