"""Where a broadcast stands, and what became of it for each person."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class State(StrEnum):
    """A broadcast's."""

    DRAFT = "draft"
    WAITING = "waiting"  # for the second person
    SENDING = "sending"
    PAUSED = "paused"
    DONE = "done"
    CANCELLED = "cancelled"


class Fate(StrEnum):
    """One person's."""

    WAITING = "waiting"
    QUEUED = "queued"
    LEAVING = "leaving"  # handed to the channel: from now on it may have arrived
    SENT = "sent"
    BLOCKED = "blocked"  # blocked the bot, or follows the account no more
    CLOSED = "closed"  # the platform takes nothing for them before their next word
    OPTED_OUT = "opted_out"
    FAILED = "failed"
    CANCELLED = "cancelled"


UNDER_WAY: Final = (Fate.QUEUED, Fate.LEAVING)
OPEN: Final = (Fate.WAITING, *UNDER_WAY)
SETTLED: Final = tuple(fate for fate in Fate if fate not in OPEN)
"""In the order in which they are told."""
