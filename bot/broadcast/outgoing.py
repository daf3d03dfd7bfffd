"""What the jobs of broadcasts work with, and how many of them at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.notices import Channel
from bot.reminders.plan import Plan
from bot.reminders.reach import ByChannel
from bot.store import Store

AT_ONCE: Final = 4
"""Messages under way at the same time in one process. So many of each process at most stand before an answer in a platform's row."""


@dataclass(frozen=True)
class Outgoing:
    """The surroundings; `plan` knows the quiet hours."""

    store: Store
    plan: Plan
    by_channel: ByChannel
    channels: Mapping[str, Channel]
    clock: Callable[[], datetime]
