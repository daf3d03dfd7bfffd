"""Telegram's limits for sending: 30 messages a second over all, one a second to one chat.

The library's own limiter knows no limit for private chats and waits inside the request; we must know that a message is about to
leave, to note it before it does. So this stands in front of the request.
"""

from __future__ import annotations

from aiolimiter import AsyncLimiter

ALL_CHATS_S = 1 / 28
"""One message each, evenly: a bucket of 30 would let 60 pass in its first second. 28, since the network bunches what was spread."""
ONE_CHAT_S = 1.02
REMEMBERED = 2048


class Pace:
    """Lets one message after another go, as fast as Telegram allows. Several processes share the limit by honouring 429."""

    def __init__(self, all_chats_s: float = ALL_CHATS_S, one_chat_s: float = ONE_CHAT_S) -> None:
        self._all, self._one_chat_s = AsyncLimiter(1, all_chats_s), one_chat_s
        self._chats: dict[str, AsyncLimiter] = {}

    async def wait(self, chat: str) -> None:
        """Return once a message may be sent to this chat."""
        if len(self._chats) > REMEMBERED:
            self._chats = {name: limiter for name, limiter in self._chats.items() if not limiter.has_capacity()}
        await self._chats.setdefault(chat, AsyncLimiter(1, self._one_chat_s)).acquire()
        await self._all.acquire()
