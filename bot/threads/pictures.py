"""The pictures and documents of a thread: made safe like every upload, shown to whoever may see the thread, gone when it goes."""

from __future__ import annotations

from collections.abc import Container, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Select, func, select, update

from bot.documents import uploads
from bot.documents.errors import Reason
from bot.documents.tables import uploads as files
from bot.documents.uploads import State, Upload
from bot.message import UploadId
from bot.threads.tables import thread_messages
from bot.threads.thread import Thread, read

AT_MOST: Final = 40
"""So many a thread takes."""

AT_ONCE: Final = timedelta(minutes=1)
"""What comes within so long of each other is one hand-in, and gets one answer."""

PATIENCE: Final = timedelta(minutes=2)
"""A file that takes longer to be made safe is no longer waited for."""


def thread_of(conn: Connection, upload: UploadId) -> Thread | None:
    """The thread that a file was sent to; None for any other file."""
    thread_id = conn.scalar(select(thread_messages.c.thread_id).where(thread_messages.c.upload == upload))
    return None if thread_id is None else read(conn, thread_id)


def is_full(conn: Connection, thread: Thread) -> bool:
    """Whether a thread takes no file more."""
    mine = (thread_messages.c.thread_id == thread.id, thread_messages.c.upload.is_not(None))
    return conn.execute(select(func.count()).select_from(thread_messages).where(*mine)).scalar_one() >= AT_MOST


def beside(conn: Connection, thread: Thread, upload: Upload) -> list[Upload]:
    """A file and those that came to the thread at the same time, as they stand."""
    near = files.c.created_at.between(upload.created_at - AT_ONCE, upload.created_at + AT_ONCE)
    return [uploads.upload_of(row) for row in conn.execute(_of(thread).where(near))]


def is_under_way(upload: Upload, now: datetime) -> bool:
    """Whether a file is still being made safe, and is waited for."""
    return upload.state is State.WAITING and now - upload.created_at < PATIENCE


def untold(those: Sequence[Upload], last: Upload) -> list[Upload]:
    """Of files that came together, the last one done and those done while it or another of these was on its way: they share its answer."""
    found, since = [], last.created_at
    done = ((each.settled_at, each) for each in those if each.settled_at is not None)
    for settled_at, each in sorted(done, key=lambda pair: pair[0], reverse=True):
        if settled_at >= since:
            found.append(each)
            since = min(since, each.created_at)
    return found


def came_with_another(conn: Connection, upload: Upload, papers: Container[str]) -> bool:
    """Whether there is a file from just before this one that no thread has taken, and that is none of these papers."""
    others = (each for each in uploads.of_chat(conn, upload.chat, since=upload.created_at - AT_ONCE) if each.id != upload.id)
    loose = (each.id for each in others if each.state is not State.REFUSED and each.claim_id is None and each.id not in papers)
    return any(thread_of(conn, each) is None for each in loose)


def let_go(conn: Connection, thread: Thread) -> list[Reason]:
    """Why files of a thread could not be opened, each reason once; that there was one is all that is kept of them."""
    refused = [uploads.upload_of(row) for row in conn.execute(_of(thread).where(files.c.state == State.REFUSED))]
    theirs = thread_messages.c.upload.in_([upload.id for upload in refused])
    conn.execute(update(thread_messages).where(theirs).values(upload=None))
    return list(dict.fromkeys(upload.reason for upload in refused if upload.reason is not None))


def _of(thread: Thread) -> Select[Any]:
    mine = select(thread_messages.c.upload).where(thread_messages.c.thread_id == thread.id, thread_messages.c.upload.is_not(None))
    return uploads.all_columns().where(files.c.id.in_(mine))
