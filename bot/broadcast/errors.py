"""What a broadcast refuses."""

from __future__ import annotations


class BroadcastError(Exception):
    """Any of them."""


class NoSuchBroadcastError(BroadcastError):
    """There is none of this id in the person's branch."""


class NewerError(BroadcastError):
    """It is not any more as it stood on the page this came from."""


class UnusableError(BroadcastError):
    """What was written cannot be sent; `reason` is one of empty, long, union, people, choice."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class LetInError(BroadcastError):
    """Whoever wrote it and whoever signs it may be one person: one of them let the other in."""


class OwnWordsError(BroadcastError):
    """Nobody signs what they wrote."""
