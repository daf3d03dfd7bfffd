"""The tasks behind everything that is served: one that fails is noticed, and the rest is still closed."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import structlog
from aiohttp import web

from bot.app import ENDS, _working
from bot.channels.telegram import Telegram
from bot.jobs import Worker
from bot.settings import Settings
from bot.store import Store
from tests.channels.telegram.running import Echo, now, words
from tests.fakes.telegram import TOKEN, TelegramServer


def made(telegram: TelegramServer, store: Store) -> Telegram:
    values: dict[str, Any] = {"telegram_token": TOKEN, "telegram_api_url": telegram.url}
    return Telegram(Settings(_env_file=None, **values), store, Echo(), words, now)


def listening() -> web.Application:
    app = web.Application()
    app[ENDS] = asyncio.Queue()
    return app


def is_closed(channel: Telegram) -> bool:
    return bool(channel.bot.request._client.is_closed)  # type: ignore[attr-defined]  # nothing public tells


async def test_a_receiving_task_that_fails_ends_the_process_and_is_still_closed(sqlite_store: Store) -> None:
    app = listening()
    async with TelegramServer() as telegram:
        telegram.pending.append({"no": "id, and a name 王芳"})
        channel = made(telegram, sqlite_store)

        with structlog.testing.capture_logs() as logs:
            async with (
                asyncio.timeout(20),
                asynccontextmanager(_working)(app, workers=(Worker(sqlite_store, {}, now),), telegram=channel),
            ):
                status = await app[ENDS].get()

    assert status == 1
    assert is_closed(channel)
    assert [(log["task"], log["error"]) for log in logs if log["event"] == "task_failed"] == [("telegram", "KeyError")]
    assert "王芳" not in str(logs)


async def test_a_worker_that_fails_ends_the_process_and_telegram_is_still_closed(sqlite_store: Store) -> None:
    app = listening()

    def stopped_clock() -> datetime:
        sqlite_store.on_commit.clear()  # what the worker undoes at its end is undone already: it ends with an error
        return datetime(2026, 11, 23, tzinfo=UTC)

    async with TelegramServer() as telegram:
        channel, worker = made(telegram, sqlite_store), Worker(sqlite_store, {}, stopped_clock)
        async with asyncio.timeout(20), asynccontextmanager(_working)(app, workers=(worker,), telegram=channel):
            await telegram.until(lambda: telegram.called("getUpdates"))
            await worker.stop()
            status = await app[ENDS].get()

    assert status == 1
    assert is_closed(channel)


async def test_tasks_that_end_as_they_should_end_nothing(sqlite_store: Store) -> None:
    app = listening()
    async with TelegramServer() as telegram:
        channel = made(telegram, sqlite_store)
        async with asyncio.timeout(20), asynccontextmanager(_working)(app, workers=(Worker(sqlite_store, {}, now),), telegram=channel):
            await telegram.until(lambda: telegram.called("getUpdates"))

    assert app[ENDS].empty()
    assert is_closed(channel)
