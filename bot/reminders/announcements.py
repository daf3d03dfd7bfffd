"""Who wants no messages that the union sends to many: one word in one of a member's chats counts for all of them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, select

from bot.linking import party
from bot.message import Chat
from bot.reminders.tables import announcements_off
from bot.store.tables import insert_new

STOP, GO_ON = "announce_off", "announce_on"
"""What the buttons for no more such messages, and for them after all, carry."""


def stop(conn: Connection, chat: Chat, now: datetime) -> None:
    """Nothing that goes to many goes to this member any more: noted of every chat of theirs, so that it holds for each one that leaves."""
    rows = [{"channel": one.channel, "chat": one.id, "since": now} for one in party.together(conn, chat)]
    conn.execute(insert_new(conn, announcements_off), rows)


def keep(conn: Connection, chat: Chat, now: datetime) -> None:
    """Have it hold in every chat of this member before one of them leaves, also in those that came after it was said."""
    if not wants(conn, chat):
        stop(conn, chat, now)


def allow(conn: Connection, chat: Chat) -> None:
    """It does after all, in every chat of this member."""
    for one in party.together(conn, chat):
        forget(conn, one)


def forget(conn: Connection, chat: Chat) -> None:
    """Keep nothing about this chat."""
    here = (announcements_off.c.channel == chat.channel, announcements_off.c.chat == chat.id)
    conn.execute(delete(announcements_off).where(*here))


def wants(conn: Connection, chat: Chat) -> bool:
    """Whether this member may be sent what goes to many."""
    return not any(_is_off(conn, one) for one in party.together(conn, chat))


def all_off(conn: Connection) -> set[Chat]:
    """The chats in which that was said, for whoever asks about many."""
    return {Chat(row.channel, row.chat) for row in conn.execute(select(announcements_off.c.channel, announcements_off.c.chat))}


def _is_off(conn: Connection, chat: Chat) -> bool:
    here = (announcements_off.c.channel == chat.channel, announcements_off.c.chat == chat.id)
    return conn.execute(select(announcements_off.c.chat).where(*here)).first() is not None
