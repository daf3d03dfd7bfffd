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
from bot.linking.party import together
from bot.members import unions
from bot.members.unions import EVERYTHING
from bot.message import Chat, UploadId
from bot.store.tables import insert_new
from bot.threads import news
from bot.threads.tables import thread_messages, threads
from bot.threads.thread import State, Thread, about, add_line, lock, open_in, read


@dataclass(frozen=True)
class Said:
    """The thread after it, and whether these are the first words since it was opened, or opened again."""

    thread: Thread
    is_new: bool


def say(
    conn: Connection, chat: Chat, words: str, *, claim_id: int | None, locale: str, now: datetime, upload: UploadId | None = None
) -> Said:
    """Put a member's words, or a file with or without words, on the thread of that claim, or of the chat, and open it if it is not.

    The answer goes where the member is by then. The staff of the branch are told when it opens; whoever took it is told when the turn
    comes back to them.
    """
    thread = lock(conn, _found_or_made(conn, chat, claim_id, locale, now))
    before = thread.state
    is_new = upload is None and (before is State.CLOSED or not _is_spoken_in(conn, thread))
    values: dict[str, Any] = {"state": State.WAITING, "locale": locale}
    if before is not State.WAITING:
        values["since"] = now
    if before is State.CLOSED:
        values |= {"taken_by": None, "context": None, "opened_at": now}
    conn.execute(update(threads).where(threads.c.id == thread.id).values(values))
    add_line(conn, thread, words, actor=member(chat), staff_id=None, now=now, upload=upload)
    if before is State.CLOSED:
        news.tell_staff_later(conn, thread.id, now=now)
    elif before is State.ANSWERED:
        news.tell_taker_later(conn, thread.id, now=now)
    return Said(read(conn, thread.id), is_new)


def meant(conn: Connection, chat: Chat, claim_id: int | None) -> Thread | None:
    """The thread that what is said next goes on, about that claim or about none: an open one, or one that it opens again."""
    talking = _without_claim(conn, chat) if claim_id is None else None
    return talking or about(conn, _subject(chat, claim_id))


def share(conn: Connection, thread_id: int, chat: Chat, context: Mapping[str, Any], *, union_id: int | None, now: datetime) -> None:
    """Let the staff see what was filled in so far; a union among it becomes the thread's branch. Not of another chat's thread."""
    thread = lock(conn, thread_id)
    if thread.chat not in together(conn, chat):
        return
    union = None if union_id is None or thread.claim_id is not None else unions.one(conn, union_id)
    values = {"context": dict(context), "union_path": thread.union_path if union is None else union.path}
    conn.execute(update(threads).where(threads.c.id == thread_id).values(values))
    audit.record(conn, at=now, actor=member(chat), action="shared", subject=thread.subject, detail={})


def join_claim(conn: Connection, chat: Chat, claim_id: int, *, now: datetime) -> None:
    """A chat that was still talking goes on in the claim it has just made: one thread, not two."""
    thread = _without_claim(conn, chat)
    if thread is None:
        return
    claim = claims.read(conn, claim_id)
    values = {"subject": f"claim:{claim_id}", "claim_id": claim_id, "union_path": claim.union_path, **_at(claim.chat)}
    conn.execute(update(threads).where(threads.c.id == thread.id).values(values))
    audit.record(conn, at=now, actor=member(chat), action="joined", subject=thread.subject, detail={"claim": claim_id})


def _without_claim(conn: Connection, chat: Chat) -> Thread | None:
    """The open thread of no claim, in whichever of the member's chats it was begun."""
    return next((thread for thread in open_in(conn, chat) if thread.claim_id is None), None)


def _is_spoken_in(conn: Connection, thread: Thread) -> bool:
    """Whether the member has written words since it was opened."""
    said = thread_messages.c
    words = (said.thread_id == thread.id, said.at >= thread.opened_at, said.staff_id.is_(None), said.upload.is_(None))
    return conn.execute(select(said.id).where(*words).limit(1)).first() is not None


def _found_or_made(conn: Connection, chat: Chat, claim_id: int | None, locale: str, now: datetime) -> int:
    """The id of the thread; one just made is closed until something is said. It stays with the chat it began in, or with its claim's."""
    found = meant(conn, chat, claim_id)
    if found is not None:
        return found.id
    claim, subject = None if claim_id is None else claims.read(conn, claim_id), _subject(chat, claim_id)
    path, its = (_city(conn), chat) if claim is None else (claim.union_path, claim.chat)
    row: dict[str, Any] = {"subject": subject, "claim_id": claim_id, "union_path": path, "locale": locale, "state": State.CLOSED}
    row |= {**_at(its), "since": now, "opened_at": now}
    conn.execute(insert_new(conn, threads).values(row))
    return int(conn.execute(select(threads.c.id).where(threads.c.subject == subject)).scalar_one())


def _subject(chat: Chat, claim_id: int | None) -> str:
    return f"chat:{chat.channel}:{chat.id}" if claim_id is None else f"claim:{claim_id}"


def _at(chat: Chat) -> dict[str, str]:
    return {"channel": chat.channel, "chat": chat.id}


def _city(conn: Connection) -> str:
    """The branch of those whose union is not known: the city's own."""
    return next((root.path for root in unions.roots(conn)), EVERYTHING)
