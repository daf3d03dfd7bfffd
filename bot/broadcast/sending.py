"""The job that sends one person's message, over their channel's own sending side: once, through crashes, refusals and cut connections.

That it leaves is noted before it does. What was only queued when somebody held the broadcast up goes back to those who wait; what may
have left keeps its job, since the channel knows by that how far it has come.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import Connection, select

from bot.broadcast import find, recipients
from bot.broadcast.find import Broadcast
from bot.broadcast.message import message
from bot.broadcast.outgoing import Outgoing
from bot.broadcast.reaching import standing
from bot.broadcast.states import UNDER_WAY, Fate, State
from bot.conversation.tables import conversations
from bot.jobs import Handler, Job, Later, Never
from bot.message import Chat, Notice
from bot.reminders.plan import Plan
from bot.reminders.reach import ByChannel, Reach, reach
from bot.wording import DEFAULT_LOCALE

HELD_UP_S: Final = 20.0
"""What may have left when the broadcast was held up is looked at again so often."""

GONE: Final = frozenset({"blocked", "not following"})
"""Why a channel gives up a chat that nothing can be sent to."""


def sender(work: Outgoing) -> Handler:
    """The handler of the job."""

    async def handle(job: Job) -> None:
        recipient_id = int(job.payload["recipient"])
        notice = await work.store.write(_leaving, recipient_id, work.plan, work.by_channel, work.clock())
        if isinstance(notice, Held):
            raise Later(HELD_UP_S, counts=False)
        if notice is not None:
            fate, reason = await _send(work, notice, job)
            await work.store.write(recipients.settle, recipient_id, fate, reason)

    return handle


class Held:
    """The broadcast is held up."""


async def _send(work: Outgoing, notice: Notice, job: Job) -> tuple[Fate, str | None]:
    channel = work.channels.get(notice.chat.channel)
    if channel is None:
        return Fate.FAILED, "channel_off"
    try:
        await channel.send(notice, job)
    except Never as never:
        return (Fate.BLOCKED, None) if never.reason in GONE else (Fate.FAILED, never.reason)
    except Later:
        # The platform has shut the chat, which no channel learns before it is refused: trying again would only hold up the end.
        if await work.store.read(reach, notice.chat, work.by_channel, work.clock()) is Reach.WAITS:
            return Fate.CLOSED, None
        raise
    return Fate.SENT, None


def _leaving(conn: Connection, recipient_id: int, plan: Plan, by_channel: ByChannel, now: datetime) -> Notice | Held | None:
    """The message, if it is to leave now; None if it is over for this person, or they wait again."""
    recipient = recipients.one(conn, recipient_id)
    broadcast = None if recipient is None else find.one(conn, recipient.broadcast_id)
    if recipient is None or broadcast is None or recipient.fate not in UNDER_WAY:
        return None
    may_have_left = recipient.fate is Fate.LEAVING
    if broadcast.state is State.CANCELLED:
        recipients.settle(conn, recipient_id, *((Fate.FAILED, "unknown") if may_have_left else (Fate.CANCELLED, None)))
        return None
    if broadcast.state is State.PAUSED or plan.waking(now) > now:
        if may_have_left:
            return Held()
        recipients.settle(conn, recipient_id, Fate.WAITING)
        return None
    if not may_have_left and (fate := standing(conn, recipient.chat, by_channel, now)) is not None:
        recipients.settle(conn, recipient_id, fate)
        return None
    recipients.settle(conn, recipient_id, Fate.LEAVING)
    return _notice(conn, broadcast, recipient.chat)


def _notice(conn: Connection, broadcast: Broadcast, chat: Chat) -> Notice:
    here = (conversations.c.channel == chat.channel, conversations.c.chat == chat.id)
    locale = conn.scalar(select(conversations.c.locale).where(*here)) or DEFAULT_LOCALE
    return Notice(chat, message(broadcast.words, locale), locale)
