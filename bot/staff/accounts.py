"""Staff accounts: who there is, in what role and for which branch of the unions' tree."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, delete, select, update

from bot import audit
from bot.members import unions
from bot.members.lookup import certno_hash
from bot.staff.errors import StaffError
from bot.staff.roles import ALLOWED, Permission, Role
from bot.staff.tables import link_codes, setup_links, staff, staff_chats, staff_sessions
from bot.store.tables import insert_new

_LOGIN: Final = re.compile(r"[a-z0-9][a-z0-9._@-]{1,62}[a-z0-9]")
LONGEST_NAME: Final = 60
SHORTEST_PASSWORD: Final = 10
LONGEST_PASSWORD: Final = 200


@dataclass(frozen=True)
class Staff:
    """A staff member, as decisions and pages see one."""

    id: int
    login: str
    name: str
    role: Role
    union_id: int | None
    union_path: str
    locale: str
    certno_hash: str | None
    has_password: bool
    has_totp: bool
    disabled: bool
    created_at: datetime

    @property
    def actor(self) -> str:
        """As an actor or a subject of the records."""
        return f"staff:{self.id}"

    def may(self, permission: Permission) -> bool:
        """Whether it is allowed to this role."""
        return permission in ALLOWED[self.role]

    def sees(self, union_path: str) -> bool:
        """Whether this union lies within the branch."""
        return union_path.startswith(self.union_path)


def anybody(conn: Connection) -> bool:
    """Whether there is an account that can be signed in to."""
    return conn.execute(select(staff.c.id).where(staff.c.password_hash.is_not(None)).limit(1)).first() is not None


def one(conn: Connection, staff_id: int) -> Staff | None:
    """The account of this id."""
    found = conn.execute(select(staff).where(staff.c.id == staff_id)).one_or_none()
    return None if found is None else person(found)


def everybody(conn: Connection, scope: str = unions.EVERYTHING) -> list[Staff]:
    """The accounts within a branch, in the order they were made."""
    within = select(staff).where(staff.c.union_path.startswith(scope, autoescape=True))
    return [person(row) for row in conn.execute(within.order_by(staff.c.id))]


def names(conn: Connection) -> dict[int, str]:
    """The names of all staff, to show beside what they did."""
    return {row.id: row.name for row in conn.execute(select(staff.c.id, staff.c.name))}


def spelled_login(login: str) -> str:
    """A login in its one spelling. Raises StaffError: login."""
    spelled = login.strip().lower()
    if not _LOGIN.fullmatch(spelled):
        raise StaffError("login")
    return spelled


def add(  # noqa: PLR0913  # one argument for each thing an account has
    conn: Connection,
    *,
    login: str,
    name: str,
    role: Role,
    union_id: int | None,
    locale: str,
    actor: str,
    now: datetime,
    password_hash: str | None = None,
    within: str = unions.EVERYTHING,
) -> Staff:
    """Make an account. Without a password it waits for its one-time link. `within` is the branch of who makes it.

    Raises StaffError: login, login_exists, name, union (no such union, or not within that branch).
    """
    row = {
        "login": spelled_login(login),
        "name": _named(name),
        "role": role,
        "union_id": union_id,
        "union_path": _path(conn, union_id, within),
        "locale": locale,
        "password_hash": password_hash,
        "totp_last": 0,
        "disabled": False,
        "created_at": now,
    }
    made = conn.execute(insert_new(conn, staff).values(row).returning(staff.c.id)).scalar_one_or_none()
    if made is None:
        raise StaffError("login_exists")
    audit.record(
        conn,
        at=now,
        actor=actor,
        action="staff_added",
        subject=f"staff:{made}",
        detail={"role": role, "union": union_id},
    )
    return _after(conn, int(made))


def change(conn: Connection, staff_id: int, *, role: Role, union_id: int | None, disabled: bool, by: Staff, now: datetime) -> Staff:
    """Give another role or branch, or close or open the account; a closed one is signed out. Not one's own. Raises StaffError."""
    if staff_id == by.id:
        raise StaffError("own_account")
    managed(conn, staff_id, by)
    values = {"role": role, "union_id": union_id, "union_path": _path(conn, union_id, by.union_path), "disabled": disabled}
    conn.execute(update(staff).where(staff.c.id == staff_id).values(values))
    if disabled:
        for table in (staff_sessions, staff_chats, link_codes, setup_links):
            conn.execute(delete(table).where(table.c.staff_id == staff_id))
    detail = {"role": role, "union": union_id, "disabled": disabled}
    audit.record(conn, at=now, actor=by.actor, action="staff_changed", subject=f"staff:{staff_id}", detail=detail)
    return _after(conn, staff_id)


