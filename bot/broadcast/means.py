"""What the channels lend to the pages of broadcasts: whom they reach, and how a message looks on them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from bot.message import Message
from bot.reminders.reach import ByChannel


@dataclass(frozen=True)
class Bubble:
    """One message as a platform shows it: its text, and what stands on the buttons beneath."""

    text: str
    buttons: tuple[str, ...] = ()


Preview = Callable[[Message, str], list[Bubble]]
"""The messages that a message becomes in a language, by the channel's own rules."""


@dataclass(frozen=True)
class Means:
    """By the channels' names."""

    by_channel: ByChannel = field(default_factory=dict)
    previews: Mapping[str, Preview] = field(default_factory=dict)


NO_CHANNELS = Means()
