"""Saying something in another chat of the member's than the one they write in."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select

from bot import notices
from bot.conversation.actions import order_action
from bot.conversation.tables import conversations
from bot.conversation.talk import Rows, Talk
from bot.linking import party
from bot.message import Button, Chat, Message, Say
from bot.wording import closest


def tell(conn: Connection, chat: Chat, message: Message, now: datetime) -> None:
    """Say something in another chat, in its own language."""
    here = (conversations.c.channel == chat.channel, conversations.c.chat == chat.id)
    locale = conn.scalar(select(conversations.c.locale).where(*here)) or closest(None)
    notices.queue(conn, chat, message, locale=locale, now=now)


def warn_others(talk: Talk, done: Say) -> None:
    """Tell every other chat of the member what has just been done in this one, and what to do if it was somebody else."""
    conn, chat = talk.conn, talk.conversation.chat
    message = Message((done, Say("elsewhere.if_not_you")), (*not_me(conn, chat), (Button(Say("button.human"), order_action("human")),)))
    for other in party.together(conn, chat):
        if other != chat:
            tell(conn, other, message, talk.now)


def not_me(conn: Connection, chat: Chat) -> Rows:
    """The button with which any other chat of the member lets this one go."""
    number = party.number_of(conn, chat)
    return () if number is None else ((Button(Say("button.unlink_other"), order_action("unlink", str(number))),),)
