"""Which pages are listening, so that a message stored in this process reaches them at once."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager


class Streams:
    """The open event streams of this process. Another replica's messages are found by looking, so nothing is lost without a call here."""

    def __init__(self) -> None:
        self._listening: defaultdict[str, set[asyncio.Event]] = defaultdict(set)
        self.closing = False
        self.in_all = 0
        """How many pages of all chats are open here."""

    @contextmanager
    def listen(self, chat: str) -> Iterator[asyncio.Event]:
        """An event that is set whenever something was stored for this chat."""
        event = asyncio.Event()
        self._listening[chat].add(event)
        self.in_all += 1
        try:
            yield event
        finally:
            self.in_all -= 1
            self._listening[chat].discard(event)
            if not self._listening[chat]:
                del self._listening[chat]

    def count(self, chat: str) -> int:
        """How many pages of this chat are open here."""
        return len(self._listening.get(chat, ()))

    def wake(self, chat: str) -> None:
        """Say that something was stored for this chat."""
        for event in self._listening.get(chat, ()):
            event.set()

    async def close(self, _app: object = None) -> None:
        """End all streams, so that the server can stop; pages come back by themselves."""
        self.closing = True
        for chat in list(self._listening):
            self.wake(chat)
