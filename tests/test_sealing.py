"""The daily seal: every day once, days missed included."""

from __future__ import annotations

from datetime import UTC, date, datetime

from sqlalchemy import Connection, select, update

from bot import audit, sealing
from bot.audit import audit_seals
from bot.jobs import Job, dead
from bot.jobs.tables import DEAD, WAITS, jobs
from bot.store import Store

FIRST = date(2026, 11, 20)


def days_sealed(conn: Connection) -> list[date]:
    return list(conn.scalars(select(audit_seals.c.day).order_by(audit_seals.c.day)))


def days_queued(conn: Connection) -> list[str]:
    return [payload["day"] for payload in conn.scalars(select(jobs.c.payload).where(jobs.c.kind == sealing.JOB_KIND, WAITS))]


def given_up(conn: Connection) -> None:
    conn.execute(update(jobs).where(jobs.c.kind == sealing.JOB_KIND).values(state=DEAD, reason="tries used up"))


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


async def test_the_first_start_queues_today(store: Store) -> None:
    await store.write(sealing.begin, datetime(2026, 11, 23, 8, tzinfo=UTC))

    assert await store.read(days_queued) == ["2026-11-23"]


async def test_a_start_while_some_day_waits_queues_nothing(store: Store) -> None:
    await store.write(sealing.queue, FIRST, datetime(2026, 11, 20, 8, tzinfo=UTC))

    await store.write(sealing.begin, datetime(2026, 11, 23, 8, tzinfo=UTC))

    assert await store.read(days_queued) == ["2026-11-20"]


async def test_after_a_seal_given_up_the_next_start_goes_on_after_the_last_day_sealed(store: Store) -> None:
    now = datetime(2026, 11, 23, 8, tzinfo=UTC)
    await store.write(audit.seal, FIRST)
    await store.write(sealing.queue, date(2026, 11, 21), now)
    await store.write(given_up)

    await store.write(sealing.begin, now)

    assert await store.read(days_queued) == ["2026-11-21"]
    assert await store.read(dead) == []


async def test_if_the_very_first_seal_was_given_up_the_next_start_begins_with_the_first_records(store: Store) -> None:
    await store.write(recorded)
    await store.write(sealing.queue, date(2026, 11, 21), datetime(2026, 11, 21, 8, tzinfo=UTC))
    await store.write(given_up)

    await store.write(sealing.begin, datetime(2026, 11, 23, 8, tzinfo=UTC))

    assert await store.read(days_queued) == ["2026-11-21"]


async def test_a_day_given_up_in_between_holds_up_no_seal_before_it(store: Store) -> None:
    now = datetime(2026, 11, 23, 8, tzinfo=UTC)
    await store.write(sealing.queue, date(2026, 11, 21), now)
    await store.write(given_up)

    await sealing.sealer(store, lambda: now)(Job(99, sealing.JOB_KIND, {"day": "2026-11-20"}, 1))

    assert await store.read(days_queued) == ["2026-11-21"]
