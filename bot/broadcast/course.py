"""A broadcast on its way can be held up, let go on, and ended. What is with the platform already cannot be called back."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from bot.broadcast import find
from bot.broadcast.find import Broadcast
from bot.broadcast.states import State
from bot.broadcast.write import UNWRITTEN, changed, feed, held, record
from bot.staff.accounts import Staff


def pause(conn: Connection, broadcast_id: int, staff: Staff, *, revision: int, now: datetime) -> Broadcast:
    """Let nothing more leave. Raises NewerError."""
    after = changed(conn, held(conn, broadcast_id, staff, revision, {State.SENDING}), state=State.PAUSED)
    record(conn, after, staff.actor, "broadcast_paused", now)
    return after


def resume(conn: Connection, broadcast_id: int, staff: Staff, *, revision: int, now: datetime) -> Broadcast:
    """Go on where it stopped. Raises NewerError."""
    after = changed(conn, held(conn, broadcast_id, staff, revision, {State.PAUSED}), state=State.SENDING)
    record(conn, after, staff.actor, "broadcast_resumed", now)
    feed(conn, after, now)
    return after


def cancel(conn: Connection, broadcast_id: int, staff: Staff, *, revision: int, now: datetime) -> Broadcast:
    """End it, before or while it is sent. Raises NewerError."""
    states = {*UNWRITTEN, State.SENDING, State.PAUSED}
    before = held(conn, broadcast_id, staff, revision, states)
    never_began = {"ended_at": now, "counts": {}} if before.state in UNWRITTEN else {}
    after = changed(conn, before, state=State.CANCELLED, **never_began)
    record(conn, after, staff.actor, "broadcast_cancelled", now)
    if not never_began:
        feed(conn, after, now)
    return after


def take_up(conn: Connection, now: datetime) -> None:
    """At start: whatever is on its way is handed on, unless its job is queued."""
    for broadcast in (*find.in_state(conn, State.SENDING), *find.in_state(conn, State.CANCELLED)):
        if broadcast.ended_at is None:
            feed(conn, broadcast, now)
