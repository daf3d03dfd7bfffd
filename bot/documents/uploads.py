"""What becomes of an upload: added when its update arrives, settled by the job, attached to a claim at submission."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, Select, func, insert, select, update

from bot import jobs
from bot.documents.errors import Reason
from bot.documents.tables import uploads
from bot.linking.party import together
from bot.message import Chat, UploadId

JOB_KIND = "upload"


class State(StrEnum):
    """Where an upload stands."""

    WAITING = "waiting"
    READY = "ready"
    REFUSED = "refused"


class AttachedError(Exception):
    """The upload belongs to another claim."""


@dataclass(frozen=True)
class Upload:
    """One file somebody sent."""

    id: UploadId
    chat: Chat
    source: Mapping[str, Any]
    name: str
    state: State
    reason: Reason | None
    pictures: int
    kind: str | None
    claim_id: int | None
    created_at: datetime
    settled_at: datetime | None


def new_id() -> UploadId:
    """A fresh id of 128 random bits, for whoever must keep the raw bytes before the row."""
    return UploadId(secrets.token_urlsafe(16))


def add(
    conn: Connection,
    chat: Chat,
    *,
    source: Mapping[str, Any],
    name: str,
    now: datetime,
    due: datetime | None = None,
    id: UploadId | None = None,  # noqa: A002 - as the column is called
) -> UploadId:
    """Note that a file has come; a job reads it once this is committed, and not before `due`.

    `source` is {"raw": True} when the bytes already lie in the files under `raw_key`, otherwise {fetcher's name: what it needs}.
    """
    upload_id = id or new_id()
    conn.execute(
        insert(uploads).values(
            id=upload_id,
            channel=chat.channel,
            chat=chat.id,
            source=dict(source),
            name=name,
            state=State.WAITING,
            pictures=0,
            created_at=now,
        )
    )
    lane, dedupe = f"{JOB_KIND}:{chat.channel}:{chat.id}", f"{JOB_KIND}:{upload_id}"
    jobs.add(conn, JOB_KIND, {"upload": upload_id}, now=now, due=due, lane=lane, dedupe=dedupe)
    return upload_id


def find(conn: Connection, upload_id: str, *, chat: Chat | None = None) -> Upload | None:
    """The upload of this id, or none. With `chat`, only if that member sent it: what a member's own page must ask."""
    row = conn.execute(all_columns().where(uploads.c.id == upload_id)).first()
    found = None if row is None else upload_of(row)
    is_theirs = found is None or chat is None or found.chat == chat or found.chat in together(conn, chat)
    return found if is_theirs else None


def of_claim(conn: Connection, claim_id: int) -> list[Upload]:
    """A claim's documents, oldest first."""
    rows = conn.execute(all_columns().where(uploads.c.claim_id == claim_id).order_by(uploads.c.created_at, uploads.c.id))
    return [upload_of(row) for row in rows]


def of_chat(conn: Connection, chat: Chat, *, since: datetime) -> list[Upload]:
    """What was sent from a chat since then, oldest first."""
    own = (uploads.c.channel == chat.channel, uploads.c.chat == chat.id, uploads.c.created_at >= since)
    return [upload_of(row) for row in conn.execute(all_columns().where(*own).order_by(uploads.c.created_at, uploads.c.id))]


def too_long(conn: Connection, chat: Chat, *, since: datetime) -> int:
    """How many files from this chat used up all time there is for making one safe."""
    theirs = (
        uploads.c.channel == chat.channel,
        uploads.c.chat == chat.id,
        uploads.c.reason == Reason.TIMEOUT,
        uploads.c.created_at >= since,
    )
    return conn.execute(select(func.count()).select_from(uploads).where(*theirs)).scalar_one()


def attach(conn: Connection, ids: Sequence[UploadId], claim_id: int, kinds: Sequence[str]) -> None:
    """Make uploads the documents of a claim; `kinds` goes in step with `ids`. Raises AttachedError: one belongs to another claim."""
    rows = conn.execute(select(uploads.c.id, uploads.c.claim_id).where(uploads.c.id.in_(ids)).order_by(uploads.c.id).with_for_update())
    if taken := [row.id for row in rows if row.claim_id not in {None, claim_id}]:
        raise AttachedError(taken[0])
    for upload_id, kind in zip(ids, kinds, strict=True):
        conn.execute(update(uploads).where(uploads.c.id == upload_id).values(claim_id=claim_id, kind=kind))


def settle(conn: Connection, upload_id: UploadId, outcome: int | Reason, *, now: datetime | None = None) -> bool:
    """Say how many pictures an upload gave, or why it was refused; without `now`, already on its arrival.

    False if it was settled before, or is no more.
    """
    settled: dict[str, Any] = {"settled_at": uploads.c.created_at if now is None else now}
    if isinstance(outcome, Reason):
        settled |= {"state": State.REFUSED, "reason": outcome.value}
    else:
        settled |= {"state": State.READY, "pictures": outcome}
    waiting = (uploads.c.id == upload_id) & (uploads.c.state == State.WAITING)
    return conn.execute(update(uploads).where(waiting).values(**settled).returning(uploads.c.id)).first() is not None


def all_columns() -> Select[Any]:
    """What `upload_of` reads."""
    return select(uploads)


def upload_of(row: Row[Any]) -> Upload:
    """A row as the rest of the program sees it."""
    return Upload(
        id=UploadId(row.id),
        chat=Chat(row.channel, row.chat),
        source=row.source,
        name=row.name,
        state=State(row.state),
        reason=None if row.reason is None else Reason(row.reason),
        pictures=row.pictures,
        kind=row.kind,
        claim_id=row.claim_id,
        created_at=row.created_at,
        settled_at=row.settled_at,
    )
