"""Who did what, and who looked: rows chained by keyed hashes about each subject, append-only, with the chains' heads sealed once a day."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Date,
    Index,
    Integer,
    LargeBinary,
    Row,
    String,
    Table,
    UniqueConstraint,
    bindparam,
    func,
    literal,
    select,
    type_coerce,
)

from bot.store.append_only import append_only
from bot.store.encryption import EncryptedJson, keyring_of
from bot.store.errors import Unreadable
from bot.store.tables import BigId, Moment, insert_new, metadata

DETAIL = EncryptedJson("audit.detail")

audit = append_only(
    Table(
        "audit",
        metadata,
        Column("id", BigId, primary_key=True),
        Column("subject", String(120), nullable=False),
        Column("seq", Integer, nullable=False),  # 1, 2, 3 ... within the subject
        Column("at", Moment, nullable=False),
        Column("actor", String(120), nullable=False),
        Column("action", String(60), nullable=False),
        Column("detail", DETAIL, nullable=False),
        Column("previous", String(64), nullable=False),  # the hash before it; empty for the first
        Column("hash", String(64), nullable=False),
        UniqueConstraint("subject", "seq"),
        Index("ix_audit_at", "at"),
    )
)

audit_heads = append_only(
    Table(
        "audit_heads",
        metadata,
        Column("subject", String(120), primary_key=True),
        Column("day", Date, primary_key=True),
        Column("seq", Integer, nullable=False),  # where the chain stood when that day was sealed
        Column("hash", String(64), nullable=False),
        Index("ix_audit_heads_day", "day"),
    )
)

audit_seals = append_only(
    Table(
        "audit_seals",
        metadata,
        Column("day", Date, primary_key=True),
        Column("previous", String(64), nullable=False),
        Column("hash", String(64), nullable=False),  # over all heads of the day and the seal before
    )
)


@dataclass(frozen=True)
class Entry:
    """One thing that was done or looked at."""

    seq: int
    at: datetime
    actor: str
    action: str
    subject: str
    detail: Mapping[str, Any]


_last = select(audit.c.seq, audit.c.hash).where(audit.c.subject == bindparam("about")).order_by(audit.c.seq.desc()).limit(1)
_chain = select(audit).where(audit.c.subject == bindparam("about")).order_by(audit.c.seq)


def record(conn: Connection, *, at: datetime, actor: str, action: str, subject: str, detail: Mapping[str, Any] | None = None) -> None:
    """Add an entry to its subject's chain, as "staff:3" did "claim.approve" to "claim:17"."""
    kept = dict(detail or {})
    while True:
        last = conn.execute(_last, {"about": subject}).first()
        entry = Entry((last.seq if last else 0) + 1, at, actor, action, subject, kept)
        previous = last.hash if last else ""
        values = {"subject": subject, "seq": entry.seq, "at": at, "actor": actor, "action": action, "detail": kept, "previous": previous}
        row = values | {"hash": _hash(conn, entry, previous)}
        if conn.execute(insert_new(conn, audit).returning(audit.c.seq), row).first():
            return  # otherwise another transaction has just taken this place in the chain: look again


def history(conn: Connection, subject: str) -> list[Entry]:
    """Everything on record about a subject, oldest first."""
    return [Entry(row.seq, row.at, row.actor, row.action, row.subject, row.detail) for row in conn.execute(_chain, {"about": subject})]


def of_action(conn: Connection, subject: str, action: str, *, since: datetime | None = None) -> list[Entry]:
    """The entries of one action about a subject, oldest first; with `since`, those after that moment."""
    wanted = select(audit).where(audit.c.subject == subject, audit.c.action == action)
    if since is not None:
        wanted = wanted.where(audit.c.at > since)
    return [Entry(row.seq, row.at, row.actor, row.action, row.subject, row.detail) for row in conn.execute(wanted.order_by(audit.c.seq))]


