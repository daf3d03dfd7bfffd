"""Receiving by polling: stored first, confirmed afterwards, each update once."""

from __future__ import annotations

import asyncio
from datetime import datetime

import pytest
import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from bot.message import Incoming, Text
from bot.store import Store
from bot.store.errors import KeyringError, OutcomeUnknown, StoreClosed, StoreError, StoreUnavailable, Unreadable, WorkBroken
from tests.channels.telegram.running import Echo, running
from tests.fakes.phone import Phone
from tests.fakes.telegram import PATIENCE_S, CutAfter, CutBefore, Status, TelegramServer, TooMany


def texts(echo: Echo) -> list[str]:
    return [incoming.what.text for incoming in echo.taken if isinstance(incoming.what, Text)]


async def test_what_is_typed_is_taken_in_order_and_confirmed(store: Store, telegram: TelegramServer, phone: Phone) -> None:
    echo = Echo()
    for number in range(7):
        phone.types(str(number))

    async with running(store, telegram, echo):
        await telegram.until(lambda: len(texts(echo)) == 7 and not telegram.pending)

    assert texts(echo) == ["0", "1", "2", "3", "4", "5", "6"]


async def test_nothing_is_confirmed_before_it_is_stored(sqlite_store: Store, telegram: TelegramServer, phone: Phone) -> None:
    echo, gone = Echo(), [True, True]

    def broken_store(conn: Connection, incoming: Incoming, *, now: datetime) -> bool:
        if gone:
            gone.pop()
            raise OperationalError("BEGIN", {}, Exception("database is locked"))
        assert telegram.pending
        return echo(conn, incoming, now=now)

    phone.types("kept")
    async with running(sqlite_store, telegram, broken_store):
        assert await phone.hears() == "took kept"
        await telegram.until(lambda: not telegram.pending)

    offsets = [call.parameters.get("offset") for call in telegram.called("getUpdates")]
    assert offsets[:3] == [None, 1001, 1001]
    assert offsets[3] == 1002


async def test_killed_between_storing_and_confirming_it_takes_the_update_once(
    sqlite_store: Store, telegram: TelegramServer, phone: Phone
) -> None:
    echo = Echo()
    update = phone.types("once")
    async with running(sqlite_store, telegram, echo, receives=False) as bot:
        await bot.channel.take(update)  # stored; the process dies before its next poll
        assert await phone.hears() == "took once"

    async with running(sqlite_store, telegram, echo) as bot:
        await telegram.until(lambda: not telegram.pending)
        await bot.settled()

    assert phone.heard == ["took once"]
    assert texts(echo) == ["once"]


async def test_the_same_update_five_times_at_once_and_out_of_order_has_one_effect(
    store: Store, telegram: TelegramServer, phone: Phone
) -> None:
    echo = Echo()
    updates = [phone.types("one"), phone.sends_photo(b"two"), phone.types("three"), phone.taps_action("=1.1.k.yes")]

    async with running(store, telegram, echo, receives=False, quick=True) as bot:
        await asyncio.gather(*(bot.channel.take(update) for update in (updates[::-1] * 3 + updates * 2)))
        await bot.settled()

    assert sorted(phone.heard) == ["took =1.1.k.yes", "took file", "took one", "took three"]
    assert len(telegram.called("answerCallbackQuery")) == 1


@pytest.mark.parametrize("fault", [CutBefore(), CutAfter(), Status(500), Status(502, "Bad Gateway"), TooMany(1)])
async def test_a_poll_that_fails_is_tried_again(sqlite_store: Store, telegram: TelegramServer, phone: Phone, fault: CutBefore) -> None:
    telegram.fail("getUpdates", fault)
    phone.types("hello")

    async with running(sqlite_store, telegram, Echo()):
        assert await phone.hears() == "took hello"


