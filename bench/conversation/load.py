"""The load: so many members at a time, each saying the next thing once the last was answered."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import Any, Protocol

from bench.conversation.script import SAID


class Bot(Protocol):
    """A bot under load."""

    def prepare(self, chat: int, update: int, at: int) -> Any:
        """Read update number `update`, line `at` of the script, into what this bot takes; the clock does not run yet."""

    async def say(self, prepared: Any) -> None:
        """Hand it in. Returns once it is durable and, if this bot is to answer, answered."""

    async def quiet(self) -> None:
        """Wait until nothing is left to be done."""


@dataclass(frozen=True)
class Measured:
    """One round: how many updates in how many seconds, and how long each took, sorted, in seconds."""

    updates: int
    seconds: float
    took: tuple[float, ...]

    @property
    def rate(self) -> float:
        """Updates per second."""
        return self.updates / self.seconds

    def quantile_ms(self, part: float) -> float:
        """How long this part of the updates took at most, in milliseconds."""
        return 1000 * self.took[min(len(self.took) - 1, int(part * len(self.took)))]


async def measure(bot: Bot, *, members: int, conversations: int, first: int) -> Measured:
    """Hold so many conversations, numbered from `first`. The clock stops when all is answered and all is quiet."""
    scripts = iter(
        [[bot.prepare(chat, chat * len(SAID) + at, at) for at in range(len(SAID))] for chat in range(first, first + conversations)]
    )
    took: list[float] = []

    async def member() -> None:
        for script in scripts:
            for prepared in script:
                began = time.perf_counter()
                await bot.say(prepared)
                took.append(time.perf_counter() - began)

    start = time.perf_counter()
    await asyncio.gather(*(member() for _ in range(members)))
    await bot.quiet()
    seconds = time.perf_counter() - start
    return Measured(len(took), seconds, tuple(sorted(took)))
