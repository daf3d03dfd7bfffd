"""Files that belong to no claim, to no thread and to nothing under way, and what a crash left among the files.

The row goes together with the job that erases the bytes: neither is ever without the other.
"""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

from sqlalchemy import ColumnElement, Connection, delete, exists, select

from bot import jobs
from bot.conversation.tables import conversations
from bot.documents import uploads
from bot.documents.files import Files
from bot.documents.tables import uploads as rows
from bot.documents.uploads import State
from bot.jobs import Handler, Job
from bot.linking import party
from bot.message import Chat, UploadId
from bot.retention import keep
from bot.store import Store
from bot.threads.tables import thread_messages

ERASE = "erase_files"
"""The kind of the job that erases an upload's bytes; payload {"upload": id}."""

AT_ONCE = 100
RAW = "raw/"


def unattached(conn: Connection, after: str, before: datetime) -> list[str]:
    """The next files that belong to no claim and no thread and came before then, by id."""
    wanted = select(rows.c.id).where(*_nobodys(), rows.c.created_at < before, rows.c.id > after)
    return list(conn.scalars(wanted.order_by(rows.c.id).limit(AT_ONCE)))


def erase(conn: Connection, upload: str, now: datetime) -> bool:
    """Forget an upload and have its bytes erased, unless something under way in a chat of this member names it. Whether it went."""
    row = conn.execute(select(rows.c.channel, rows.c.chat).where(rows.c.id == upload, *_nobodys())).one_or_none()
    if row is None:
        return False
    if any(_names(conn, chat, upload) for chat in party.together(conn, Chat(row.channel, row.chat))):
        return False
    gone = delete(rows).where(rows.c.id == upload, *_nobodys()).returning(rows.c.id)
    if conn.execute(gone).first() is None:
        return False
    jobs.add(conn, ERASE, {"upload": upload}, now=now, dedupe=f"{ERASE}:{upload}")
    return True


def _nobodys() -> tuple[ColumnElement[bool], ...]:
    return rows.c.claim_id.is_(None), ~exists().where(thread_messages.c.upload == rows.c.id)


def _names(conn: Connection, chat: Chat, upload: str) -> bool:
    """Whether something under way in a chat names an upload; the chat is held until the transaction ends."""
    here = (conversations.c.channel == chat.channel, conversations.c.chat == chat.id)
    place = conn.execute(select(conversations.c.state).where(*here).with_for_update()).scalar_one_or_none()
    return place is not None and json.dumps(upload) in json.dumps(place)


def eraser(files: Files) -> Handler:
    """The handler of that job."""

    async def handle(job: Job) -> None:
        await files.forget(UploadId(job.payload["upload"]))

    return handle


async def erase_left_raw(store: Store, files: Files, now: datetime) -> int:
    """Erase the bytes that a crash left behind: of uploads that are settled, or were never stored. Returns how many files."""
    count = 0
    async for key, changed_at in files.listed(RAW):
        if changed_at < now - keep.LEFTOVER:
            upload = await store.read(uploads.find, key.removeprefix(RAW))
            if upload is None or upload.state is not State.WAITING:
                await files.delete(key)
                count += 1
    return count + await files.forget_halves(now - keep.LEFTOVER)


def erase_left_pushes(folder: Path, now: datetime) -> int:
    """Erase what was left of pushes from WeChat: half a file after a crash, and what no key opens. Returns how many files."""
    ages = {"*.half": keep.LEFTOVER, "*.unreadable": keep.UNREADABLE}
    old = [path for pattern, age in ages.items() for path in folder.glob(pattern) if path.stat().st_mtime < (now - age).timestamp()]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)
