"""The staff's side of a thread: to look, to take it, to answer, to close it. Each is put on record; an answer goes to the member's chat."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, update

from bot import audit
from bot.claims import claim as claims
from bot.linking.party import together
from bot.staff import links
from bot.staff.accounts import Staff
from bot.staff.roles import Permission
from bot.threads import news
from bot.threads.errors import EmptyError, NewerError, NoSuchThreadError, NotAllowedError, TooLongError
from bot.threads.tables import threads
from bot.threads.thread import OPEN, State, Thread, add_line, lock, newest, read

LONGEST: Final = 2000
"""Of an answer, in characters."""


def look(conn: Connection, thread_id: int, staff: Staff, *, now: datetime) -> Thread:
    """The thread, for somebody of its branch; that they looked is put on record first. Raises NoSuchThreadError."""
    thread = read(conn, thread_id)
    if not staff.sees(thread.union_path):
        raise NoSuchThreadError
    audit.record(conn, at=now, actor=staff.actor, action="looked", subject=thread.subject)
    return thread


def take(conn: Connection, thread_id: int, staff: Staff, *, holder: int | None, now: datetime) -> Thread:
    """Say that one answers it oneself; `holder` is who had it on the page this came from. Raises NewerError if that is not so any more."""
    thread = _held(conn, thread_id, staff)
    if thread.taken_by != holder:
        raise NewerError
    _record(conn, thread, staff, "thread_taken", now, {"from": holder})
    return _changed(conn, thread, taken_by=staff.id)


def answer(conn: Connection, thread_id: int, staff: Staff, words: str, *, seen: int, now: datetime) -> Thread:
    """Answer the member in the chat; `seen` is the last line on the page this came from.

    Raises NewerError if more was said since, so that two never answer the same at once, and EmptyError or TooLongError.
    """
    thread = _held(conn, thread_id, staff)
    if not words.strip():
        raise EmptyError
    if len(words.strip()) > LONGEST:
        raise TooLongError(LONGEST)
    if newest(conn, thread_id) != seen:
        raise NewerError
    add_line(conn, thread, words.strip(), actor=staff.actor, staff_id=staff.id, now=now)
    news.tell_member(conn, thread, words.strip(), now=now)
    taken_by = thread.taken_by if thread.state in OPEN and thread.taken_by is not None else staff.id
    return _changed(conn, thread, state=State.ANSWERED, since=now, taken_by=taken_by)


def close(conn: Connection, thread_id: int, staff: Staff, *, seen: int, now: datetime) -> Thread:
    """Be done with it. A member who was still waiting is told so. Raises NewerError if more was said since."""
    thread = _held(conn, thread_id, staff)
    if newest(conn, thread_id) != seen:
        raise NewerError
    if thread.state is State.CLOSED:
        return thread
    if thread.state is State.WAITING:
        news.tell_member_closed(conn, thread, now=now)
    _record(conn, thread, staff, "thread_closed", now, {})
    return _changed(conn, thread, state=State.CLOSED, since=now)


def may_answer(conn: Connection, thread: Thread, staff: Staff) -> bool:
    """Nobody answers oneself: neither on one's own claim nor in one's own chat."""
    if any(links.is_linked(conn, staff.id, chat) for chat in together(conn, thread.chat)):
        return False
    return thread.claim_id is None or staff.certno_hash != claims.read(conn, thread.claim_id).certno_hash


def _held(conn: Connection, thread_id: int, staff: Staff) -> Thread:
    """The thread as it now stands, locked, if this person may do something about it."""
    thread = lock(conn, thread_id)
    if not staff.sees(thread.union_path):
        raise NoSuchThreadError
    if not staff.may(Permission.REVIEW):
        raise NotAllowedError("role")
    if not may_answer(conn, thread, staff):
        raise NotAllowedError("own")
    return thread


def _record(conn: Connection, thread: Thread, staff: Staff, action: str, now: datetime, detail: dict[str, Any]) -> None:
    audit.record(conn, at=now, actor=staff.actor, action=action, subject=thread.subject, detail=detail)


def _changed(conn: Connection, thread: Thread, **values: object) -> Thread:
    conn.execute(update(threads).where(threads.c.id == thread.id).values(**values))
    return read(conn, thread.id)
