"""A broadcast on its way can be held up, let go on, and ended. What is with the platform already cannot be called back."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from bot.broadcast import find
from bot.broadcast.find import Broadcast
from bot.broadcast.states import State
from bot.broadcast.write import UNSENT, changed, feed, held, record
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
    before = held(conn, broadcast_id, staff, revision, {*UNSENT, State.SENDING, State.PAUSED})
    return _cancelled(conn, before, staff.actor, now)


def end_old(conn: Connection, before: datetime, now: datetime) -> None:
    """Cancel what was signed before this and is not over: held up and left so, or stuck. Its news is old, and whom it is for is kept."""
    for state in (State.SENDING, State.PAUSED):
        for seen in find.in_state(conn, state):
            broadcast = find.one(conn, seen.id, lock=True)
            if broadcast is not None and broadcast.state is state and broadcast.began_at is not None and broadcast.began_at < before:
                _cancelled(conn, broadcast, "system", now)


def _cancelled(conn: Connection, broadcast: Broadcast, actor: str, now: datetime) -> Broadcast:
    never_began = {"ended_at": now, "counts": {}} if broadcast.state in UNSENT else {}
    after = changed(conn, broadcast, state=State.CANCELLED, **never_began)
    record(conn, after, actor, "broadcast_cancelled", now)
    if not never_began:
        feed(conn, after, now)
    return after


def take_up(conn: Connection, now: datetime) -> None:
    """At start: whatever is on its way is handed on, unless its job is queued; one that was given up is queued anew."""
    for broadcast in (*find.in_state(conn, State.SENDING), *find.in_state(conn, State.CANCELLED)):
        if broadcast.ended_at is None:
            feed(conn, broadcast, now)
