"""Room for files on their way in: so many bytes in memory at once for everybody, so many files at once for one chat."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus

from bot.channels.web.limits import FILE_BYTES
from bot.channels.web.refused import Refused

FILES_AT_ONCE = 3  # of one chat; our page sends one after another
BYTES_AT_ONCE = 6 * FILE_BYTES


class Room:
    """What this process holds in memory. Whoever finds no room waits with the body unread."""

    def __init__(self) -> None:
        self._left = BYTES_AT_ONCE
        self._freed = asyncio.Event()
        self._files: Counter[str] = Counter()

    @asynccontextmanager
    async def held(self, chat: str, size: int) -> AsyncIterator[None]:
        """Room for one file of this chat during the block."""
        if self._files[chat] >= FILES_AT_ONCE:
            raise Refused(HTTPStatus.TOO_MANY_REQUESTS, "too_many_files")
        self._files[chat] += 1
        try:
            while self._left < size:
                await self._freed.wait()
            self._left -= size
            try:
                yield
            finally:
                self._left += size
                self._freed.set()
                self._freed = asyncio.Event()
        finally:
            self._files[chat] -= 1
            self._files += Counter()  # without those at nought
