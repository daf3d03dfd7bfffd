"""One-time passwords of an authenticator app, as a second factor that each account may switch on."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import pyotp
from sqlalchemy import Connection, select, update

from bot import audit
from bot.staff.accounts import Staff
from bot.staff.tables import staff

PERIOD_S: Final = 30
_NEIGHBOURS: Final = (0, -1, 1)


def new_secret() -> str:
    """A secret to show once, as text and picture."""
    return pyotp.random_base32()


def address(secret: str, login: str, issuer: str) -> str:
    """What the picture holds."""
    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=issuer)


def step_of(secret: str, code: str, now: datetime) -> int | None:
    """The time step this code belongs to, the present one or a neighbour of it; none if the code is wrong."""
    digits = "".join(code.split())
    present = int(now.timestamp()) // PERIOD_S
    clock = pyotp.TOTP(secret)
    matching = [present + near for near in _NEIGHBOURS if pyotp.utils.strings_equal(clock.generate_otp(present + near), digits)]
    return matching[0] if matching else None


def switch_on(conn: Connection, person: Staff, secret: str, step: int, *, now: datetime) -> None:
    """Ask for a code at every sign-in from now on."""
    conn.execute(update(staff).where(staff.c.id == person.id).values(totp_secret=secret, totp_last=step))
    audit.record(conn, at=now, actor=person.actor, action="totp_on", subject=person.actor)


def switch_off(conn: Connection, staff_id: int, *, actor: str, now: datetime) -> None:
    """Ask for it no longer."""
    if conn.execute(select(staff.c.totp_secret).where(staff.c.id == staff_id)).scalar_one() is not None:
        conn.execute(update(staff).where(staff.c.id == staff_id).values(totp_secret=None))
        audit.record(conn, at=now, actor=actor, action="totp_off", subject=f"staff:{staff_id}")
