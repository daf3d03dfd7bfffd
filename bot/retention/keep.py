"""For how long what is kept; the longer ones are settings, the rest follows from what it is for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

SENT: Final = timedelta(days=30)
"""How far a notice's sending has come, and a broadcast that is not over: longer than any is tried."""

ATTEMPTS: Final = timedelta(days=1)
"""Attempts to sign in count for minutes."""

LINK_TRIES: Final = timedelta(days=2)
"""Tries to bring two chats together count for a day."""

LAST_ANSWER: Final = timedelta(days=1)
"""WeChat asks again for an answer that it lost within seconds."""

OLD_TOKEN: Final = timedelta(days=30)
"""The token of an account that is no longer used."""

LEFTOVER: Final = timedelta(days=2)
"""Bytes that belong to nothing after so long were left by a crash, not by work under way."""

UNREADABLE: Final = timedelta(days=30)
"""What no key opens is there for whoever runs the bot to look at."""


BROADCASTS: Final = timedelta(days=90)
"""Whom a broadcast went to; what became of it stays as counts."""


@dataclass(frozen=True)
class Keep:
    """The days that a deployment sets."""

    updates: timedelta
    web_chats: timedelta
    web_messages: timedelta
    uploads: timedelta
    failed_jobs: timedelta