def managed(conn: Connection, staff_id: int, by: Staff) -> Staff:
    """The account, if it lies within the branch of who wants to change it. Raises StaffError: unknown."""
    found = one(conn, staff_id)
    if found is None or not by.sees(found.union_path):
        raise StaffError("unknown")
    return found


def set_password(conn: Connection, person: Staff, password_hash: str, *, now: datetime, link_by: str | None = None) -> None:
    """A new password; every session of the account ends. `link_by` is who issued the link it was set with."""
    conn.execute(update(staff).where(staff.c.id == person.id).values(password_hash=password_hash))
    conn.execute(delete(staff_sessions).where(staff_sessions.c.staff_id == person.id))
    audit.record(
        conn, at=now, actor=person.actor, action="password_set", subject=person.actor, detail={"link_by": link_by} if link_by else None
    )


def set_certno(conn: Connection, person: Staff, certno: str, *, now: datetime) -> None:
    """The person's own certificate number, kept as a hash only. Given once, only an administrator changes it. Raises StaffError."""
    if not certno.strip():
        raise StaffError("own_number")
    kept = certno_hash(conn, certno)
    unset = update(staff).where(staff.c.id == person.id, staff.c.certno_hash.is_(None)).values(certno_hash=kept)
    if conn.execute(unset.returning(staff.c.id)).one_or_none() is None:
        raise StaffError("own_number_given")
    audit.record(conn, at=now, actor=person.actor, action="own_number_set", subject=person.actor)


def change_certno(conn: Connection, staff_id: int, certno: str, *, by: Staff, now: datetime) -> None:
    """Put another person's number right; empty forgets it, so that they can give it anew. Not one's own. Raises StaffError."""
    if not by.may(Permission.MANAGE_STAFF):
        raise StaffError("unknown")
    if staff_id == by.id:
        raise StaffError("own_account")
    changed = managed(conn, staff_id, by)
    kept = certno_hash(conn, certno) if certno.strip() else None
    conn.execute(update(staff).where(staff.c.id == staff_id).values(certno_hash=kept))
    action = "own_number_forgotten" if kept is None else "own_number_changed"
    audit.record(conn, at=now, actor=by.actor, action=action, subject=changed.actor)


def set_locale(conn: Connection, staff_id: int, locale: str) -> None:
    """The language of the console and of the news."""
    conn.execute(update(staff).where(staff.c.id == staff_id).values(locale=locale))


def person(row: Row[Any]) -> Staff:
    """A row of the staff table as a staff member."""
    return Staff(
        row.id,
        row.login,
        row.name,
        Role(row.role),
        row.union_id,
        row.union_path,
        row.locale,
        row.certno_hash,
        row.password_hash is not None,
        row.totp_secret is not None,
        row.disabled,
        row.created_at,
    )


def _after(conn: Connection, staff_id: int) -> Staff:
    return person(conn.execute(select(staff).where(staff.c.id == staff_id)).one())


def _path(conn: Connection, union_id: int | None, within: str) -> str:
    """The path of a branch, which nobody may give away beyond their own."""
    union = None if union_id is None else unions.one(conn, union_id)
    path = union.path if union is not None else unions.EVERYTHING
    if (union_id is not None and union is None) or not path.startswith(within):
        raise StaffError("union")
    return path


def _named(name: str) -> str:
    words = " ".join(name.split())
    if not words or len(words) > LONGEST_NAME or "\0" in words:
        raise StaffError("name")
    return words
