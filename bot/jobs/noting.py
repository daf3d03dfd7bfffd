"""What has happened outside is noted however long the database is away: what nobody noted would be done once more."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from bot.store.errors import StoreUnavailable

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.1, 2.0


async def noted(write: Callable[[], Awaitable[None]]) -> None:
    """Write, and again as long as nothing could be stored. A write of which nobody knows whether it was stored is not repeated."""
    pause = FIRST_PAUSE_S
    while True:
        try:
            return await write()
        except StoreUnavailable:
            await asyncio.sleep(pause)
            pause = min(LONGEST_PAUSE_S, pause * 2)
