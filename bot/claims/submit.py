"""A claim is made: numbered, matched with the roster, its papers attached, its staff told, all in the transaction that sent it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, text

from bot import audit
from bot.claims import claim as stored
from bot.claims import news
from bot.claims.errors import IncompleteError
from bot.claims.states import State
from bot.claims.tables import claims
from bot.documents import uploads
from bot.members import roster
from bot.members.lookup import certno_hash, name_hash, phone_hash
from bot.members.tables import unions
from bot.message import Chat, UploadId
from calculator import Fen
from handlers.on_behalf import Helper

_NEXT_NUMBER = text(
    "INSERT INTO claim_numbers (month, last) VALUES (:month, 1) "
    "ON CONFLICT (month) DO UPDATE SET last = claim_numbers.last + 1 RETURNING last"
)

Paper = tuple[UploadId, str]
"""An upload of this chat and the kind of document it is."""


@dataclass(frozen=True)
class Application:
    """What a member has confirmed. `facts` and `estimate` are JSON; money in fen."""

    benefit: str
    chat: Chat
    locale: str
    name: str
    certno: str
    phone: str
    card: str
    union_id: int
    facts: Mapping[str, Any]
    estimate: Mapping[str, Any]
    edition: str
    year: int
    estimated: Fen | None
    uploads: tuple[Paper, ...]
    helper: Helper | None = None
    """Who files it, where that is not the member."""


@dataclass(frozen=True)
class Submitted:
    """What the member is told."""

    id: int
    number: str


def submit(conn: Connection, application: Application, *, now: datetime) -> Submitted:
    """Store the claim and everything that follows from it. The month of `now`, in its own zone, numbers it."""
    number = _next_number(conn, now)
    row = _row(conn, application, number, now)
    claim_id = int(conn.execute(insert(claims).values(row).returning(claims.c.id)).scalar_one())
    attach(conn, application.chat, claim_id, application.uploads)
    detail = {"benefit": application.benefit, "estimated": application.estimated, "papers": [kind for _, kind in application.uploads]}
    if application.helper is not None:
        detail["for_another"] = application.helper.relation
    audit.record(conn, at=now, actor=member(application.chat), action="submitted", subject=f"claim:{claim_id}", detail=detail)
    news.tell_staff_later(conn, claim_id, again=False, now=now)
    news.tell_of_filing(conn, stored.read(conn, claim_id), now=now)
    return Submitted(claim_id, number)


def attach(conn: Connection, chat: Chat, claim_id: int, papers: Sequence[Paper]) -> None:
    """Make uploads of this chat the claim's papers. Raises IncompleteError: papers, for somebody else's upload or another claim's."""
    if any(uploads.find(conn, upload, chat=chat) is None for upload, _ in papers):
        raise IncompleteError("papers")
    try:
        uploads.attach(conn, [upload for upload, _ in papers], claim_id, [kind for _, kind in papers])
    except uploads.AttachedError as error:
        raise IncompleteError("papers") from error


def member(chat: Chat) -> str:
    """A member as an actor of the records."""
    return f"member:{chat.channel}:{chat.id}"


def _next_number(conn: Connection, now: datetime) -> str:
    month = f"{now:%y%m}"
    return f"C-{month}-{conn.execute(_NEXT_NUMBER, {'month': month}).scalar_one():04d}"


def _row(conn: Connection, application: Application, number: str, now: datetime) -> dict[str, Any]:
    return {
        "number": number,
        "benefit": application.benefit,
        "union_id": application.union_id,
        "union_path": conn.execute(select(unions.c.path).where(unions.c.id == application.union_id)).scalar_one(),
        "state": State.SUBMITTED,
        "revision": 1,
        "channel": application.chat.channel,
        "chat": application.chat.id,
        "locale": application.locale,
        "name": application.name,
        "name_hash": name_hash(conn, application.name),
        "certno": application.certno,
        "certno_hash": certno_hash(conn, application.certno),
        "on_roster": roster.match(conn, application.name, application.certno) is not None,
        "phone": application.phone,
        "phone_hash": phone_hash(conn, application.phone),
        "card": application.card,
        "helper": None if application.helper is None else asdict(application.helper),
        "facts": dict(application.facts),
        "estimate": dict(application.estimate),
        "edition": application.edition,
        "year": application.year,
        "estimated": application.estimated,
        "second_signature": False,
        "missing": [],
        "submitted_at": now,
        "changed_at": now,
    }
