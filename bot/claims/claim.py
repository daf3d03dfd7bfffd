"""A claim as it is stored, read whole, and the lock that every change takes first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from bot.claims.errors import NoSuchClaimError
from bot.claims.states import State
from bot.claims.tables import claims
from bot.message import Chat
from calculator import Fen


@dataclass(frozen=True)
class Claim:
    """Everything a claim holds."""

    id: int
    number: str
    benefit: str
    union_id: int
    union_path: str
    state: State
    revision: int
    chat: Chat
    locale: str
    name: str
    certno: str
    certno_hash: str
    on_roster: bool
    phone: str
    card: str
    helper: Mapping[str, str] | None
    """Who filed it for the member: relation, name, phone."""
    facts: Mapping[str, Any]
    estimate: Mapping[str, Any]
    edition: str
    year: int
    estimated: Fen | None
    approved: Fen | None
    second_signature: bool
    missing: tuple[str, ...]
    reviewer_id: int | None
    approver_id: int | None
    confirmer_id: int | None
    submitted_at: datetime
    changed_at: datetime


def read(conn: Connection, claim_id: int) -> Claim:
    """The claim as it stands. Raises NoSuchClaimError."""
    return _claim(conn.execute(select(claims).where(claims.c.id == claim_id)).one_or_none())


def lock(conn: Connection, claim_id: int) -> Claim:
    """The claim, held until the end of the transaction. Raises NoSuchClaimError."""
    return _claim(conn.execute(select(claims).where(claims.c.id == claim_id).with_for_update()).one_or_none())


def _claim(row: Row[Any] | None) -> Claim:
    if row is None:
        raise NoSuchClaimError
    held = dict(row._mapping)  # noqa: SLF001  # SQLAlchemy's public name
    chat = Chat(held.pop("channel"), held.pop("chat"))
    del held["name_hash"], held["phone_hash"]
    held |= {"state": State(held["state"]), "missing": tuple(held["missing"])}
    return Claim(chat=chat, **held)
