"""What a check found: how bad it is, and the words for it. And what a check is given to look at."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from bot.settings import Settings


class Level(StrEnum):
    """How bad it is."""

    OK = "ok"
    WARNING = "warning"
    WRONG = "wrong"


@dataclass(frozen=True)
class Finding:
    """One line of the report. The words stand in `locales/` under doctor.<check>.<what>."""

    check: str
    level: Level
    what: str
    figures: Mapping[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """Where its words are."""
        return self.what if self.what.startswith("doctor.") else f"doctor.{self.check}.{self.what}"


def fine(check: str, what: str = "ok", **figures: Any) -> Finding:
    """All is well."""
    return Finding(check, Level.OK, what, figures)


def warning(check: str, what: str, **figures: Any) -> Finding:
    """It works, and somebody should look at it."""
    return Finding(check, Level.WARNING, what, figures)


def wrong(check: str, what: str, **figures: Any) -> Finding:
    """It does not work, or will not for long."""
    return Finding(check, Level.WRONG, what, figures)


@dataclass(frozen=True)
class Patient:
    """What is examined. `given` are the names of all settings and variables that were given, never their values."""

    settings: Settings
    given: frozenset[str] = frozenset()
    is_running: bool = False


Check = Callable[[Patient], Awaitable[list[Finding]]]


class NotThereError(Exception):
    """What a check leans on is missing, and another check says so."""
