"""Room for files on their way in: so many bytes in memory at once for everybody, so many files at once for one chat.

Room is taken as bytes come, never for what a request only declares. Where it runs out, the oldest that has had its time makes way.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus

from bot.channels.web.limits import FILE_BYTES
from bot.channels.web.refused import Refused, crowded

FILES_AT_ONCE = 3  # of one chat; our page sends one after another
BYTES_AT_ONCE = 6 * FILE_BYTES
ROOM_WITHIN_S = 4.0
AGAIN_AFTER_S = 5
OWN_TIME_S = 30.0  # for which nobody makes way


class Place:
    """One file on its way in, and what it holds of the room."""

    def __init__(self, room: Room) -> None:
        self.patience: asyncio.Timeout | None = None
        self.is_given_up = False
        self.size = 0
        self.begun = asyncio.get_running_loop().time()
        self._room = room

    async def grow(self, size: int) -> None:
        """Hold so many bytes more. Refused when there is no room for them within some seconds."""
        try:
            async with asyncio.timeout(self._room.within_s):
                await self._room.take(self, size)
        except TimeoutError as error:
            raise crowded(AGAIN_AFTER_S) from error

    def give_up(self) -> None:
        """End the reading of this file: its page is told to come again."""
        self.is_given_up = True
        if self.patience and not self.patience.expired():
            self.patience.reschedule(asyncio.get_running_loop().time())


class Room:
    """What this process holds in memory."""

    def __init__(self, size: int = BYTES_AT_ONCE, within_s: float = ROOM_WITHIN_S, own_time_s: float = OWN_TIME_S) -> None:
        self.within_s = within_s
        self._own_time_s = own_time_s
        self._left = size
        self._freed = asyncio.Event()
        self._places: dict[Place, None] = {}  # oldest first
        self._files: Counter[str] = Counter()

    @asynccontextmanager
    async def place(self, chat: str) -> AsyncIterator[Place]:
        """A place for one file of this chat during the block."""
        if self._files[chat] >= FILES_AT_ONCE:
            raise Refused(HTTPStatus.TOO_MANY_REQUESTS, "too_many_files")
        self._files[chat] += 1
        place = Place(self)
        self._places[place] = None
        try:
            yield place
        finally:
            del self._places[place]
            self._give_back(place.size)
            self._files[chat] -= 1
            self._files += Counter()  # without those at nought

    async def take(self, place: Place, size: int) -> None:
        """Wait until there is room for so many bytes, and hold them for this place."""
        while self._left < size:
            self._make_way()
            await self._freed.wait()
        self._left -= size
        place.size += size

    def _make_way(self) -> None:
        """End the oldest that has had its time, unless one is on its way out already."""
        if any(place.is_given_up for place in self._places):
            return
        had_its_time = asyncio.get_running_loop().time() - self._own_time_s
        oldest = (place for place in self._places if place.patience and place.size and place.begun <= had_its_time)
        if place := next(oldest, None):
            place.give_up()

    def _give_back(self, size: int) -> None:
        self._left += size
        self._freed.set()
        self._freed = asyncio.Event()
