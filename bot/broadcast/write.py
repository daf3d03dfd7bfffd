"""How a broadcast comes to be: written by some, signed by somebody else, word for word as that person read it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, delete, insert, update

from bot import audit, jobs
from bot.broadcast import find
from bot.broadcast.audience import Audience, Of
from bot.broadcast.errors import LetInError, NewerError, NoSuchBroadcastError, OwnWordsError, UnusableError
from bot.broadcast.find import Broadcast
from bot.broadcast.message import Words, checked
from bot.broadcast.states import State
from bot.broadcast.tables import broadcasts
from bot.jobs.tables import DEAD
from bot.jobs.tables import jobs as queued
from bot.members.unions import EVERYTHING
from bot.staff import links
from bot.staff.accounts import Staff
from bot.staff.roles import Permission

SLOWEST, USUAL, FASTEST = 1, 25, 25
"""Messages a second. Telegram takes 28 over all chats: what even the fastest broadcast leaves is for answers."""

FEED: Final = "broadcast"
"""The kind of the job that hands a broadcast's messages on, some at a time; payload {"broadcast": id, "revision": its revision}."""

UNSENT: Final = frozenset({State.DRAFT, State.WAITING})
"""Nothing has left yet: what is written may change."""


@dataclass(frozen=True)
class Draft:
    """What somebody wrote."""

    words: Words
    audience: Audience
    pace: int = USUAL

    def checked(self, staff: Staff) -> dict[str, Any]:
        """The columns it fills. Raises UnusableError."""
        if not staff.sees(self.audience.union_path):
            raise UnusableError("union")
        if self.audience.of is Of.PROMISED and self.audience.union_path != EVERYTHING:
            raise UnusableError("people")  # nobody knows their union
        pace = min(max(self.pace, SLOWEST), FASTEST)
        whom = {"audience": self.audience.to_json(), "union_path": self.audience.union_path}
        return {"words": checked(self.words), "pace": pace, **whom}


def write(conn: Connection, draft: Draft, staff: Staff, *, now: datetime) -> int:
    """Keep a new broadcast; its id. Raises UnusableError."""
    _may(staff)
    values = {**draft.checked(staff), "state": State.DRAFT, "revision": 1, "writers": [staff.id], "created_at": now}
    broadcast_id = int(conn.execute(insert(broadcasts).values(values).returning(broadcasts.c.id)).scalar_one())
    written = find.one(conn, broadcast_id)
    assert written is not None  # noqa: S101 - it was just written
    record(conn, written, staff.actor, "broadcast_written", now, said(written))
    return broadcast_id


def change(conn: Connection, broadcast_id: int, draft: Draft, staff: Staff, *, revision: int, now: datetime) -> Broadcast:
    """Write it anew; who does so is one of its writers from then on. Raises UnusableError, NewerError."""
    before = held(conn, broadcast_id, staff, revision, UNSENT)
    writers = [*before.writers, *([] if staff.id in before.writers else [staff.id])]
    after = changed(conn, before, **draft.checked(staff), state=State.DRAFT, writers=writers)
    record(conn, after, staff.actor, "broadcast_changed", now, said(after))
    return after


def hand_in(conn: Connection, broadcast_id: int, staff: Staff, *, revision: int, now: datetime) -> Broadcast:
    """Have it wait for the second person. Raises NewerError."""
    after = changed(conn, held(conn, broadcast_id, staff, revision, {State.DRAFT}), state=State.WAITING)
    record(conn, after, staff.actor, "broadcast_handed_in", now)
    return after


def send_back(conn: Connection, broadcast_id: int, staff: Staff, *, revision: int, reason: str, now: datetime) -> Broadcast:
    """Give it back to those who wrote it. Raises OwnWordsError for whoever wrote on it, NewerError."""
    after = changed(conn, _of_others(held(conn, broadcast_id, staff, revision, {State.WAITING}), staff), state=State.DRAFT)
    record(conn, after, staff.actor, "broadcast_sent_back", now, {"reason": reason})
    return after


def approve(conn: Connection, broadcast_id: int, staff: Staff, *, revision: int, now: datetime) -> Broadcast:
    """Sign it, so that it is sent. Raises OwnWordsError for whoever wrote on it, LetInError, NewerError if it is not what was read."""
    before = _of_others(held(conn, broadcast_id, staff, revision, {State.WAITING}), staff)
    if any(links.may_be_one(conn, staff.actor, f"staff:{writer}", now=now) for writer in before.writers):
        raise LetInError
    after = changed(conn, before, state=State.SENDING, approver_id=staff.id, began_at=now)
    record(conn, after, staff.actor, "broadcast_approved", now, said(after))
    feed(conn, after, now)
    return after


def feed(conn: Connection, broadcast: Broadcast, now: datetime) -> None:
    """Queue the job that hands its messages on, once for each revision; in place of one that was given up, which would keep its key."""
    payload, key = {"broadcast": broadcast.id, "revision": broadcast.revision}, f"{FEED}:{broadcast.id}:{broadcast.revision}"
    conn.execute(delete(queued).where(queued.c.dedupe == key, queued.c.state == DEAD))
    jobs.add(conn, FEED, payload, now=now, dedupe=key)


def held(conn: Connection, broadcast_id: int, staff: Staff, revision: int, states: frozenset[State] | set[State]) -> Broadcast:
    """The broadcast, locked, if it is there for this person and as they read it. Raises NoSuchBroadcastError, NewerError."""
    _may(staff)
    found = find.one(conn, broadcast_id, lock=True)
    if found is None or not staff.sees(found.union_path):
        raise NoSuchBroadcastError
    if found.revision != revision or found.state not in states:
        raise NewerError
    return found


def _of_others(broadcast: Broadcast, staff: Staff) -> Broadcast:
    """The same, if this person wrote nothing of it. Raises OwnWordsError."""
    if staff.id in broadcast.writers:
        raise OwnWordsError
    return broadcast


def changed(conn: Connection, broadcast: Broadcast, **values: Any) -> Broadcast:
    """The same with other values, under the next revision."""
    values["revision"] = broadcast.revision + 1
    conn.execute(update(broadcasts).where(broadcasts.c.id == broadcast.id).values(**values))
    after = find.one(conn, broadcast.id)
    assert after is not None  # noqa: S101 - it is locked
    return after


def record(conn: Connection, broadcast: Broadcast, actor: str, action: str, now: datetime, detail: Mapping[str, Any] | None = None) -> None:
    """Put a step on record."""
    audit.record(conn, at=now, actor=actor, action=action, subject=broadcast.subject, detail=detail)


def said(broadcast: Broadcast) -> dict[str, Any]:
    """What was written, for the records."""
    return {"words": dict(broadcast.words), "audience": broadcast.audience.to_json(), "pace": broadcast.pace}


def _may(staff: Staff) -> None:
    if not staff.may(Permission.BROADCAST):
        raise NoSuchBroadcastError
