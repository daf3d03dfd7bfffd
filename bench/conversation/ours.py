"""Our own: the real store and step, with encryption, de-duplication and the reply queued in the same transaction; the job worker sends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, func, select

from bench.conversation.script import BUTTON, SAID
from bot import notices, wording
from bot.conversation.step import step
from bot.jobs import Job, Worker
from bot.jobs.tables import jobs
from bot.message import Chat, Command, Incoming, Notice, Pressed, Text, What
from bot.store import Keyring, Store
from calculator import load

ZONE = ZoneInfo("Asia/Shanghai")
WHAT: tuple[What, ...] = tuple(
    Command(said[1:]) if said.startswith("/") else Pressed("benefit:hospital") if at == BUTTON else Text(said)
    for at, said in enumerate(SAID)
)


def now() -> datetime:
    """The time."""
    return datetime.now(UTC)


class Channel:
    """A platform that takes every message at once. Each is worded first, buttons and all, as every real channel must."""

    name = "bench"

    def __init__(self) -> None:
        self.waiting: dict[str, asyncio.Future[None]] = {}

    async def send(self, notice: Notice, job: Job) -> None:  # noqa: ARG002  a channel is given the job
        """Accept it."""
        for line in notice.message.lines:
            wording.say(line, notice.locale)
        for row in notice.message.buttons:
            for button in row:
                wording.say(button.label, notice.locale)
        self.waiting.pop(notice.chat.id).set_result(None)


class Ours:
    """Our bot. With a channel, an update counts as done when its answer was accepted; without, when it is durable."""

    def __init__(self, store: Store, channel: Channel | None) -> None:
        self._store, self._channel = store, channel
        self._policies = load("changchun")

    def prepare(self, chat: int, update: int, at: int) -> Incoming:
        """Make the update, before the clock runs."""
        return Incoming(Chat("bench", str(chat)), str(update), WHAT[at])

    async def say(self, incoming: Incoming) -> None:
        """Hand in one update."""
        if self._channel is None:
            await self._take(incoming)
            return
        answered = self._channel.waiting[incoming.chat.id] = asyncio.get_running_loop().create_future()
        await self._take(incoming)
        await answered

    async def _take(self, incoming: Incoming) -> None:
        assert await self._store.write(step, incoming, now=now(), policies=self._policies, zone=ZONE)

    async def quiet(self) -> None:
        """Wait until every notice is sent, and known to be."""
        while self._channel is not None and await self._store.read(_left):  # noqa: ASYNC110  the bot need not tell when it is done
            await asyncio.sleep(0.002)


@asynccontextmanager
async def taking(url: str) -> AsyncIterator[Ours]:
    """Taking updates alone: the replies stay queued."""
    store = Store.open(url, Keyring.generate())
    yield Ours(store, None)
    await store.close()


@asynccontextmanager
async def answering(url: str) -> AsyncIterator[Ours]:
    """Taking updates and sending the replies."""
    store = Store.open(url, Keyring.generate())
    channel = Channel()
    worker = Worker(store, {notices.JOB_KIND: notices.sender({channel.name: channel})}, now)
    running = asyncio.create_task(worker.run())
    yield Ours(store, channel)
    await worker.stop()
    await running
    await store.close()


def _left(conn: Connection) -> bool:
    return bool(conn.scalar(select(func.count()).select_from(jobs)))
