"""What stands in the way of a change to a thread."""

from __future__ import annotations


class ThreadError(Exception):
    """Anything the threads refuse."""


class NoSuchThreadError(ThreadError):
    """There is no such thread, or it is another branch's: which of the two is not told."""


class NotAllowedError(ThreadError):
    """Not this person. `reason` is role or own."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class NewerError(ThreadError):
    """Something was written, or somebody took it, since the page was opened that this came from."""


class EmptyError(ThreadError):
    """An answer without words."""


class TooLongError(ThreadError):
    """An answer longer than one answer may be. `most` is in characters."""

    def __init__(self, most: int) -> None:
        super().__init__(most)
        self.most = most
