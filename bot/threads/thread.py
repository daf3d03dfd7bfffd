"""A thread as it is stored, with what was said, and the lock that every change takes first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, bindparam, insert, or_, select

from bot import audit
from bot.documents import uploads
from bot.documents.tables import uploads as files
from bot.linking.party import party_of, together
from bot.message import Chat, UploadId
from bot.store.prepared import Prepared
from bot.threads.errors import NoSuchThreadError
from bot.threads.tables import thread_messages, threads


class State(StrEnum):
    """Whose turn it is."""

    WAITING = "waiting"  # the staff's
    ANSWERED = "answered"  # the member's, if there is more to say
    CLOSED = "closed"


OPEN = (State.WAITING, State.ANSWERED)
MOST_SHOWN = 200
"""So many of the last things said are shown."""


@dataclass(frozen=True)
class Thread:
    """Everything about a thread but its words."""

    id: int
    claim_id: int | None
    union_path: str
    chat: Chat
    locale: str
    state: State
    context: Mapping[str, Any] | None
    taken_by: int | None
    since: datetime
    opened_at: datetime

    @property
    def subject(self) -> str:
        """As a subject of the records."""
        return f"thread:{self.id}"


@dataclass(frozen=True)
class Line:
    """One thing said; by the member where there is no `staff_id`. Neither words nor a file: there was one that nobody could open."""

    id: int
    at: datetime
    staff_id: int | None
    words: str
    upload: UploadId | None = None
    is_ready: bool = False
    """Whether the file is safe to look at."""
    pictures: int = 0


def read(conn: Connection, thread_id: int) -> Thread:
    """The thread as it stands. Raises NoSuchThreadError."""
    return _thread(conn.execute(select(threads).where(threads.c.id == thread_id)).one_or_none())


def lock(conn: Connection, thread_id: int) -> Thread:
    """The thread, held until the end of the transaction. Raises NoSuchThreadError."""
    return _thread(conn.execute(select(threads).where(threads.c.id == thread_id).with_for_update()).one_or_none())


def of_claim(conn: Connection, claim_id: int) -> Thread | None:
    """The thread of a claim, if anything was ever said."""
    return about(conn, f"claim:{claim_id}")


def about(conn: Connection, subject: str) -> Thread | None:
    """The thread of "claim:<id>" or "chat:<channel>:<chat>", open or not."""
    found = conn.execute(select(threads).where(threads.c.subject == subject)).one_or_none()
    return None if found is None else _thread(found)


_open = Prepared(
    select(threads.c.id)
    .where(threads.c.channel == bindparam("in_channel"), threads.c.chat == bindparam("in_chat"), threads.c.state != State.CLOSED)
    .limit(1)
)


def is_open_in(conn: Connection, chat: Chat) -> bool:
    """Whether a chat has a thread that is not closed; every menu asks."""
    if _open.run(conn, {"in_channel": chat.channel, "in_chat": chat.id}) is not None:
        return True
    return party_of(conn, chat) is not None and bool(open_in(conn, chat))


def open_in(conn: Connection, chat: Chat) -> list[Thread]:
    """The threads of a member's chats that are not closed, the newest first."""
    mine = (_of_member(conn, chat), threads.c.state.in_(OPEN))
    return [_thread(row) for row in conn.execute(select(threads).where(*mine).order_by(threads.c.since.desc(), threads.c.id.desc()))]


def _of_member(conn: Connection, chat: Chat) -> ColumnElement[bool]:
    return or_(*(and_(threads.c.channel == each.channel, threads.c.chat == each.id) for each in together(conn, chat)))


def lines(conn: Connection, thread_id: int, most: int = MOST_SHOWN) -> list[Line]:
    """The last so many things said, in order."""
    said = thread_messages.c
    columns = (said.id, said.at, said.staff_id, said.words, said.upload, files.c.state, files.c.pictures)
    joined = thread_messages.outerjoin(files, files.c.id == said.upload)
    wanted = select(*columns).select_from(joined).where(said.thread_id == thread_id)
    found = conn.execute(wanted.order_by(said.id.desc()).limit(most)).all()
    return [
        Line(row.id, row.at, row.staff_id, row.words, row.upload, row.state == uploads.State.READY, row.pictures or 0)
        for row in reversed(found)
    ]


def newest(conn: Connection, thread_id: int) -> int:
    """The number of the last thing said; 0 before the first."""
    last = select(thread_messages.c.id).where(thread_messages.c.thread_id == thread_id).order_by(thread_messages.c.id.desc()).limit(1)
    return conn.execute(last).scalar_one_or_none() or 0


def add_line(
    conn: Connection, thread: Thread, words: str, *, actor: str, staff_id: int | None, now: datetime, upload: UploadId | None = None
) -> None:
    """Keep what was said; the records hold that it was, not what."""
    row = {"thread_id": thread.id, "at": now, "staff_id": staff_id, "words": words, "upload": upload}
    line = conn.execute(insert(thread_messages).values(row).returning(thread_messages.c.id)).scalar_one()
    action = "asked" if staff_id is None else "answered"
    audit.record(conn, at=now, actor=actor, action=action, subject=thread.subject, detail={"line": line})


def _thread(row: Row[Any] | None) -> Thread:
    if row is None:
        raise NoSuchThreadError
    held = dict(row._mapping)  # noqa: SLF001  # SQLAlchemy's public name
    del held["subject"]
    chat = Chat(held.pop("channel"), held.pop("chat"))
    return Thread(chat=chat, **(held | {"state": State(held["state"])}))
