"""Several processes with one token on PostgreSQL: one polls, another takes over when it dies, and all share Telegram's pace."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

import pytest
import structlog
from sqlalchemy import text

from bot.channels.telegram.pace import ALL_CHATS_S, Pace
from bot.channels.telegram.sharing import LEASE_S, OnlyOne, Shared
from bot.store import Keyring, Store
from tests.channels.telegram.running import Echo, running, says
from tests.fakes.phone import Phone
from tests.fakes.telegram import PATIENCE_S, TelegramServer


@pytest.fixture
async def stores(postgres_url: str, keyring: Keyring) -> AsyncIterator[tuple[Store, Store]]:
    """The same database, as two processes have it open."""
    both = Store.open(postgres_url, keyring), Store.open(postgres_url, keyring)
    yield both
    for store in both:
        await store.close()


async def test_of_two_processes_one_polls_and_nobody_is_in_conflict(
    stores: tuple[Store, Store], telegram: TelegramServer, phone: Phone
) -> None:
    with structlog.testing.capture_logs() as logs:
        async with running(stores[0], telegram, Echo(), quick=True), running(stores[1], telegram, Echo(), quick=True):
            for number in range(5):
                phone.types(str(number))
                await phone.hears()
            async with asyncio.timeout(PATIENCE_S):
                while "telegram_polling_elsewhere" not in [entry["event"] for entry in logs]:  # noqa: ASYNC110 - nothing else tells
                    await asyncio.sleep(0.02)

    events = [entry["event"] for entry in logs]
    assert "telegram_conflict" not in events
    assert phone.heard == [f"took {number}" for number in range(5)]


async def test_when_the_one_that_polls_ends_the_other_goes_on(stores: tuple[Store, Store], telegram: TelegramServer, phone: Phone) -> None:
    async with running(stores[0], telegram, Echo(), quick=True) as first:
        phone.types("one")
        await phone.hears()
        async with running(stores[1], telegram, Echo(), quick=True):
            await first.stop_receiving()
            phone.types("two")
            await phone.hears()

    assert phone.heard == ["took one", "took two"]


async def test_when_it_dies_the_other_takes_over_within_the_lease(stores: tuple[Store, Store]) -> None:
    dead, alive = (OnlyOne(store, "4242") for store in stores)
    begun = asyncio.Event()

    async def work() -> None:
        begun.set()
        await asyncio.Event().wait()

    await stores[0].write(dead._take)  # and is heard of no more
    died = time.monotonic()
    living = asyncio.create_task(alive.run(work))
    async with asyncio.timeout(PATIENCE_S):
        await begun.wait()
    took = time.monotonic() - died
    living.cancel()

    assert took > LEASE_S - 1


async def test_who_has_lost_the_lease_polls_no_more(stores: tuple[Store, Store]) -> None:
    slow, quick = (OnlyOne(store, "4242") for store in stores)
    begun, ended = asyncio.Event(), asyncio.Event()

    async def work() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    polling = asyncio.create_task(slow.run(work))
    async with asyncio.timeout(PATIENCE_S):
        await begun.wait()
        await stores[1].write(lambda conn: conn.execute(text("DELETE FROM telegram_pollers")) and quick._take(conn))
        await ended.wait()
    polling.cancel()


async def test_two_processes_together_keep_to_thirty_a_second_and_one_a_second_to_a_chat(
    stores: tuple[Store, Store], telegram: TelegramServer
) -> None:
    phones = [Phone(telegram, 8000 + number) for number in range(60)]
    begun = time.monotonic()
    async with (
        running(stores[0], telegram, Echo(), receives=False) as bot,
        running(stores[1], telegram, Echo(), receives=False),
    ):
        await asyncio.gather(*(bot.say(phone.person, says("news")) for phone in phones + phones[:3] * 2))
        assert await bot.settled() == []

    calls = sorted(telegram.called("sendMessage"), key=lambda call: call.at)
    assert len(calls) == 66
    assert all(call.at - begun >= place * ALL_CHATS_S - 0.01 for place, call in enumerate(calls))
    for phone in phones[:3]:
        own = [call.at for call in calls if call.parameters["chat_id"] == str(phone.person)]
        assert all(at - begun >= place for place, at in enumerate(own))


async def test_turns_are_given_by_the_databases_clock_one_for_all(stores: tuple[Store, Store]) -> None:
    paces = [Pace(turns=Shared(store)) for store in stores]
    left: list[float] = []

    async def leave(number: int) -> None:
        await paces[number % 2].wait(str(number))
        left.append(time.monotonic())

    await asyncio.gather(*(leave(number) for number in range(56)))

    assert max(left) - min(left) > 1.8


async def test_a_refusal_to_one_process_holds_the_other_too(stores: tuple[Store, Store]) -> None:
    refused, other = (Pace(turns=Shared(store)) for store in stores)
    began = time.monotonic()

    await refused.hold("one", 1.0)
    await other.wait("two")

    assert time.monotonic() - began >= 1.0
