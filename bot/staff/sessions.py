"""Signing in and staying signed in: attempts are rows and counted, sessions are rows found by a hash of their token."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, delete, func, insert, select, update

from bot import audit
from bot.staff.accounts import Staff, person
from bot.staff.tables import sign_in_attempts, staff, staff_sessions
from bot.store.encryption import keyring_of

LASTS: Final = timedelta(hours=12)
"""How long a session lives after it was last used."""
SLIDES_AFTER: Final = timedelta(minutes=5)
"""A session used again after this long is written anew; sooner would be a write at every click."""
ATTEMPTS_WITHIN: Final = timedelta(minutes=15)
ATTEMPTS_PER_PAIR: Final = 5
"""Of one login from one address: the limit that people meet."""
ATTEMPTS_PER_LOGIN: Final = 50
ATTEMPTS_PER_ADDRESS: Final = 200
"""Wide, for behind a proxy everybody has the same address."""
COUNTING: Final = 0x6E69616E67  # any number, the same in every process
"""PostgreSQL's advisory lock for counting attempts, held to the end of the transaction."""


@dataclass(frozen=True)
class Session:
    """Somebody signed in. `form_token` stands in every form of the session."""

    staff: Staff
    form_token: str
    seen_at: datetime


@dataclass(frozen=True)
class Credentials:
    """What a sign-in is checked against."""

    staff_id: int
    password_hash: str | None
    totp_secret: str | None


def hashed(token: str) -> str:
    """A token of full strength, as it is kept. A cookie may hold any bytes, which stand as surrogates."""
    return hashlib.sha256(token.encode(errors="surrogatepass")).hexdigest()


def may_try(conn: Connection, login: str, address: str, *, now: datetime) -> bool:
    """Count this attempt, and tell whether one login and one address may try so often.

    Attempts are counted one after another, before the password is looked at, so that a burst gains nothing; `succeeded` takes
    back one that was no failure. One that may not be made is not counted, so that nobody fills a limit that others share.
    """
    if conn.dialect.name == "postgresql":  # SQLite has one writer anyway
        conn.execute(select(func.pg_advisory_xact_lock(COUNTING)))
    conn.execute(delete(sign_in_attempts).where(sign_in_attempts.c.at < now - ATTEMPTS_WITHIN))
    limits = dict(zip(_counted(conn, login, address), (ATTEMPTS_PER_PAIR, ATTEMPTS_PER_LOGIN, ATTEMPTS_PER_ADDRESS), strict=True))
    for who, most in limits.items():
        tried = select(func.count()).select_from(sign_in_attempts).where(sign_in_attempts.c.who == who)
        if conn.execute(tried).scalar_one() >= most:
            return False
    conn.execute(insert(sign_in_attempts), [{"who": who, "at": now} for who in limits])
    return True


def succeeded(conn: Connection, login: str, address: str) -> None:
    """That attempt was no failure: count it no longer, and let this login begin anew from this address."""
    pair, *shared = _counted(conn, login, address)
    conn.execute(delete(sign_in_attempts).where(sign_in_attempts.c.who == pair))
    for who in shared:
        newest = select(func.max(sign_in_attempts.c.id)).where(sign_in_attempts.c.who == who).scalar_subquery()
        conn.execute(delete(sign_in_attempts).where(sign_in_attempts.c.id == newest))


def credentials(conn: Connection, login: str) -> Credentials | None:
    """What this login signs in with; none for an unknown or closed account."""
    found = conn.execute(select(staff).where(staff.c.login == login.strip().lower(), staff.c.disabled.is_(False))).one_or_none()
    return None if found is None else Credentials(found.id, found.password_hash, found.totp_secret)


def begin(conn: Connection, staff_id: int, *, now: datetime, totp_step: int | None = None) -> str | None:
    """A new session's token; none when the one-time password's step was used before or the account was closed meanwhile."""
    usable = update(staff).where(staff.c.id == staff_id, staff.c.disabled.is_(False))
    if totp_step is not None:
        usable = usable.where(staff.c.totp_last < totp_step)
    step = staff.c.totp_last if totp_step is None else totp_step
    if conn.execute(usable.values(totp_last=step).returning(staff.c.id)).one_or_none() is None:
        return None
    token = secrets.token_urlsafe(32)
    row = {
        "token_hash": hashed(token),
        "staff_id": staff_id,
        "form_token": secrets.token_urlsafe(24),
        "seen_at": now,
        "expires_at": now + LASTS,
    }
    conn.execute(delete(staff_sessions).where(staff_sessions.c.expires_at <= now))
    conn.execute(insert(staff_sessions).values(row))
    audit.record(conn, at=now, actor=f"staff:{staff_id}", action="signed_in", subject=f"staff:{staff_id}")
    return token


def find(conn: Connection, token: str, *, now: datetime) -> Session | None:
    """The session of this token, if it still lives and its account is open."""
    living = (staff_sessions.c.token_hash == hashed(token), staff_sessions.c.expires_at > now, staff.c.disabled.is_(False))
    joined = select(staff, staff_sessions.c.form_token, staff_sessions.c.seen_at).join(
        staff_sessions, staff_sessions.c.staff_id == staff.c.id
    )
    found = conn.execute(joined.where(*living)).one_or_none()
    return None if found is None else Session(person(found), found.form_token, found.seen_at)


def slide(conn: Connection, token: str, *, now: datetime) -> None:
    """It was used: it lives on."""
    conn.execute(update(staff_sessions).where(staff_sessions.c.token_hash == hashed(token)).values(seen_at=now, expires_at=now + LASTS))


def end(conn: Connection, token: str, *, now: datetime) -> None:
    """Sign out."""
    gone = conn.execute(
        delete(staff_sessions).where(staff_sessions.c.token_hash == hashed(token)).returning(staff_sessions.c.staff_id)
    ).one_or_none()
    if gone is not None:
        audit.record(conn, at=now, actor=f"staff:{gone.staff_id}", action="signed_out", subject=f"staff:{gone.staff_id}")


def _counted(conn: Connection, login: str, address: str) -> tuple[str, str, str]:
    """What an attempt counts against: the login from this address, the login, the address. Kept as hashes."""
    login, keyring = login.strip().lower(), keyring_of(conn.dialect)
    kinds = (f"pair:{address}:{login}", f"login:{login}", f"address:{address}")
    pair, of_login, of_address = (keyring.lookup(kind, "sign_in") for kind in kinds)
    return pair, of_login, of_address
