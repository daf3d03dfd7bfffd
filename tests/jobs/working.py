"""What the tests of jobs share: a clock that is turned by hand, and a worker that runs for as long as a test needs it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from bot import jobs
from bot.store import Store


class HandClock:
    """Stands still until it is turned."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def turn(self, seconds: float) -> None:
        """Let time pass."""
        self.now += timedelta(seconds=seconds)

    def in_seconds(self, seconds: float) -> datetime:
        """Say what it will show."""
        return self.now + timedelta(seconds=seconds)


class Diary:
    """Notes what handlers did, and lets a test wait for it."""

    def __init__(self) -> None:
        self.entries: list[Any] = []
        self._written = asyncio.Event()

    def write(self, entry: Any) -> None:
        """Note something."""
        self.entries.append(entry)
        self._written.set()

    async def until(self, is_enough: Callable[[list[Any]], bool]) -> list[Any]:
        """Wait until the entries are as wanted."""
        async with asyncio.timeout(20):
            while not is_enough(self.entries):
                self._written.clear()
                await self._written.wait()
        return self.entries

    async def holds(self, number: int) -> list[Any]:
        """Wait for so many entries."""
        return await self.until(lambda entries: len(entries) >= number)


@asynccontextmanager
async def working(worker: jobs.Worker) -> AsyncIterator[jobs.Worker]:
    """Run a worker beside the test, and stop it after."""
    task = asyncio.create_task(worker.run())
    try:
        yield worker
    finally:
        await worker.stop()
        await task


async def settled(store: Store, wanted: Callable[[Any], Any]) -> None:
    """Look after each commit until a condition holds in the database."""
    changed = asyncio.Event()
    store.on_commit.append(changed.set)
    async with asyncio.timeout(20):
        while not await store.read(wanted):
            await changed.wait()
            changed.clear()
    store.on_commit.remove(changed.set)
