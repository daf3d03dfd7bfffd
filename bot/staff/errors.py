"""What the staff's accounts refuse."""

from __future__ import annotations


class StaffError(Exception):
    """Anything about an account that cannot be done. `reason` is what a page words."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
