"""Whose file is made safe next: first those that somebody waits for, then the others, and last what has cost too much already."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from enum import IntEnum
from heapq import heappop, heappush
from itertools import count


class Rank(IntEnum):
    """How soon a file has its turn."""

    AWAITED = 0
    OTHER = 1
    COSTLY = 2


class Turns:
    """So many turns at once, and fewer of them for whatever is not awaited: a file that is never finds all of them taken by the rest."""

    def __init__(self, size: int, for_others: int) -> None:
        self._size, self._for_others = size, for_others
        self._taken = dict.fromkeys(Rank, 0)
        self._waiting: list[tuple[Rank, int, asyncio.Future[None]]] = []
        self._numbers = count()

    @asynccontextmanager
    async def turn(self, rank: Rank) -> AsyncIterator[None]:
        """One turn during the block, the oldest of its rank first."""
        admitted = asyncio.get_running_loop().create_future()
        heappush(self._waiting, (rank, next(self._numbers), admitted))
        self._admit()
        try:
            await admitted
            yield
        finally:
            if not admitted.cancelled():  # one cancelled while it waited had no turn, and is passed over when it comes up
                self._taken[rank] -= 1
            self._admit()

    def _admit(self) -> None:
        while self._waiting and (self._waiting[0][2].done() or self._is_free(self._waiting[0][0])):
            rank, _, admitted = heappop(self._waiting)
            if not admitted.done():
                self._taken[rank] += 1
                admitted.set_result(None)

    def _is_free(self, rank: Rank) -> bool:
        others = sum(self._taken.values()) - self._taken[Rank.AWAITED]
        return sum(self._taken.values()) < self._size and (rank is Rank.AWAITED or others < self._for_others)
