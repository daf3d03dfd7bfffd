"""One update, one transaction: the conversation's step, and what of it concerns only Telegram. A repeated update changes nothing at all."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import Connection, select

from bot import jobs, notices
from bot.channels.telegram import chats, keyboards
from bot.channels.telegram.receive import CHANNEL, Blocking, Elsewhere, FileCame, Received, Spoken, Tapped
from bot.conversation.state import is_first
from bot.conversation.tables import conversations
from bot.documents import uploads
from bot.message import Chat, FileSent, Incoming, Message, Say, Text, UploadId
from bot.wording import closest

FAILED = "telegram_failed"


class Step(Protocol):
    """One update into the conversation, inside the caller's transaction; False when it had been taken before."""

    def __call__(self, conn: Connection, incoming: Incoming, *, now: datetime) -> bool:
        """Take the update."""


class Repeated(Exception):  # noqa: N818 - raised to take the transaction back, not to report a fault
    """The update had been taken before; whatever was written for it now must go again."""


def take(conn: Connection, received: Received, *, step: Step, now: datetime) -> None:
    """Everything an update leads to. Raises Repeated if it was here before."""
    match received:
        case Spoken(incoming):
            _answered(conn, incoming.chat, now)
            _once(step(conn, incoming, now=now))
        case FileCame(chat, update_id, locale):
            _answered(conn, chat, now)
            _once(step(conn, Incoming(chat, update_id, FileSent(_upload(conn, received, now)), locale), now=now))
        case Tapped(incoming):
            keyboards.after_tap(conn, received, now=now)
            _once(received.action == keyboards.INERT or step(conn, incoming, now=now))
        case Blocking(chat, blocked):
            if blocked:
                chats.block(conn, chat.id, now=now)
            else:
                chats.unblock(conn, chat.id)
        case Elsewhere(chat, locale):
            if is_first(conn, Incoming(chat, f"private_only:{chat.id}", Text(""))):
                notices.queue(conn, chat, locale=closest(locale), message=Message((Say("telegram.private_only"),)), now=now)


def give_up(conn: Connection, update: Mapping[str, Any], chat: Chat | None, error: str, *, now: datetime) -> None:
    """An update that our own fault keeps failing: kept whole for staff, named to the person, and out of the way of the others."""
    if not is_first(conn, Incoming(chat or Chat(CHANNEL, ""), str(update["update_id"]), Text(""))):
        return
    jobs.add(conn, FAILED, {"update": dict(update), "error": error}, now=now)
    if chat is not None:
        here = (conversations.c.channel == chat.channel, conversations.c.chat == chat.id)
        locale = conn.scalar(select(conversations.c.locale).where(*here)) or closest(None)
        notices.queue(conn, chat, locale=locale, message=Message((Say("error.bug", {"id": error}),)), now=now)


async def failed(job: jobs.Job) -> None:
    """Such an update ends among the jobs given up, where staff see it."""
    raise jobs.Never(f"update failed: {job.payload['error']}")


def _once(new: bool) -> None:
    if not new:
        raise Repeated


def _answered(conn: Connection, chat: Chat, now: datetime) -> None:
    chats.unblock(conn, chat.id)
    keyboards.after_words(conn, chat.id, now=now)


def _upload(conn: Connection, file: FileCame, now: datetime) -> UploadId:
    return uploads.add(conn, file.chat, source={CHANNEL: {"file": file.file, "bytes": file.size}}, name=file.name, now=now)
