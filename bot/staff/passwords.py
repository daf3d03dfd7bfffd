"""Passwords: argon2, always in a thread, and as slow for a login nobody has as for one somebody has."""

from __future__ import annotations

import asyncio
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

from bot.staff.accounts import LONGEST_PASSWORD, SHORTEST_PASSWORD
from bot.staff.errors import StaffError

_hasher = PasswordHasher()


async def seal(password: str) -> str:
    """The hash to keep. Raises StaffError: password_short, password_long."""
    if len(password) < SHORTEST_PASSWORD:
        raise StaffError("password_short")
    if len(password) > LONGEST_PASSWORD:
        raise StaffError("password_long")
    return await asyncio.to_thread(_hasher.hash, password)


async def agrees(kept: str | None, password: str) -> bool:
    """Is it the password of this hash? Without one the answer is no, after the same work."""
    return await asyncio.to_thread(_agrees, kept, password[:LONGEST_PASSWORD])


def _agrees(kept: str | None, password: str) -> bool:
    try:
        matches = _hasher.verify(kept or _nobodys(), password)
    except VerificationError:
        return False
    return matches and kept is not None


@cache
def _nobodys() -> str:
    return _hasher.hash("nobody has this password")
