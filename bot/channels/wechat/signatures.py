"""A signature holds for a moment: long enough for WeChat's own three tries, too short for whoever picks it up from a log.

In plain mode a signature does not even cover the message. So each is noted when it first comes, and the clock runs from then.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from bot.channels.wechat.tables import wechat_signatures
from bot.store.prepared import Prepared

HOLDS = timedelta(seconds=20)
"""WeChat tries three times, five seconds each."""

MOST_OFF = timedelta(minutes=10)
"""How far WeChat's clock and ours may be apart."""


_row: dict[str, Any] = {"signature": bindparam("signature"), "first_at": bindparam("first_at")}
_key = wechat_signatures.c.signature
_first = {
    "sqlite": Prepared(sqlite.insert(wechat_signatures).values(_row).on_conflict_do_nothing().returning(_key)),
    "postgresql": Prepared(postgresql.insert(wechat_signatures).values(_row).on_conflict_do_nothing().returning(_key)),
}


class Replayed(Exception):  # noqa: N818 - says what was found
    """The signature is an old one."""


def is_fresh(timestamp: str, now: datetime) -> bool:
    """Whether a push was signed just now."""
    seconds = int(timestamp) if timestamp.isascii() and timestamp.isdecimal() and len(timestamp) <= len("1714036504") else 0
    return abs(now.timestamp() - seconds) <= MOST_OFF.total_seconds()


def note(conn: Connection, signature: str, now: datetime) -> None:
    """Note its first coming. Raises Replayed if that is too long ago."""
    if _first[conn.dialect.name].run(conn, {"signature": signature, "first_at": now}) is not None:
        return
    first: datetime = conn.execute(select(wechat_signatures.c.first_at).where(wechat_signatures.c.signature == signature)).scalar_one()
    if now - first > HOLDS:
        raise Replayed


def forget_old(conn: Connection, now: datetime) -> None:
    """Those whose timestamp alone refuses them by now."""
    conn.execute(delete(wechat_signatures).where(wechat_signatures.c.first_at < now - 2 * MOST_OFF))
