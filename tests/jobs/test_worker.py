"""Carrying out: in order within a lane, again when it failed, by one worker at a time, whatever dies."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import datetime
from functools import partial

from sqlalchemy import Connection, LargeBinary, func, literal, select, update

from bot import jobs
from bot.jobs.queue import Outcome, finish, take
from bot.jobs.tables import jobs as table
from bot.store import Keyring, Store
from tests.jobs.working import Diary, HandClock, settled, working


def is_empty(conn: Connection) -> bool:
    return conn.scalar(select(func.count()).select_from(table)) == 0


def row_of(conn: Connection) -> tuple[str, int, str | None]:
    row = conn.execute(select(table.c.state, table.c.attempts, table.c.holder)).one()
    return (row.state, row.attempts, row.holder)


def is_put_back(conn: Connection) -> bool:
    return conn.scalar(select(table.c.holder)) is None


def is_due(conn: Connection, at: datetime) -> bool:
    return conn.scalar(select(table.c.due)) == at


def add_all(conn: Connection, clock: HandClock, lanes: list[str | None]) -> None:
    for n, lane in enumerate(lanes):
        jobs.add(conn, "note", {"n": n, "lane": lane}, now=clock(), lane=lane)


async def test_a_job_is_carried_out_once_and_its_row_is_gone(store: Store) -> None:
    clock, diary = HandClock(), Diary()

    async def note(job: jobs.Job) -> None:
        diary.write((job.kind, job.payload["n"], job.attempts))

    async with working(jobs.Worker(store, {"note": note}, clock)):
        await store.write(jobs.add, "note", {"n": 7}, now=clock())
        await diary.holds(1)
        await settled(store, is_empty)

    assert diary.entries == [("note", 7, 1)]


async def test_a_lane_runs_in_order_and_one_at_a_time_while_others_go_on(store: Store) -> None:
    clock, diary = HandClock(), Diary()
    active: Counter[str] = Counter()

    async def note(job: jobs.Job) -> None:
        lane = job.payload["lane"]
        active[lane] += 1
        assert active[lane] == 1
        await asyncio.sleep(0)
        active[lane] -= 1
        diary.write((lane, job.payload["n"]))

    await store.write(add_all, clock, [f"telegram:{n % 5}" for n in range(60)])
    async with working(jobs.Worker(store, {"note": note}, clock)):
        await diary.holds(60)
        await settled(store, is_empty)

    for lane in range(5):
        assert [n for name, n in diary.entries if name == f"telegram:{lane}"] == list(range(lane, 60, 5))


async def test_a_lane_waits_behind_a_job_that_is_to_be_tried_later(store: Store) -> None:
    clock, diary = HandClock(), Diary()

    async def note(job: jobs.Job) -> None:
        diary.write((job.payload["n"], job.attempts))
        if job.payload["n"] == 0 and job.attempts == 1:
            raise jobs.Later(30)

    await store.write(add_all, clock, ["a", "a", "b"])
    async with working(jobs.Worker(store, {"note": note}, clock)) as worker:
        await diary.holds(2)
        await settled(store, lambda conn: conn.scalar(select(func.count()).where(table.c.holder.is_(None))) == 2)
        assert sorted(diary.entries) == [(0, 1), (2, 1)]
        clock.turn(31)
        worker.nudge()
        await diary.holds(4)
        await settled(store, is_empty)

    assert diary.entries[2:] == [(0, 2), (1, 1)]


async def test_waiting_that_does_not_count_uses_up_no_try(store: Store) -> None:
    clock, diary = HandClock(), Diary()

    async def note(job: jobs.Job) -> None:
        diary.write(job.attempts)
        if len(diary.entries) < 30:
            clock.turn(5)
            raise jobs.Later(1, counts=False)

    await store.write(jobs.add, "note", {}, now=clock())
    async with working(jobs.Worker(store, {"note": note}, clock)) as worker:
        for times in range(1, 31):
            await diary.holds(times)
            await settled(store, lambda conn: conn.scalar(select(func.count(table.c.holder))) == 0)
            clock.turn(5)
            worker.nudge()

    assert diary.entries == [1] * 30
    assert await store.read(is_empty)


async def test_a_job_that_can_never_succeed_is_kept_as_dead_and_its_lane_goes_on(store: Store) -> None:
    clock, diary = HandClock(), Diary()

    async def note(job: jobs.Job) -> None:
        if job.payload["n"] == 0:
            raise jobs.Never("blocked by the member")
        diary.write(job.payload["n"])

    await store.write(add_all, clock, ["a", "a"])
    async with working(jobs.Worker(store, {"note": note}, clock)):
        await diary.holds(1)

    dead = await store.read(jobs.dead)
    assert [(one.kind, one.lane, one.attempts, one.reason) for one in dead] == [("note", "a", 1, "blocked by the member")]


async def test_a_dead_job_revived_is_carried_out(store: Store) -> None:
    clock, diary = HandClock(), Diary()

    async def note(job: jobs.Job) -> None:
        diary.write(job.payload["n"])
        if len(diary.entries) == 1:
            raise jobs.Never("no")

    await store.write(jobs.add, "note", {"n": 3}, now=clock(), dedupe="x")
    async with working(jobs.Worker(store, {"note": note}, clock)):
        await settled(store, jobs.dead)
        dead = await store.read(jobs.dead)
        assert await store.write(jobs.revive, dead[0].id, now=clock()) is True
        assert await store.write(jobs.revive, dead[0].id, now=clock()) is False
        await diary.holds(2)
        await settled(store, is_empty)

    assert diary.entries == [3, 3]


async def test_a_job_that_keeps_failing_waits_longer_each_time_and_is_dead_after_twelve_tries(store: Store) -> None:
    clock, diary = HandClock(), Diary()
    pauses: list[float] = []

    async def note(job: jobs.Job) -> None:
        diary.write(job.attempts)
        raise OSError("王秀英 is not to be seen in a reason")

    await store.write(jobs.add, "note", {}, now=clock())
    async with working(jobs.Worker(store, {"note": note}, clock)) as worker:
        for times in range(1, 13):
            await diary.holds(times)
            await settled(store, is_put_back)
            due = await store.read(lambda conn: conn.execute(select(table.c.due)).scalar_one())
            pauses.append((due - clock()).total_seconds())
            clock.turn(2 * 3600)
            worker.nudge()

    assert diary.entries == list(range(1, 13))
    assert all(0.75 * 2 ** (n + 1) <= pause <= 1.25 * 2 ** (n + 1) for n, pause in enumerate(pauses[:10]))
    (dead,) = await store.read(jobs.dead)
    assert dead.reason.startswith("OSError at test_worker.py:")


async def test_a_payload_that_no_key_opens_stops_no_other_job(store: Store) -> None:
    clock, diary = HandClock(), Diary()

    async def note(job: jobs.Job) -> None:
        diary.write(job.payload["n"])

    await store.write(add_all, clock, [None, None])
    await store.write(lambda conn: conn.execute(update(table).where(table.c.id == 1).values(payload=literal(b"x", LargeBinary()))) and None)
    async with working(jobs.Worker(store, {"note": note}, clock)):
        await diary.holds(1)
        await settled(store, lambda conn: conn.scalar(select(func.count()).select_from(table)) == 1)

    assert diary.entries == [1]


async def test_a_job_whose_worker_died_is_taken_again_after_its_lease_and_not_before(store: Store) -> None:
    clock, diary = HandClock(), Diary()

    async def note(job: jobs.Job) -> None:
        diary.write(job.attempts)

    await store.write(jobs.add, "note", {}, now=clock())
    taken = await store.write(take, "a worker that dies", ["note"], 64, clock(), clock.in_seconds(60))
    assert len(taken) == 1
    assert await store.write(take, "another", ["note"], 64, clock(), clock.in_seconds(60)) == []

    async with working(jobs.Worker(store, {"note": note}, clock)) as worker:
        clock.turn(59)
        await store.write(jobs.add, "other", {}, now=clock())
        assert diary.entries == []
        clock.turn(2)
        worker.nudge()
        await diary.holds(1)
        await settled(store, lambda conn: list(conn.scalars(select(table.c.kind))) == ["other"])

    assert diary.entries == [2]


async def test_a_worker_that_lost_its_lease_can_no_longer_finish_the_job(store: Store) -> None:
    clock = HandClock()
    await store.write(jobs.add, "note", {}, now=clock())
    (first,) = await store.write(take, "slow", ["note"], 64, clock(), clock.in_seconds(60))
    clock.turn(61)
    await store.write(take, "quick", ["note"], 64, clock(), clock.in_seconds(60))

    await store.write(finish, "slow", [Outcome(first.id)])

    assert await store.read(row_of) == ("waiting", 2, "quick")


async def test_a_job_that_took_its_process_down_twelve_times_is_dead(store: Store) -> None:
    clock = HandClock()
    await store.write(jobs.add, "note", {}, now=clock())
    for _ in range(13):
        await store.write(take, "dies", ["note"], 64, clock(), clock.in_seconds(60))
        clock.turn(61)

    assert [(one.attempts, one.reason) for one in await store.read(jobs.dead)] == [(12, "lost")]


async def test_a_long_job_keeps_its_lease(store: Store) -> None:
    clock, diary, may_end = HandClock(), Diary(), asyncio.Event()

    async def note(job: jobs.Job) -> None:
        diary.write(job.attempts)
        await may_end.wait()

    await store.write(jobs.add, "note", {}, now=clock())
    async with working(jobs.Worker(store, {"note": note}, clock)) as worker:
        await diary.holds(1)
        for _ in range(10):
            clock.turn(30)
            until = clock.in_seconds(60)
            worker.nudge()
            await settled(store, partial(is_due, at=until))
            assert await store.write(take, "another", ["note"], 64, clock(), until) == []
        may_end.set()
        await settled(store, is_empty)

    assert diary.entries == [1]


async def test_a_job_lost_to_another_worker_is_broken_off(store: Store) -> None:
    clock, diary = HandClock(), Diary()

    async def note(job: jobs.Job) -> None:
        diary.write("begun")
        try:
            await asyncio.Event().wait()
        finally:
            diary.write("broken off")

    await store.write(jobs.add, "note", {}, now=clock())
    async with working(jobs.Worker(store, {"note": note}, clock)) as worker:
        await diary.holds(1)
        await store.write(lambda conn: conn.execute(table.update().values(holder="another")) and None)
        clock.turn(30)
        worker.nudge()
        await diary.holds(2)

    assert (await store.read(row_of))[2] == "another"


async def test_stopping_puts_back_what_is_not_finished_without_using_up_a_try(store: Store) -> None:
    clock, diary = HandClock(), Diary()

    async def note(job: jobs.Job) -> None:
        diary.write(job.attempts)
        await asyncio.Event().wait()

    await store.write(jobs.add, "note", {}, now=clock())
    async with working(jobs.Worker(store, {"note": note}, clock, grace_s=0.01)):
        await diary.holds(1)

    assert await store.read(row_of) == ("waiting", 0, None)


async def test_jobs_of_other_kinds_are_left_alone(store: Store) -> None:
    clock, diary = HandClock(), Diary()

    async def note(job: jobs.Job) -> None:
        diary.write(job.kind)

    await store.write(jobs.add, "upload", {}, now=clock())
    await store.write(jobs.add, "note", {}, now=clock())
    async with working(jobs.Worker(store, {"note": note}, clock)):
        await diary.holds(1)

    assert await store.read(lambda conn: list(conn.scalars(select(table.c.kind)))) == ["upload"]


async def test_a_job_due_tomorrow_waits_for_tomorrow(store: Store) -> None:
    clock, diary = HandClock(), Diary()

    async def note(job: jobs.Job) -> None:
        diary.write(job.payload["n"])

    await store.write(jobs.add, "note", {"n": "tomorrow"}, now=clock(), due=clock.in_seconds(86400))
    await store.write(jobs.add, "note", {"n": "today"}, now=clock())
    async with working(jobs.Worker(store, {"note": note}, clock)) as worker:
        await diary.holds(1)
        clock.turn(86401)
        worker.nudge()
        await diary.holds(2)

    assert diary.entries == ["today", "tomorrow"]


async def test_four_workers_with_a_store_each_run_every_job_once_and_every_lane_in_order(database_url: str, keyring: Keyring) -> None:
    clock, diary = HandClock(), Diary()
    active: Counter[str] = Counter()

    async def note(job: jobs.Job) -> None:
        lane = job.payload["lane"]
        active[lane] += 1
        assert active[lane] == 1
        await asyncio.sleep(0.001)
        active[lane] -= 1
        diary.write((lane, job.payload["n"]))

    stores = [Store.open(database_url, keyring) for _ in range(4)]
    await stores[0].write(add_all, clock, [f"lane {n % 40}" for n in range(400)])
    workers = [jobs.Worker(store, {"note": note}, clock, size=16) for store in stores]
    tasks = [asyncio.create_task(worker.run()) for worker in workers]

    await diary.holds(400)
    for worker in workers:
        await worker.stop()
    await asyncio.gather(*tasks)

    assert await stores[0].read(is_empty)
    assert Counter(n for _, n in diary.entries) == Counter(range(400))
    for lane in range(40):
        assert [n for name, n in diary.entries if name == f"lane {lane}"] == list(range(lane, 400, 40))
    for store in stores:
        await store.close()
