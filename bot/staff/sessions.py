"""Signing in and staying signed in: sessions are rows found by a hash of their token."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, delete, insert, select, update

from bot import audit
from bot.staff.accounts import Staff, person
from bot.staff.tables import staff, staff_sessions

LASTS: Final = timedelta(hours=12)
"""How long a session lives after it was last used."""
SLIDES_AFTER: Final = timedelta(minutes=5)
"""A session used again after this long is written anew; sooner would be a write at every click."""


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
