"""What a dead process left under way."""

from __future__ import annotations

from datetime import timedelta

from bot import jobs
from bot.jobs.queue import take
from bot.store import Store
from tests.jobs.working import HandClock


async def test_a_job_that_a_dead_process_left_under_way_is_taken_again_at_once(store: Store) -> None:
    clock = HandClock()
    until = clock.now + timedelta(minutes=1)
    await store.write(jobs.add, "greet", {}, now=clock.now)
    (left,) = await store.write(take, "the dead", ["greet"], 64, clock.now, until)
    assert await store.write(take, "the living", ["greet"], 64, clock.now, until) == []

    await store.write(jobs.take_back, now=clock.now)

    (taken,) = await store.write(take, "the living", ["greet"], 64, clock.now, until)
    assert (taken.id, taken.attempts) == (left.id, 2)


async def test_what_waits_for_its_time_goes_on_waiting(store: Store) -> None:
    clock = HandClock()
    await store.write(jobs.add, "remind", {}, now=clock.now, due=clock.in_seconds(60))

    await store.write(jobs.take_back, now=clock.now)

    assert await store.write(take, "the living", ["remind"], 64, clock.now, clock.in_seconds(90)) == []
