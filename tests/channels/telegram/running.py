"""The Telegram channel at work for tests: a real store, real jobs and the real client, against the stand-in of the Bot API."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer
from sqlalchemy import Connection, select

from bot import notices, wording
from bot.channels.telegram import Telegram
from bot.channels.telegram.pace import Gaps, Pace
from bot.channels.telegram.take import Step
from bot.conversation.state import is_first
from bot.documents import uploads
from bot.documents.files import Files
from bot.documents.job import settle_upload
from bot.jobs import Dead, Job, Worker, dead
from bot.jobs.tables import jobs
from bot.message import Button, Chat, FileSent, Incoming, Message, Pressed, Say, Text
from bot.settings import Settings
from bot.store import Store
from tests.fakes.telegram import PATIENCE_S, TOKEN, TelegramServer

TROUBLES = ("hospital", "fire")
SECRET = "a-secret-of-the-webhook"


def now() -> datetime:
    """The time, as the bot has it."""
    return datetime.now(UTC)


def words(say: Say, locale: str) -> str:
    """The real words, and under "as_is" whatever a test wants said."""
    return str(say.figures["text"]) if say.key == "as_is" else wording.say(say, locale)


def says(text: str, *buttons: Button) -> Message:
    """A message with one row of buttons."""
    return Message((Say("as_is", {"text": text}),), (buttons,) if buttons else ())


def button(label: str, action: str = "", url: str = "") -> Button:
    """A button with this label."""
    return Button(Say("as_is", {"text": label}), action, url)


@dataclass
class Echo:
    """A small conversation that says what it took, on the real tables. `fails` counts failures still to come, for the texts named."""

    taken: list[Incoming] = field(default_factory=list)
    fails: dict[str, int] = field(default_factory=dict)

    def __call__(self, conn: Connection, incoming: Incoming, *, now: datetime) -> bool:
        if not is_first(conn, incoming):
            return False
        what = incoming.what
        text = {Text: "text", Pressed: "action"}.get(type(what), "")
        heard = str(getattr(what, text, what))
        if self.fails.get(heard, 0):
            self.fails[heard] -= 1
            raise ZeroDivisionError(heard)
        said = "file" if isinstance(what, FileSent) else heard
        echo = says(f"took {said}", button("yes", "=1.1.k.yes"), button("no", "=1.1.k.no"))
        notices.queue(conn, incoming.chat, locale="zh_CN", message=echo, now=now)
        self.taken.append(incoming)
        return True


@dataclass
class Running:
    """A running channel, and what a test may do behind its back."""

    store: Store
    telegram: TelegramServer
    channel: Telegram
    address: str
    kinds: frozenset[str]
    receiving: list[asyncio.Task[None]]

    async def stop_receiving(self) -> None:
        """Let the process end that receives."""
        for task in self.receiving:
            task.cancel()
        await asyncio.gather(*self.receiving, return_exceptions=True)

    async def say(self, chat: int, message: Message) -> None:
        """Have the bot say something of its own accord."""
        await self.store.write(notices.queue, Chat("telegram", str(chat)), locale="zh_CN", message=message, now=now())

    async def settled(self) -> list[Dead]:
        """Wait until the worker has no job left to do; those given up."""
        async with asyncio.timeout(PATIENCE_S):
            while await self.store.read(_waiting, self.kinds):  # noqa: ASYNC110 - only the database knows
                await asyncio.sleep(0.02)
        return await self.store.read(dead)


def _waiting(conn: Connection, kinds: frozenset[str]) -> bool:
    return conn.execute(select(jobs.c.id).where(jobs.c.state == "waiting", jobs.c.kind.in_(kinds)).limit(1)).first() is not None


async def forget(_: Job) -> None:
    """A job of which nothing comes."""


@asynccontextmanager
async def running(  # noqa: PLR0913 - what a test may choose
    store: Store,
    telegram: TelegramServer,
    step: Step,
    *,
    hook: bool = False,
    receives: bool = True,
    quick: bool = False,
    files: Files | None = None,
    clock: Callable[[], datetime] = now,
) -> AsyncIterator[Running]:
    """The channel and a worker, until the end of the block.

    It polls, or with `hook` has a webhook; with `receives=False` neither. `quick`: without Telegram's pace. With `files`, uploads are
    fetched and made safe; without, they are forgotten.
    """
    app = web.Application()
    server = TestServer(app)
    values: dict[str, Any] = {
        "telegram_token": TOKEN,
        "telegram_api_url": telegram.url,
        "telegram_secret": SECRET,
        "public_url": "https://here.example.org",
    }
    if hook:
        values["telegram_webhook_url"] = "http://set.below/telegram"
    pace = Pace(Gaps(0.001, 0.001, 0.001)) if quick else None
    channel = Telegram(Settings(_env_file=None, **values), store, step, words, clock, troubles=TROUBLES, pace=pace)
    app.add_routes(channel.routes())
    await server.start_server()
    if hook:
        channel._address = str(server.make_url("/telegram"))

    def deliver(conn: Connection, incoming: Incoming) -> None:
        step(conn, incoming, now=clock())

    upload = settle_upload(store, files, {channel.name: channel.fetch}, deliver, clock) if files else forget
    kinds = {notices.JOB_KIND: notices.sender({channel.name: channel}), uploads.JOB_KIND: upload, **channel.jobs}
    worker = Worker(store, kinds, clock)
    tasks = [asyncio.create_task(worker.run())] + ([asyncio.create_task(channel.run())] if receives else [])
    try:
        yield Running(store, telegram, channel, str(server.make_url("/telegram")), frozenset(kinds), tasks[1:])
    finally:
        await worker.stop()
        for task in tasks[1:]:
            task.cancel()
        with suppress(asyncio.CancelledError):
            await asyncio.gather(*tasks[1:])
        await tasks[0]
        await channel.close()
        await server.close()
