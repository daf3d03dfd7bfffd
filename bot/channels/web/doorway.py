"""How many web chats begin: nobody needs an account for one, so a flood of visitors is slowed down before it fills the database."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

MINUTES_AT_A_RUSH = 2


class Doorway:
    """Lets so many in a minute, and at a rush what was left over of the last two."""

    def __init__(self, a_minute: float, seconds: Callable[[], float] = monotonic) -> None:
        self._a_minute = a_minute
        self._seconds = seconds
        self._left = a_minute * MINUTES_AT_A_RUSH
        self._at = seconds()

    def admits(self) -> bool:
        """Whether one more may begin now; if so, it counts."""
        now = self._seconds()
        self._left = min(self._a_minute * MINUTES_AT_A_RUSH, self._left + (now - self._at) * self._a_minute / 60)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True
