"""How often a password may be tried: ever more slowly, counted for whoever tries, so that strangers neither guess nor lock anybody out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Final

from sqlalchemy import Connection, delete, func, insert, select

from bot.staff.tables import sign_in_attempts
from bot.store.encryption import keyring_of

WITHIN: Final = timedelta(minutes=15)
"""What is longer ago counts no more."""
COUNTING: Final = 0x6E69616E67  # any number, the same in every process
"""PostgreSQL's advisory lock for counting attempts, held to the end of the transaction."""


@dataclass(frozen=True)
class Lane:
    """Tries that count together. So many are free; from then on a pause after each, twice as long every time, up to the longest."""

    who: str
    free: int = 5
    first: timedelta = timedelta(seconds=15)
    longest: timedelta = timedelta(minutes=2)

    def pause(self, tried: int) -> timedelta:
        """How long to wait after so many tries."""
        if tried < self.free:
            return timedelta()
        doublings = min(tried - self.free, 20)  # no pause is doubled further
        return min(self.first * (1 << doublings), self.longest)


def of_stranger(login: str, address: str) -> tuple[Lane, Lane]:
    """A browser that has not signed in to this account before: the login from its address, and the login from anywhere.

    Never the address alone: strangers who try many logins must not slow down whoever is behind the same proxy.
    """
    login = login.strip().lower()
    second, half_a_minute = timedelta(seconds=1), timedelta(seconds=30)
    return Lane(f"pair:{address}:{login}"), Lane(f"login:{login}", 30, second, half_a_minute)


def of_browser(number: str) -> tuple[Lane]:
    """A browser that has: nobody else's tries slow it down."""
    return (Lane(f"browser:{number}"),)


def of_session(staff_id: int) -> tuple[Lane]:
    """Somebody signed in who is asked for the password again."""
    return (Lane(f"session:{staff_id}"),)


def seconds_to_wait(conn: Connection, lanes: Iterable[Lane], *, now: datetime) -> int:
    """Count a try, or tell in how many seconds it may be made; 0: now, and it is counted.

    Tries are counted one after another, before the password is looked at, so that a burst gains nothing; `succeeded` takes
    back one that was no failure. One that may not be made is not counted.
    """
    if conn.dialect.name == "postgresql":  # SQLite has one writer anyway
        conn.execute(select(func.pg_advisory_xact_lock(COUNTING)))
    conn.execute(delete(sign_in_attempts).where(sign_in_attempts.c.at < now - WITHIN))
    kept = {_kept(conn, lane): lane for lane in lanes}
    left = max(_left(conn, who, lane, now) for who, lane in kept.items())
    if left > timedelta():
        return ceil(left.total_seconds())
    conn.execute(insert(sign_in_attempts), [{"who": who, "at": now} for who in kept])
    return 0


def succeeded(conn: Connection, lanes: Iterable[Lane]) -> None:
    """That try was no failure: whoever made it begins anew; of what others count in, too, only this one is taken back."""
    own, *shared = (_kept(conn, lane) for lane in lanes)
    conn.execute(delete(sign_in_attempts).where(sign_in_attempts.c.who == own))
    for who in shared:
        newest = select(func.max(sign_in_attempts.c.id)).where(sign_in_attempts.c.who == who).scalar_subquery()
        conn.execute(delete(sign_in_attempts).where(sign_in_attempts.c.id == newest))


def _left(conn: Connection, who: str, lane: Lane, now: datetime) -> timedelta:
    tries = select(func.count().label("number"), func.max(sign_in_attempts.c.at).label("last")).where(sign_in_attempts.c.who == who)
    tried = conn.execute(tries).one()
    return timedelta() if tried.last is None else tried.last + lane.pause(tried.number) - now


def _kept(conn: Connection, lane: Lane) -> str:
    """The lane's name as it is kept: nobody reads a login or an address there."""
    return keyring_of(conn.dialect).lookup(lane.who, "sign_in")
