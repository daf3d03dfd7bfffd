"""Receiving by webhook: believed only with the secret, answered with 200 only once stored."""

from __future__ import annotations

import asyncio
from datetime import datetime

import pytest
import structlog
from aiohttp import ClientSession
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from bot.channels.telegram.webhook import Registered
from bot.message import Incoming
from bot.store import Store
from tests.channels.telegram.running import SECRET, Echo, running
from tests.fakes.phone import Phone
from tests.fakes.telegram import TelegramServer


async def test_telegram_is_told_the_address_and_the_secret(sqlite_store: Store, telegram: TelegramServer) -> None:
    async with running(sqlite_store, telegram, Echo(), hook=True) as bot:
        await telegram.until(lambda: telegram.webhook)

        assert telegram.webhook["url"] == bot.address
        assert telegram.webhook["secret_token"] == SECRET
        assert telegram.webhook["allowed_updates"] == ["message", "edited_message", "callback_query", "my_chat_member"]


async def test_a_webhook_that_another_program_took_away_is_named_and_set_anew(sqlite_store: Store, telegram: TelegramServer) -> None:
    async with running(sqlite_store, telegram, Echo(), hook=True, receives=False) as bot:
        registered = Registered(bot.channel.bot, bot.address, SECRET)
        await registered.set()
        telegram.webhook = {"url": "https://elsewhere.example.org/"}
        with structlog.testing.capture_logs() as logs:
            keeping = asyncio.create_task(registered.keep(every_s=0.01))
            await telegram.until(lambda: telegram.webhook["url"] == bot.address)
            keeping.cancel()

    assert "telegram_webhook_taken" in [entry["event"] for entry in logs]


async def test_a_webhook_that_telegram_cannot_reach_is_named_at_the_start(sqlite_store: Store, telegram: TelegramServer) -> None:
    telegram.webhook_error = "Connection refused"
    async with running(sqlite_store, telegram, Echo(), hook=True, receives=False) as bot:
        with structlog.testing.capture_logs() as logs:
            await Registered(bot.channel.bot, bot.address, SECRET).set()

    (failing,) = [entry for entry in logs if entry["event"] == "telegram_webhook_fails"]
    assert failing["said"] == "Connection refused"


@pytest.mark.parametrize("secret", ["", SECRET[:-1], SECRET + "x", "b" + SECRET[1:], SECRET[:-1] + "l", "é"])
async def test_a_secret_wrong_in_one_byte_is_refused(sqlite_store: Store, telegram: TelegramServer, phone: Phone, secret: str) -> None:
    echo = Echo()
    async with running(sqlite_store, telegram, echo, hook=True):
        await telegram.until(lambda: telegram.webhook)

        assert await telegram.deliver(phone.types("forged"), secret=secret) == 403
        assert await telegram.deliver(phone.types("true")) == 200

    assert [incoming.update_id for incoming in echo.taken] == ["1002"]


async def test_a_call_without_a_secret_is_refused(sqlite_store: Store, telegram: TelegramServer) -> None:
    async with running(sqlite_store, telegram, Echo(), hook=True) as bot, ClientSession() as stranger:
        answer = await stranger.post(bot.address, json={"update_id": 1})

        assert answer.status == 403


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"x"', b"{}", b'{"update_id": "1"}', b"\xff\xfe"])
async def test_what_is_no_update_is_refused(sqlite_store: Store, telegram: TelegramServer, body: bytes) -> None:
    async with running(sqlite_store, telegram, Echo(), hook=True) as bot, ClientSession() as client:
        answer = await client.post(bot.address, data=body, headers={"X-Telegram-Bot-Api-Secret-Token": SECRET})

        assert answer.status == 400


async def test_it_is_answered_once_stored_and_not_before(sqlite_store: Store, telegram: TelegramServer, phone: Phone) -> None:
    echo, gone = Echo(), [True]

    def broken_store(conn: Connection, incoming: Incoming, *, now: datetime) -> bool:
        if gone:
            gone.pop()
            raise OperationalError("BEGIN", {}, Exception("disk full"))
        return echo(conn, incoming, now=now)

    update = phone.types("kept")
    async with running(sqlite_store, telegram, broken_store, hook=True):
        await telegram.until(lambda: telegram.webhook)

        assert await telegram.deliver(update) == 503
        assert echo.taken == []
        assert await telegram.deliver(update) == 200
        assert await phone.hears() == "took kept"


async def test_five_copies_at_once_have_one_effect_and_are_all_confirmed(store: Store, telegram: TelegramServer, phone: Phone) -> None:
    async with running(store, telegram, Echo(), hook=True) as bot:
        await telegram.until(lambda: telegram.webhook)
        updates = [phone.types("one"), phone.types("two")]

        answers = await asyncio.gather(*(telegram.deliver(update) for update in updates[::-1] * 5))
        await bot.settled()

    assert answers == [200] * 10
    assert sorted(phone.heard) == ["took one", "took two"]
