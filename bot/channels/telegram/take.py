"""One update, one transaction: the conversation's step, and what of it concerns only Telegram. A repeated update changes nothing at all."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import Connection, select

from bot import jobs, notices
from bot.channels.telegram import asked, chats, groups, keyboards
from bot.channels.telegram.receive import CHANNEL, Blocking, Elsewhere, FileCame, GroupTap, Left, Moved, Received, Spoken, Tapped
from bot.conversation.state import is_first
from bot.conversation.tables import conversations
from bot.documents import uploads
from bot.documents.clean import MAX_BYTES
from bot.message import Button, Chat, FileSent, Incoming, Message, Say, Text, UploadId
from bot.wording import closest

FAILED = "telegram_failed"

ALBUM_GATHERS = timedelta(seconds=1.5)
"""The pictures of an album come as updates of their own, at once. None of them is read before so long, so that all are there by then and
get one answer."""

EDITABLE = timedelta(days=3)
"""Telegram lets people change a message for two days."""


class Step(Protocol):
    """One update into the conversation, inside the caller's transaction; False when it had been taken before."""

    def __call__(self, conn: Connection, incoming: Incoming, *, now: datetime) -> bool:
        """Take the update."""


class Repeated(Exception):  # noqa: N818 - raised to take the transaction back, not to report a fault
    """The update had been taken before; whatever was written for it now must go again."""


def take(conn: Connection, received: Received, *, step: Step, chat_url: str, now: datetime) -> None:
    """Everything an update leads to; `chat_url` is where the web chat is. Raises Repeated if it was here before."""
    match received:
        case Spoken(incoming):
            _answered(conn, incoming.chat, now)
            _once(step(conn, asked.meant(conn, received), now=now))
        case FileCame():
            _once(_file_came(conn, received, step, chat_url, now))
        case Tapped(incoming):
            keyboards.after_tap(conn, received, now=now)
            _once(received.action == keyboards.INERT or step(conn, incoming, now=now))
        case Blocking(chat, blocked):
            if blocked:
                chats.block(conn, chat.id, now=now)
            else:
                chats.unblock(conn, chat.id, now=now)
        case Elsewhere() | GroupTap() | Left() | Moved():
            _once(groups.take(conn, received, now=now))


def give_up(conn: Connection, update: Mapping[str, Any], chat: Chat | None, error: str, *, now: datetime) -> None:
    """An update that our own fault keeps failing: kept whole for staff, named to the person, and out of the way of the others."""
    if not is_first(conn, Incoming(chat or Chat(CHANNEL, ""), str(update["update_id"]), Text(""))):
        return
    jobs.add(conn, FAILED, {"update": dict(update), "error": error}, now=now)
    if chat is not None:
        notices.queue(conn, chat, locale=_locale(conn, chat, None), message=Message((Say("error.bug", {"id": error}),)), now=now)


async def failed(job: jobs.Job) -> None:
    """Such an update ends among the jobs given up, where staff see it."""
    raise jobs.Never(f"update failed: {job.payload['error']}")


def _once(new: bool) -> None:
    if not new:
        raise Repeated


def _file_came(conn: Connection, file: FileCame, step: Step, chat_url: str, now: datetime) -> bool:
    """Whether it was new."""
    if file.is_edit and _is_known(conn, file, now):
        return True
    if file.size > MAX_BYTES:
        return _too_big(conn, file, chat_url, now)
    _answered(conn, file.chat, now)
    sent = FileSent(_upload(conn, file, now), file.words, asked.about(conn, file.chat, file.replies_to))
    return step(conn, Incoming(file.chat, file.update_id, sent, file.locale), now=now)


def _answered(conn: Connection, chat: Chat, now: datetime) -> None:
    chats.unblock(conn, chat.id, now=now)
    keyboards.after_words(conn, chat.id, now=now)


def _upload(conn: Connection, file: FileCame, now: datetime) -> UploadId:
    source = {CHANNEL: {"file": file.file, "bytes": file.size, "unique": file.unique}}
    due = now + ALBUM_GATHERS if file.album else now
    return uploads.add(conn, file.chat, source=source, name=file.name, now=now, due=due)


def _too_big(conn: Connection, file: FileCame, chat_url: str, now: datetime) -> bool:
    """Telegram hands out no larger file: say so at once, and what else can be done. False if that was said before."""
    if not is_first(conn, Incoming(file.chat, file.update_id, Text(""))):
        return False
    chats.unblock(conn, file.chat.id, now=now)
    message = Message((Say("telegram.too_big"),), ((Button(Say("telegram.web_chat"), url=chat_url),),))
    notices.queue(conn, file.chat, locale=_locale(conn, file.chat, file.locale), message=message, now=now)
    return True


def _locale(conn: Connection, chat: Chat, hint: str | None) -> str:
    here = (conversations.c.channel == chat.channel, conversations.c.chat == chat.id)
    return conn.scalar(select(conversations.c.locale).where(*here)) or closest(hint)


def _is_known(conn: Connection, file: FileCame, now: datetime) -> bool:
    """Whether these bytes came before, so that only the words beside them can have changed."""
    earlier = uploads.of_chat(conn, file.chat, since=now - EDITABLE)
    return any(upload.source.get(CHANNEL, {}).get("unique") == file.unique for upload in earlier)
