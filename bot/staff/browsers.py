"""Browsers that have signed in before: each holds a signed word for one account, and its tries count by themselves. It opens nothing."""

from __future__ import annotations

import hmac
import re
import secrets
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from bot.store.encryption import keyring_of

LASTS: Final = timedelta(days=180)
_WORD: Final = re.compile(r"(?P<number>[0-9a-f]{32})\.(?P<until>[0-9]{1,12})\.(?P<signature>[0-9a-f]{64})")


def word(conn: Connection, login: str, *, now: datetime) -> str:
    """What this browser is to hold from now on."""
    number, until = secrets.token_hex(16), int((now + LASTS).timestamp())
    return f"{number}.{until}.{_signature(conn, number, until, login)}"


def number(conn: Connection, held: str, login: str, *, now: datetime) -> str | None:
    """The number of a browser that has signed in to this account before, by the word it holds."""
    found = _WORD.fullmatch(held)
    if found is None or int(found["until"]) <= now.timestamp():
        return None
    expected = _signature(conn, found["number"], int(found["until"]), login)
    return found["number"] if hmac.compare_digest(found["signature"], expected) else None


def _signature(conn: Connection, number: str, until: int, login: str) -> str:
    return keyring_of(conn.dialect).lookup(f"{number}.{until}.{login.strip().lower()}", "browser")
