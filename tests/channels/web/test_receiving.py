"""Files on their way in: a slow one holds up nobody, and nobody on a bad network is sent away for being slow."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.web import receiving, room
from bot.channels.web.limits import FILE_BYTES
from bot.channels.web.receiving import BODY_WITHIN_S, GRACE_S, LEAST_A_SECOND, deadline
from bot.channels.web.refused import Refused
from bot.channels.web.room import FILES_AT_ONCE, Place, Room
from tests.channels.web.page import Answer, Page
from tests.channels.web.running import Running
from tests.channels.web.test_files import photo

DECLARED = {"Content-Length": str(FILE_BYTES)}


class Drip:
    """Twenty megabytes declared, and a byte sent now and then."""

    def __init__(self, every_s: float = 0.05) -> None:
        self.begun = asyncio.Event()
        self._every_s = every_s

    async def __call__(self) -> AsyncIterator[bytes]:
        while True:
            yield b"x"
            self.begun.set()
            await asyncio.sleep(self._every_s)


async def dripping(pages: list[Page], drip: Drip) -> list[asyncio.Task[Answer]]:
    sending = [asyncio.create_task(page.put(drip(), **DECLARED)) for page in pages for _ in range(FILES_AT_ONCE)]
    await drip.begun.wait()
    await asyncio.sleep(0.3)  # the server has begun to read them
    return sending


async def test_six_files_that_only_drip_hold_up_no_honest_photo(page: Page, stranger: Page, running: Running) -> None:
    sending = await dripping([page, stranger], Drip())

    async with Page(running.server) as honest, asyncio.timeout(60):
        await honest.begin()
        answer = await honest.put(photo())

    assert answer.status == 202
    assert not any(task.done() for task in sending)
    for task in sending:
        task.cancel()
    await asyncio.gather(*sending, return_exceptions=True)


async def test_a_file_that_only_drips_is_ended_with_a_sentence(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receiving, "GRACE_S", 0.3)

    async with asyncio.timeout(60):
        answer = await page.put(Drip()(), **DECLARED)

    assert (answer.status, answer.json()["reason"]) == (408, "too_slow")
    assert answer.json()["sentence"]


async def test_where_memory_has_no_room_the_page_is_told_when_to_come_again(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Room, "take", never)

    answer = await page.put(photo())

    assert (answer.status, answer.json()["reason"], answer.headers["Retry-After"]) == (503, "crowded", "5")


async def never(_room: Room, _place: Place, _size: int) -> None:
    await asyncio.Event().wait()


async def test_nothing_is_held_for_what_a_request_only_declares() -> None:
    few = Room(size=10)
    async with few.place("one") as idle, few.place("two") as busy:
        await busy.grow(10)

        assert (idle.size, busy.size) == (0, 10)


async def test_who_finds_no_room_waits_for_it() -> None:
    few, inside = Room(size=10, within_s=60), asyncio.Event()

    async def late() -> None:
        async with few.place("late") as place:
            await place.grow(1)
            inside.set()

    async with few.place("one") as first:
        await first.grow(10)
        waiting = asyncio.create_task(late())
        await asyncio.sleep(0.01)
        assert not inside.is_set()
    async with asyncio.timeout(60):
        await waiting


async def test_who_finds_none_in_time_is_told_to_come_again() -> None:
    few = Room(size=10, within_s=0.01)
    async with few.place("one") as first, few.place("two") as second:
        await first.grow(10)

        with pytest.raises(Refused) as refused:
            await second.grow(1)

    assert (refused.value.status, refused.value.after_s) == (503, room.AGAIN_AFTER_S)


async def test_the_oldest_that_has_had_its_time_makes_way_for_a_newcomer() -> None:
    few, ended = Room(size=10, within_s=60, own_time_s=0), []

    async def squat(name: str) -> None:
        async with few.place(name) as place:
            await place.grow(5)
            try:
                async with asyncio.timeout(60) as place.patience:
                    await asyncio.Event().wait()
            except TimeoutError:
                ended.append(name)

    squatters = [asyncio.create_task(squat(name)) for name in ("oldest", "younger")]
    await asyncio.sleep(0.01)
    async with asyncio.timeout(60), few.place("newcomer") as place:
        await place.grow(5)

    assert ended == ["oldest"]
    for task in squatters:
        task.cancel()
    await asyncio.gather(*squatters, return_exceptions=True)


async def test_nobody_makes_way_before_their_time_is_up() -> None:
    few = Room(size=10, within_s=0.01)
    async with few.place("one") as first, few.place("two") as second:
        await first.grow(10)
        async with asyncio.timeout(60) as first.patience:
            with pytest.raises(Refused):
                await second.grow(1)

        assert not first.is_given_up


@given(pieces=st.lists(st.integers(1, 64_000), min_size=1, max_size=60), rate=st.integers(10_000, 10_000_000))
def test_a_phone_on_2g_is_never_too_slow_within_the_time_for_all(pieces: list[int], rate: int) -> None:
    now, until = 0.0, GRACE_S
    for came in pieces:
        now += came / rate
        assert now < until or now > BODY_WITHIN_S
        until = deadline(until, came, now, 0.0)


@given(pieces=st.lists(st.tuples(st.integers(1, 500), st.floats(0.5, 60)), min_size=1, max_size=200))
def test_who_brings_less_than_the_least_rate_lasts_no_longer_than_the_grace_and_what_the_bytes_bought(
    pieces: list[tuple[int, float]],
) -> None:
    now, until, brought = 0.0, GRACE_S, 0
    for came, pause in pieces:
        now += pause
        if now > until:
            break
        brought += came
        until = deadline(until, came, now, 0.0)
        assert until <= GRACE_S + brought / LEAST_A_SECOND + 1e-6  # sums of floats
        assert until <= BODY_WITHIN_S
