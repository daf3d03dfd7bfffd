"""Telegram's limits for sending: 30 messages a second over all, one a second to one chat, twenty a minute to one group.

The library's own limiter knows no limit for private chats and waits inside the request; we must know that a message is about to
leave, to note it before it does. So this stands in front of the request. Whose turn it is stands in memory where one process serves
the database, and in rows where several do (`sharing.py`).
"""

from __future__ import annotations

import asyncio
from typing import NamedTuple, Protocol

ALL_CHATS_S = 1 / 28
"""One message each, evenly: a bucket of 30 would let 60 pass in its first second. 28, since the network bunches what was spread."""
ONE_CHAT_S = 1.02
ONE_GROUP_S = 3.06
REMEMBERED = 2048


class Gaps(NamedTuple):
    """The least seconds between two messages: of all, to one chat, to one group."""

    all_chats_s: float = ALL_CHATS_S
    one_chat_s: float = ONE_CHAT_S
    one_group_s: float = ONE_GROUP_S

    def of(self, chat: str) -> float:
        """Groups and channels have negative ids."""
        return self.one_group_s if chat.startswith("-") else self.one_chat_s


class Turn(NamedTuple):
    """A place in the row, `wait_s` from now; or none yet, and when to ask again."""

    is_given: bool
    wait_s: float


class Turns(Protocol):
    """Who keeps the row."""

    async def ask(self, chat: str, gaps: Gaps) -> Turn:
        """A turn for this chat: only once its own gap is over, so that a chat that has to wait holds up no other."""

    async def hold(self, seconds: float) -> None:
        """Give no turn for so long."""


class Here:
    """The row of one process."""

    def __init__(self) -> None:
        self._free = 0.0
        self._chats: dict[str, float] = {}

    async def ask(self, chat: str, gaps: Gaps) -> Turn:
        """A turn by the loop's clock."""
        now = asyncio.get_running_loop().time()
        if (wait_s := self._chats.get(chat, now) - now) > 0:
            return Turn(is_given=False, wait_s=wait_s)
        if len(self._chats) > REMEMBERED:
            self._chats = {name: free for name, free in self._chats.items() if free > now}
        leaves = max(now, self._free)
        self._free, self._chats[chat] = leaves + gaps.all_chats_s, leaves + gaps.of(chat)
        return Turn(is_given=True, wait_s=leaves - now)

    async def hold(self, seconds: float) -> None:
        """Telegram asks for patience."""
        self._free = max(self._free, asyncio.get_running_loop().time() + seconds)


class Pace:
    """Lets one message after another go, as fast as Telegram allows."""

    def __init__(self, gaps: Gaps | None = None, turns: Turns | None = None) -> None:
        self._gaps, self._turns = gaps or Gaps(), turns or Here()
        self._first: set[str] = set()

    async def wait(self, chat: str) -> None:
        """Return once a message may be sent to this chat."""
        if chat in self._first:  # it has waited as long as Telegram asked it to; those behind it wait for longer
            self._first.discard(chat)
            return
        is_given = False
        while not is_given:
            is_given, wait_s = await self._turns.ask(chat, self._gaps)
            await asyncio.sleep(wait_s)

    async def hold(self, chat: str, seconds: float) -> None:
        """Telegram asked for patience when it was this chat's turn: nothing leaves for so long, and then this chat's message first."""
        self._first.add(chat)
        await self._turns.hold(seconds + self._gaps.all_chats_s)
