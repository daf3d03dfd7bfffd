"""The WeChat channel at work for tests: a real store, real jobs and real HTTP, against the stand-in of WeChat."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer
from sqlalchemy import Connection

from bot import notices
from bot.channels.wechat import WeChat
from bot.channels.wechat.take import Step
from bot.documents import uploads
from bot.documents.files import Files
from bot.documents.job import settle_upload
from bot.jobs import Dead, Worker, dead
from bot.message import Chat, Incoming, Message
from bot.settings import Settings
from bot.store import Store
from tests.channels.telegram.running import _waiting, forget, now, words
from tests.fakes.telegram import PATIENCE_S
from tests.fakes.wechat import AES_KEY, APP_ID, SECRET, TOKEN, WeChatServer


@dataclass
class Clock:
    """The usual day of the transcripts, or another; its seconds go on."""

    begins: datetime = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
    begun: float = field(default_factory=time.monotonic)

    def __call__(self) -> datetime:
        return self.begins + timedelta(seconds=time.monotonic() - self.begun)


@dataclass
class Running:
    """A running channel, and what a test may do behind its back."""

    store: Store
    channel: WeChat
    address: str
    kinds: frozenset[str]

    async def say(self, chat: str, message: Message) -> None:
        """Have the bot say something of its own accord."""
        await self.store.write(notices.queue, Chat("wechat", chat), locale="zh_CN", message=message, now=now())

    async def settled(self) -> list[Dead]:
        """Wait until the worker has no job left to do; those given up."""
        async with asyncio.timeout(PATIENCE_S):
            while await self.store.read(_waiting, self.kinds):  # noqa: ASYNC110 - only the database knows
                await asyncio.sleep(0.02)
        return await self.store.read(dead)


def settings(wechat: WeChatServer, folder: Path, **more: Any) -> Settings:
    """As for the account of the stand-in."""
    key = AES_KEY if wechat.encrypted else None
    values: dict[str, Any] = {"wechat_app_id": APP_ID, "wechat_token": TOKEN, "wechat_secret": SECRET, "wechat_aes_key": key}
    return Settings(_env_file=None, **values, wechat_api_url=wechat.url, data_dir=folder, **more)


@asynccontextmanager
async def running(
    store: Store,
    wechat: WeChatServer,
    step: Step,
    folder: Path,
    *,
    files: Files | None = None,
    works: bool = True,
    clock: Callable[[], datetime] = now,
    **more: Any,
) -> AsyncIterator[Running]:
    """The channel and a worker, until the end of the block. With `files`, uploads are made safe; without `works`, nothing is sent.

    What is named beside these is a setting.
    """
    channel = WeChat(settings(wechat, folder, **more), store, step, words, clock)
    app = web.Application()
    app.add_routes(channel.routes())
    server = TestServer(app)
    await server.start_server()
    wechat.callback = str(server.make_url("/wechat"))

    def deliver(conn: Connection, incoming: Incoming) -> None:
        step(conn, incoming, now=clock())

    upload = settle_upload(store, files, {channel.name: channel.fetch}, deliver, clock) if files else forget
    kinds = {notices.JOB_KIND: notices.sender({channel.name: channel}), uploads.JOB_KIND: upload, **channel.jobs}
    worker = Worker(store, kinds if works else {}, clock)
    working, receiving = asyncio.create_task(worker.run()), asyncio.create_task(channel.run())
    try:
        yield Running(store, channel, wechat.callback, frozenset(kinds))
    finally:
        if wechat.hangs is not None:
            wechat.hangs.set()
        await worker.stop()
        receiving.cancel()
        with suppress(asyncio.CancelledError):
            await receiving
        await working
        await channel.close()
        await server.close()
