"""One push, one transaction: the conversation's step, what of it concerns only WeChat, and the answer, taken out of the queue at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy import Connection, select

from bot import jobs, notices
from bot.channels import plain
from bot.channels.plain import Choice, Wording
from bot.channels.wechat import chats, knock, passive, signatures
from bot.channels.wechat.passive import Answer
from bot.channels.wechat.receive import NOTHING_DONE, CannotUse, Done, Finished, PictureCame, Received, Typed, Unfollowed
from bot.conversation.state import is_first
from bot.conversation.tables import conversations
from bot.documents import uploads
from bot.message import Button, Chat, FileSent, Incoming, Message, Pressed, Say, Text
from bot.wording import closest

FAILED = "wechat_failed"


class Step(Protocol):
    """One update into the conversation, inside the caller's transaction; False when it had been taken before."""

    def __call__(self, conn: Connection, incoming: Incoming, *, now: datetime) -> bool:
        """Take the update."""


class Repeated(Exception):  # noqa: N818 - raised to take the transaction back, not to report a fault
    """The push had been taken before; whatever was written for it now must go again."""


@dataclass(frozen=True)
class Push:
    """One push: what it says, its signature (none once it was checked), when it came, and a name for its answer."""

    received: Received
    fields: Mapping[str, str]
    signature: str | None
    arrived: datetime
    name: str

    @property
    def chat(self) -> Chat:
        """Whose push it is."""
        return self.received.incoming.chat if isinstance(self.received, Done) else self.received.chat

    @property
    def update_id(self) -> str:
        """The same at every repeat."""
        return self.received.incoming.update_id if isinstance(self.received, Done) else self.received.update_id


@dataclass(frozen=True)
class Desk:
    """What a push is taken with."""

    step: Step
    wording: Wording
    chat_url: str


def take(conn: Connection, push: Push, desk: Desk, now: datetime) -> Answer | None:
    """Everything a push leads to, and what it can be answered with. Raises Repeated if it was here before, or signatures.Replayed."""
    if push.signature is not None:
        signatures.note(conn, push.signature, now)
    before = chats.choices(conn, push.chat.id)
    _once(_taken(conn, push.received, before, desk, now))
    if isinstance(push.received, Unfollowed):
        chats.leave(conn, push.chat.id, now)
        passive.let_go(conn, push.chat, now)
    if isinstance(push.received, NOTHING_DONE):
        return None
    return _claimed(conn, push, before, desk, now)


def again(conn: Connection, push: Push, desk: Desk, now: datetime) -> Answer | None:
    """What a push that was taken before can be answered with: its answer, if that was lost, or whatever waits."""
    if push.signature is not None:
        signatures.note(conn, push.signature, now)
    lost = chats.lost_answer(conn, push.chat.id, push.update_id, push.arrived)
    if lost is not None:
        return Answer(lost)
    return None if isinstance(push.received, NOTHING_DONE) else _claimed(conn, push, chats.choices(conn, push.chat.id), desk, now)


def give_up(conn: Connection, push: Push, error: str, desk: Desk, now: datetime) -> Answer | None:
    """A push that our own fault keeps failing: kept whole for staff, and named to the person."""
    if not is_first(conn, Incoming(push.chat, push.update_id, Text(""))):
        return None
    jobs.add(conn, FAILED, {"push": dict(push.fields), "error": error}, now=now)
    if isinstance(push.received, NOTHING_DONE):
        return None
    _say(conn, push.chat, Say("error.bug", {"id": error}), now)
    return _claimed(conn, push, chats.choices(conn, push.chat.id), desk, now)


async def failed(job: jobs.Job) -> None:
    """Such a push ends among the jobs given up, where staff see it."""
    raise jobs.Never(f"push failed: {job.payload['error']}")


def _taken(conn: Connection, received: Received, choices: Sequence[Choice], desk: Desk, now: datetime) -> bool:
    """Whether it was new."""
    match received:
        case Typed(chat, update_id, text):
            action = plain.chosen(text, choices)
            if action == knock.READ:
                return _reads(conn, chat, update_id, text, desk, now)
            return desk.step(conn, Incoming(chat, update_id, Text(text) if action is None else Pressed(action)), now=now)
        case Done(incoming):
            return desk.step(conn, incoming, now=now)
        case PictureCame(chat, update_id, media):
            upload = uploads.add(conn, chat, source={chat.channel: {"media": media}}, name="", now=now)
            return desk.step(conn, Incoming(chat, update_id, FileSent(upload)), now=now)
        case CannotUse(chat, update_id, key):
            if not is_first(conn, Incoming(chat, update_id, Text(""))):
                return False
            link = (Button(Say("wechat.web_chat"), url=desk.chat_url),) if key == "wechat.no_files" else ()
            _say(conn, chat, Say(key), now, *link)
            return True
        case Unfollowed(chat, update_id):
            return is_first(conn, Incoming(chat, update_id, Text("")))
        case Finished(chat, update_id, message, status):
            is_new = is_first(conn, Incoming(chat, update_id, Text("")))
            if is_new:
                knock.finished(conn, chat.id, message, status, now)
            return is_new


def _reads(conn: Connection, chat: Chat, update_id: str, text: str, desk: Desk, now: datetime) -> bool:
    """What the card asked for: what waits goes with the answer. Where nothing does, it is a word like any other."""
    incoming = Incoming(chat, update_id, Text(text))
    return is_first(conn, incoming) if passive.waits(conn, chat) else desk.step(conn, incoming, now=now)


def _claimed(conn: Connection, push: Push, before: Sequence[Choice], desk: Desk, now: datetime) -> Answer | None:
    claimed = passive.claim(conn, push.chat, push.update_id, push.name, arrived=push.arrived, now=now, wording=desk.wording)
    shown = before if claimed.choices is None else plain.remembered(claimed.choices, before)
    chats.heard(conn, push.chat.id, push.arrived, shown)
    return claimed.answer


def _say(conn: Connection, chat: Chat, say: Say, now: datetime, *buttons: Button) -> None:
    here = (conversations.c.channel == chat.channel, conversations.c.chat == chat.id)
    locale = conn.scalar(select(conversations.c.locale).where(*here)) or closest(None)
    notices.queue(conn, chat, Message((say,), (buttons,) if buttons else ()), locale=locale, now=now)


def _once(new: bool) -> None:
    if not new:
        raise Repeated
