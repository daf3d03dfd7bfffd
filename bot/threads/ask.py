"""The member's side of a thread: to say something, to let the staff see what was filled in so far, to go on within a claim."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update

from bot import audit
from bot.claims import claim as claims
from bot.claims.submit import member
from bot.members import unions
from bot.members.unions import EVERYTHING
from bot.message import Chat
from bot.store.tables import insert_new
from bot.threads import news
from bot.threads.tables import threads
from bot.threads.thread import State, Thread, add_line, lock, read


@dataclass(frozen=True)
class Said:
    """The thread after it, and whether it was opened by it, or opened again."""

    thread: Thread
    is_new: bool


def say(conn: Connection, chat: Chat, words: str, *, claim_id: int | None, locale: str, now: datetime) -> Said:
    """Put a member's words on the thread of that claim, or of the chat, and open it if it is not.

    The answer goes where the member wrote last. The staff of the branch are told when it opens; whoever took it is told when the turn
    comes back to them.
    """
    thread = lock(conn, _found_or_made(conn, chat, claim_id, locale, now))
    before = thread.state
    values: dict[str, Any] = {"state": State.WAITING, "locale": locale, "channel": chat.channel, "chat": chat.id}
    if before is not State.WAITING:
        values["since"] = now
    if before is State.CLOSED:
        values |= {"taken_by": None, "context": None, "opened_at": now}
    conn.execute(update(threads).where(threads.c.id == thread.id).values(values))
    add_line(conn, thread, words, actor=member(chat), staff_id=None, now=now)
    if before is State.CLOSED:
        news.tell_staff_later(conn, thread.id, now=now)
    elif before is State.ANSWERED:
        news.tell_taker_later(conn, thread.id, now=now)
    return Said(read(conn, thread.id), before is State.CLOSED)


def share(conn: Connection, thread_id: int, chat: Chat, context: Mapping[str, Any], *, union_id: int | None, now: datetime) -> None:
    """Let the staff see what was filled in so far; a union among it becomes the thread's branch. Not of another chat's thread."""
    thread = lock(conn, thread_id)
    if thread.chat != chat:
        return
    union = None if union_id is None or thread.claim_id is not None else unions.one(conn, union_id)
    values = {"context": dict(context), "union_path": thread.union_path if union is None else union.path}
    conn.execute(update(threads).where(threads.c.id == thread_id).values(values))
    audit.record(conn, at=now, actor=member(chat), action="shared", subject=thread.subject, detail={})


def join_claim(conn: Connection, chat: Chat, claim_id: int, *, now: datetime) -> None:
    """A chat that was still talking goes on in the claim it has just made: one thread, not two."""
    mine = select(threads.c.id).where(threads.c.subject == _of_chat(chat), threads.c.state != State.CLOSED)
    thread_id = conn.execute(mine).scalar_one_or_none()
    if thread_id is None:
        return
    claim = claims.read(conn, claim_id)
    values = {"subject": f"claim:{claim_id}", "claim_id": claim_id, "union_path": claim.union_path}
    conn.execute(update(threads).where(threads.c.id == thread_id).values(values))
    audit.record(conn, at=now, actor=member(chat), action="joined", subject=f"thread:{thread_id}", detail={"claim": claim_id})


def _found_or_made(conn: Connection, chat: Chat, claim_id: int | None, locale: str, now: datetime) -> int:
    """The id of the thread; one just made is closed until something is said."""
    subject = _of_chat(chat) if claim_id is None else f"claim:{claim_id}"
    path = _city(conn) if claim_id is None else claims.read(conn, claim_id).union_path
    row: dict[str, Any] = {"subject": subject, "claim_id": claim_id, "union_path": path, "locale": locale, "state": State.CLOSED}
    row |= {"channel": chat.channel, "chat": chat.id, "since": now, "opened_at": now}
    conn.execute(insert_new(conn, threads).values(row))
    return int(conn.execute(select(threads.c.id).where(threads.c.subject == subject)).scalar_one())


def _of_chat(chat: Chat) -> str:
    return f"chat:{chat.channel}:{chat.id}"


def _city(conn: Connection) -> str:
    """The branch of those whose union is not known: the city's own."""
    return next((root.path for root in unions.roots(conn)), EVERYTHING)
