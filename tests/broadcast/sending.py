"""Broadcasts as they really leave: the real jobs, the real channel, a stand-in of Telegram over HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from unittest.mock import AsyncMock, patch

from sqlalchemy import Connection

from bot import wording
from bot.broadcast import feeding, find, recipients, write
from bot.broadcast import sending as leaving
from bot.broadcast.find import Broadcast, Progress
from bot.broadcast.outgoing import AT_ONCE, Outgoing
from bot.channels.telegram import Telegram, chats
from bot.channels.telegram.pace import Gaps, Pace
from bot.channels.wechat import chats as wechat_chats
from bot.jobs import Worker
from bot.message import Chat
from bot.notices import Channel
from bot.reminders.plan import Plan
from bot.reminders.reach import ByChannel, Reach
from bot.settings import Settings
from bot.store import Store
from tests.broadcast.writing import Office, enrol_all, office, signed
from tests.channels.telegram.running import Echo
from tests.fakes.telegram import TOKEN, TelegramServer
from tests.fakes.telegram import Chat as Phone

AWAKE = (3, 3)
"""No quiet hours."""


def now() -> datetime:
    return datetime.now(UTC)


def plan(quiet: tuple[int, int] = AWAKE) -> Plan:
    return Plan((1,), quiet, UTC, 30)


def phones(telegram: TelegramServer, number: int, first: int = 10_000) -> list[Chat]:
    """So many people with a phone."""
    for one in range(first, first + number):
        telegram.chats[one] = Phone(one, "zh")
    return [Chat("telegram", str(one)) for one in range(first, first + number)]


def got(telegram: TelegramServer) -> dict[int, int]:
    """How many messages each phone shows; those without any are left out."""
    return {number: len(phone.messages) for number, phone in telegram.chats.items() if phone.messages}


@dataclass
class Going:
    """The jobs at work, and what a test may see of them."""

    store: Store
    number: int

    async def broadcast(self) -> Broadcast:
        found = await self.store.read(find.one, self.number)
        assert found is not None
        return found

    async def progress(self) -> Progress:
        return await self.store.read(find.progress, await self.broadcast())

    async def gather(self, *chats: Chat, is_all: bool = False) -> None:
        """Write down these people, as the job does; with `is_all`, everybody there is."""
        broadcast, rows = await self.broadcast(), [(f"member:{number}", chat) for number, chat in enumerate(chats, 1)]
        assert await self.store.write(feeding.add, broadcast, rows)
        if is_all:
            assert await self.store.write(feeding.all_there, broadcast, now())

    async def until(self, is_so: Callable[[Broadcast], Any]) -> Broadcast:
        """Look until the broadcast is as wanted."""
        async with asyncio.timeout(60):
            while not is_so(found := await self.broadcast()):  # noqa: ASYNC110 - only the database knows
                await asyncio.sleep(0.05)
        return found

    async def over(self) -> Broadcast:
        return await self.until(lambda broadcast: broadcast.ended_at)


@dataclass
class Page:
    """One page that a broadcast is for, how that goes, and what its jobs work with."""

    chat: Chat
    going: Going
    work: Outgoing


async def begun(store: Store, chats: list[Chat], pace: int = 500) -> tuple[Office, Going]:
    """Everybody enrolled, and the broadcast signed."""

    def work(conn: Connection) -> tuple[Office, int]:
        people = office(conn)
        enrol_all(conn, people.town.east_base, chats)
        return people, signed(conn, people, pace=pace, now=now()).id

    people, number = await store.write(work)
    return people, Going(store, number)


@asynccontextmanager
async def telegram_channel(store: Store, telegram: TelegramServer, *, is_quick: bool = True) -> AsyncIterator[Telegram]:
    settings = Settings.model_validate({"telegram_token": TOKEN, "telegram_api_url": telegram.url})
    pace = Pace(Gaps(0.001, 0.001, 0.001)) if is_quick else None
    channel = Telegram(settings, store, Echo(), wording.say, now, pace=pace)
    try:
        yield channel
    finally:
        await channel.close()


def open_to_all(_: Connection, __: str, ___: datetime) -> Reach:
    return Reach.OPEN


REACH: ByChannel = {"telegram": chats.reach, "web": open_to_all, "wechat": wechat_chats.reach}


def handed_on(conn: Connection, number: int, by_channel: ByChannel, moment: datetime) -> bool:
    """One look of the job."""
    return feeding.hand_on(conn, number, feeding.next_ones(conn, number, by_channel, moment), moment)


def outgoing(
    store: Store, channels: Mapping[str, Channel], *, quiet: tuple[int, int] = AWAKE, clock: Callable[[], datetime] = now
) -> Outgoing:
    return Outgoing(store, plan(quiet), REACH, channels, clock)


def worker_of(work: Outgoing, lease_s: float) -> Worker:
    kinds = {write.FEED: feeding.feeder(work), recipients.MESSAGE: leaving.sender(work)}
    return Worker(work.store, kinds, work.clock, size=AT_ONCE, lease_s=lease_s, grace_s=2)


@asynccontextmanager
async def working(work: Outgoing) -> AsyncIterator[Worker]:
    """A worker of broadcasts beside the test."""
    worker = worker_of(work, 6.0)
    task = asyncio.create_task(worker.run())
    try:
        yield worker
    finally:
        await worker.stop()
        await task


@asynccontextmanager
async def dying(work: Outgoing) -> AsyncIterator[None]:
    """One that ends as a killed process does: nothing is handed back, its leases have to run out."""
    worker = worker_of(work, 1.0)
    task = asyncio.create_task(worker.run())
    yield
    with patch.object(worker, "_hand_back", AsyncMock()):
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    for one in worker._running.values():
        one.cancel()
    await asyncio.gather(*worker._running.values(), return_exceptions=True)