def subjects(conn: Connection) -> set[str]:
    """Everything there are entries about, or were when a day was sealed."""
    return {*conn.execute(select(audit.c.subject).distinct()).scalars(), *conn.execute(select(audit_heads.c.subject).distinct()).scalars()}


def verify(conn: Connection, subject: str) -> int | None:
    """Find the first entry that is changed, missing or forged, by its number; None if the chain is whole, seals included."""
    rows = conn.execute(
        select(audit.c.seq, audit.c.at, audit.c.actor, audit.c.action, audit.c.previous, audit.c.hash)
        .add_columns(type_coerce(audit.c.detail, LargeBinary).label("sealed"))
        .where(audit.c.subject == subject)
        .order_by(audit.c.seq)
    ).all()
    previous = ""
    for expected, row in enumerate(rows, start=1):
        if row.seq != expected or row.previous != previous or _recomputed(conn, row, subject) != row.hash:
            return expected
        previous = row.hash
    hashes = {row.seq: row.hash for row in rows}
    sealed = conn.execute(select(audit_heads.c.seq, audit_heads.c.hash).where(audit_heads.c.subject == subject))
    broken = [head.seq for head in sealed if hashes.get(head.seq) != head.hash]
    return min(*broken, len(rows) + 1) if broken else None


def seal(conn: Connection, day: date) -> None:
    """Seal together the heads of all chains that grew on a day (UTC). A day once sealed stays as it is."""
    if conn.scalar(select(audit_seals.c.day).where(audit_seals.c.day == day)):
        return
    start = datetime.combine(day, time(), UTC)
    grown = select(audit.c.subject).where(audit.c.at >= start, audit.c.at < start + timedelta(days=1)).distinct()
    newest = (
        select(audit.c.subject, func.max(audit.c.seq).label("seq")).where(audit.c.subject.in_(grown)).group_by(audit.c.subject).subquery()
    )
    where = (audit.c.subject == newest.c.subject) & (audit.c.seq == newest.c.seq)
    heads = select(audit.c.subject, literal(day, Date()).label("day"), audit.c.seq, audit.c.hash).join(newest, where)
    conn.execute(audit_heads.insert().from_select(["subject", "day", "seq", "hash"], heads))
    previous = conn.scalar(select(audit_seals.c.hash).where(audit_seals.c.day < day).order_by(audit_seals.c.day.desc()).limit(1)) or ""
    conn.execute(audit_seals.insert(), {"day": day, "previous": previous, "hash": _seal_hash(conn, day, previous)})


def verify_seals(conn: Connection) -> date | None:
    """Find the first day whose seal does not fit its heads or the seal before; None if all do."""
    previous = ""
    for row in conn.execute(select(audit_seals).order_by(audit_seals.c.day)).all():
        if row.previous != previous or _seal_hash(conn, row.day, previous) != row.hash:
            day: date = row.day
            return day
        previous = row.hash
    return None


def _hash(conn: Connection, entry: Entry, previous: str) -> str:
    fields = [entry.subject, entry.seq, entry.at.astimezone(UTC).isoformat(), entry.actor, entry.action, entry.detail, previous]
    return keyring_of(conn.dialect).mac(_canonical(fields), "audit.hash")


def _recomputed(conn: Connection, row: Row[Any], subject: str) -> str | None:
    try:
        detail = DETAIL.process_result_value(row.sealed, conn.dialect)
    except Unreadable:
        return None
    return _hash(conn, Entry(row.seq, row.at, row.actor, row.action, subject, detail or {}), row.previous)


def _seal_hash(conn: Connection, day: date, previous: str) -> str:
    found = conn.execute(select(audit_heads.c.subject, audit_heads.c.seq, audit_heads.c.hash).where(audit_heads.c.day == day))
    heads = sorted([row.subject, row.seq, row.hash] for row in found)
    return keyring_of(conn.dialect).mac(_canonical([day.isoformat(), heads, previous]), "audit_seals.hash")


def _canonical(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
