"""Passwords: argon2, always in a thread of its own, and as slow for a login nobody has as for one somebody has."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

from bot.staff.accounts import LONGEST_PASSWORD, SHORTEST_PASSWORD
from bot.staff.errors import StaffError

_hasher = PasswordHasher()
STRANGERS: Final = ThreadPoolExecutor(1, "strangers-passwords")
KNOWN: Final = ThreadPoolExecutor(1, "known-passwords")
"""Strangers' tries queue for one thread: however many there are, a core is left, and who is known waits for none of them."""


async def seal(password: str) -> str:
    """The hash to keep. Raises StaffError: password_short, password_long."""
    if len(password) < SHORTEST_PASSWORD:
        raise StaffError("password_short")
    if len(password) > LONGEST_PASSWORD:
        raise StaffError("password_long")
    return await asyncio.get_running_loop().run_in_executor(KNOWN, _hasher.hash, password)


async def agrees(kept: str | None, password: str, *, is_known: bool) -> bool:
    """Is it the password of this hash? Without one the answer is no, after the same work. Strangers wait for strangers."""
    threads = KNOWN if is_known else STRANGERS
    return await asyncio.get_running_loop().run_in_executor(threads, _agrees, kept, password[:LONGEST_PASSWORD])


def _agrees(kept: str | None, password: str) -> bool:
    try:
        matches = _hasher.verify(kept or _nobodys(), password)
    except VerificationError:
        return False
    return matches and kept is not None


@cache
def _nobodys() -> str:
    return _hasher.hash("nobody has this password")
