"""The roster: who is, by name and certificate number, a member of a union here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select

from bot.members.lookup import certno_hash, name_hash, phone_hash
from bot.members.tables import members


@dataclass(frozen=True)
class Member:
    """A person on the roster."""

    id: int
    union_id: int
    name: str
    in_work: bool


def add(conn: Connection, *, union_id: int, name: str, certno: str, in_work: bool, now: datetime, phone: str | None = None) -> int:
    """Put a person on the roster."""
    row = {
        "union_id": union_id,
        "name": name,
        "certno": certno,
        "certno_hash": certno_hash(conn, certno),
        "phone": phone,
        "phone_hash": None if phone is None else phone_hash(conn, phone),
        "in_work": in_work,
        "joined_at": now,
    }
    return int(conn.execute(insert(members).values(row).returning(members.c.id)).scalar_one())


def match(conn: Connection, name: str, certno: str) -> Member | None:
    """The member with this certificate number, if the name agrees too."""
    found = conn.execute(select(members).where(members.c.certno_hash == certno_hash(conn, certno))).one_or_none()
    if found is None or name_hash(conn, found.name) != name_hash(conn, name):
        return None
    return Member(found.id, found.union_id, found.name, found.in_work)


@dataclass(frozen=True)
class Compared:
    """What the roster says to an identity: who has this certificate number, if anybody, and whether all else agrees."""

    member: Member | None
    agrees: bool


def compare(conn: Connection, name: str, certno: str, phone: str) -> Compared:
    """Hold a name, a certificate number and a phone against the roster. Without a phone there nothing is proven."""
    found = conn.execute(select(members).where(members.c.certno_hash == certno_hash(conn, certno))).one_or_none()
    if found is None:
        return Compared(None, agrees=False)
    same = name_hash(conn, found.name) == name_hash(conn, name) and found.phone_hash == phone_hash(conn, phone)
    return Compared(Member(found.id, found.union_id, found.name, found.in_work), agrees=same)
