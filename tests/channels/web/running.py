"""A whole web chat for tests: real store, jobs and documents behind a real server, with a conversation that only repeats what it hears."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer
from sqlalchemy import Connection

from bot import notices, wording
from bot.channels.web.desk import Step
from bot.channels.web.routes import web_routes
from bot.channels.web.send import WebChannel
from bot.channels.web.streams import Streams
from bot.conversation.state import is_first
from bot.documents.files import Files
from bot.documents.job import settle_upload
from bot.jobs import Worker
from bot.message import Button, Chat, Command, Incoming, Message, Say
from bot.settings import Settings
from bot.store import Keyring, Store
from handlers.say import Figures


def now() -> datetime:
    """The time, as the bot has it."""
    return datetime.now(UTC)


@dataclass
class Running:
    """A running chat, and what a test may do behind its back."""

    store: Store
    files: Files
    streams: Streams
    server: TestServer
    channel: WebChannel

    @property
    def address(self) -> str:
        """Where the page is."""
        return str(self.server.make_url("/chat"))

    async def say(self, chat: str, message: Message, locale: str = "zh_CN") -> None:
        """Have the bot say something of its own accord."""
        await self.store.write(notices.queue, Chat("web", chat), message, locale=locale, now=now())


def spoken(key: str, locale: str, figures: Figures | None = None) -> str:
    """The real words, and for the key "said" whatever the test says."""
    return str((figures or {})["text"]) if key == "said" else wording.text(key, locale, figures)


def said(text: str) -> Say:
    """A sentence of the test's own."""
    return Say("said", {"text": text})


def echo(conn: Connection, incoming: Incoming, *, now: datetime) -> bool:
    """A conversation that repeats what it hears and offers two choices: what the web chat does must not depend on what is talked about."""
    if not is_first(conn, incoming):
        return False
    locale = incoming.what.argument if isinstance(incoming.what, Command) and incoming.what.argument else incoming.locale or "zh_CN"
    lines = (said(f"{type(incoming.what).__name__}: {next(iter(vars(incoming.what).values()))}"),)
    buttons = ((Button(said("在职"), "answer:work"), Button(said("已退休"), "answer:retired")),)
    notices.queue(conn, incoming.chat, Message(lines, buttons), locale=locale, now=now)
    return True


@asynccontextmanager
async def running_chat(
    store: Store,
    keyring: Keyring,
    folder: Path,
    step: Step = echo,
    public_url: str = "http://chat.test",
    limits: Mapping[str, Any] | None = None,
) -> AsyncIterator[Running]:
    """The chat at an address of its own, until the end of the block."""
    streams, files = Streams(), Files(folder.as_uri(), keyring)
    channel = WebChannel(store, streams, now)

    def deliver(conn: Connection, incoming: Incoming) -> None:
        step(conn, incoming, now=now())

    kinds = {notices.JOB_KIND: notices.sender({"web": channel}), "upload": settle_upload(store, files, {}, deliver, now)}
    app = web.Application()
    settings = Settings(_env_file=None, public_url=public_url, **(limits or {}))
    app.add_routes(web_routes(streams, store, files, step, spoken, settings, now))
    app.on_shutdown.append(streams.close)
    server = TestServer(app, host="127.0.0.1")
    async with at_work(Worker(store, kinds, now)), server:
        yield Running(store, files, streams, server, channel)


@asynccontextmanager
async def at_work(worker: Worker) -> AsyncIterator[None]:
    """Jobs are carried out during the block."""
    task = asyncio.create_task(worker.run())
    try:
        yield
    finally:
        await worker.stop()
        await task
