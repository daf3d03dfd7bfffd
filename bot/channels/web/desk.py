"""What the web chat's pages work with: handed to each of them, so that none reaches for a global."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from sqlalchemy import Connection

from bot.channels.web.doorway import Doorway
from bot.channels.web.room import Room
from bot.channels.web.streams import Streams
from bot.documents.files import Files
from bot.message import Incoming
from bot.store.store import Store
from handlers.say import Figures

CHANNEL = "web"
LOCALES = {"zh_CN": "zh-CN", "en": "en"}
"""Our locales, and what HTML calls them."""

Wording = Callable[[str, str, Figures], str]
Clock = Callable[[], datetime]


class Step(Protocol):
    """One update into the conversation, inside the caller's transaction; False when it had been taken before."""

    def __call__(self, conn: Connection, incoming: Incoming, *, now: datetime) -> bool:
        """Take the update."""


@dataclass(frozen=True)
class Desk:
    """The parts of the bot that the web chat uses."""

    store: Store
    files: Files
    step: Step
    wording: Wording
    streams: Streams
    clock: Clock
    public_url: str
    doorway: Doorway
    streams_at_most: int
    room: Room = field(default_factory=Room)

    def word(self, key: str, locale: str) -> str:
        """A sentence without figures."""
        return self.wording(key, locale, {})