async def test_an_update_that_fails_by_our_fault_is_named_and_blocks_nobody(
    sqlite_store: Store, telegram: TelegramServer, phone: Phone
) -> None:
    echo = Echo(fails={"poison": 3})
    phone.types("poison")
    phone.types("next")

    with structlog.testing.capture_logs() as logs:
        async with running(sqlite_store, telegram, echo) as bot:
            await phone.hears(2)
            dead = await bot.settled()

    (failed,) = [entry for entry in logs if entry["event"] == "telegram_update_failed"]
    assert phone.heard[1] == "took next"
    assert failed["error_id"] in phone.heard[0]
    assert [job.reason for job in dead] == [f"update failed: {failed['error_id']}"]
    assert "poison" not in str(logs)


@pytest.mark.parametrize("error", [Unreadable("conversations.state"), KeyringError("no key"), WorkBroken("stopped")], ids=repr)
async def test_a_chat_that_the_store_can_never_take_blocks_nobody(
    sqlite_store: Store, telegram: TelegramServer, phone: Phone, error: StoreError
) -> None:
    echo, other = Echo(), Phone(telegram, 7002)

    def unreadable(conn: Connection, incoming: Incoming, *, now: datetime) -> bool:
        if incoming.chat.id == str(phone.person):
            raise error
        return echo(conn, incoming, now=now)

    phone.types("sealed with a lost key")
    other.types("next")
    async with running(sqlite_store, telegram, unreadable) as bot:
        await telegram.until(lambda: not telegram.pending)
        dead = await bot.settled()

    assert other.heard == ["took next"]
    assert len(dead) == len(phone.heard) == 1


@pytest.mark.parametrize("error", [StoreUnavailable("away"), OutcomeUnknown("cut"), StoreClosed()], ids=repr)
async def test_a_database_away_sets_nothing_aside(sqlite_store: Store, telegram: TelegramServer, phone: Phone, error: StoreError) -> None:
    def away(conn: Connection, incoming: Incoming, *, now: datetime) -> bool:
        raise error

    async with running(sqlite_store, telegram, away, receives=False) as bot:
        with pytest.raises(type(error)):
            await bot.channel.take(phone.types("kept"))

        assert await bot.settled() == []


async def test_a_fault_that_passes_is_never_noticed(sqlite_store: Store, telegram: TelegramServer, phone: Phone) -> None:
    phone.types("shaky")

    async with running(sqlite_store, telegram, Echo(fails={"shaky": 2})):
        assert await phone.hears() == "took shaky"


async def test_an_update_the_library_cannot_read_blocks_nobody(sqlite_store: Store, telegram: TelegramServer, phone: Phone) -> None:
    telegram.update(message={"message_id": "not a message", "chat": 5})
    phone.types("next")

    async with running(sqlite_store, telegram, Echo()) as bot:
        assert await phone.hears() == "took next"
        assert len(await bot.settled()) == 1


async def test_a_second_process_with_the_same_token_is_named_in_the_log(sqlite_store: Store, telegram: TelegramServer) -> None:
    telegram.fail("getUpdates", Status(409, "Conflict: terminated by other getUpdates request"))

    with structlog.testing.capture_logs() as logs:
        async with running(sqlite_store, telegram, Echo()), asyncio.timeout(PATIENCE_S):
            while not any(entry["event"] == "telegram_conflict" for entry in logs):  # noqa: ASYNC110 - nothing else tells
                await asyncio.sleep(0.02)

    assert [entry["event"] for entry in logs if entry["log_level"] == "error"] == ["telegram_conflict"]


async def test_a_group_is_told_once_that_this_is_private(sqlite_store: Store, telegram: TelegramServer, phone: Phone) -> None:
    group = Phone(telegram, -100)
    for _ in range(3):
        update = group.types("how much?")
        update["message"]["chat"] = {"id": -100, "type": "group", "title": "G"}
    echo = Echo()

    async with running(sqlite_store, telegram, echo) as bot:
        await group.hears()
        await telegram.until(lambda: not telegram.pending)
        await bot.settled()

    assert len(group.heard) == 1
    assert echo.taken == []
