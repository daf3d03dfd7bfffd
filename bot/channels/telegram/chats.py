"""What is remembered of a chat: the message whose buttons are open, and whether the person blocked the bot."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select, update

from bot import notices
from bot.channels.telegram.receive import CHANNEL
from bot.channels.telegram.tables import telegram_chats
from bot.jobs import given_up
from bot.message import Chat
from bot.reminders.reach import Reach
from bot.store.tables import insert_new

BLOCKED = "blocked"
"""Why a job is given up whose chat blocked the bot."""

CAUGHT_UP = 10
"""So many messages at most await whoever comes back; the others stay with the staff."""


def block(conn: Connection, chat: str, *, now: datetime) -> None:
    """Nothing more is sent to this chat until the person writes again."""
    _change(conn, chat, blocked_at=now)


def unblock(conn: Connection, chat: str, *, now: datetime) -> None:
    """The person is back: what they missed, the newest of it, is sent after all."""
    was = (telegram_chats.c.chat == chat) & telegram_chats.c.blocked_at.is_not(None)
    if conn.execute(update(telegram_chats).where(was).values(blocked_at=None).returning(telegram_chats.c.chat)).first():
        given_up.revive_lane(conn, notices.lane(Chat(CHANNEL, chat)), BLOCKED, most=CAUGHT_UP, now=now)


def is_blocked(conn: Connection, chat: str) -> bool:
    """Whether the person blocked the bot."""
    return conn.scalar(select(telegram_chats.c.blocked_at).where(telegram_chats.c.chat == chat)) is not None


def reach(conn: Connection, chat: str, _: datetime) -> Reach:
    """Whether a word that nobody asked for would get there."""
    return Reach.GONE if is_blocked(conn, chat) else Reach.OPEN


def open_keyboard(conn: Connection, chat: str, message: int) -> None:
    """These buttons wait for an answer now."""
    _change(conn, chat, keyboard=message)


def close_keyboard(conn: Connection, chat: str, message: int) -> bool:
    """Whether this message's buttons waited for an answer; from now on they do not."""
    waits = (telegram_chats.c.chat == chat) & (telegram_chats.c.keyboard == message)
    row = conn.execute(update(telegram_chats).where(waits).values(keyboard=None).returning(telegram_chats.c.chat)).first()
    return row is not None


def take_keyboard(conn: Connection, chat: str) -> int | None:
    """The message whose buttons waited, if any; from now on none does."""
    keyboard: int | None = conn.scalar(select(telegram_chats.c.keyboard).where(telegram_chats.c.chat == chat))
    if keyboard is not None:
        conn.execute(update(telegram_chats).where(telegram_chats.c.chat == chat).values(keyboard=None))
    return keyboard


def _change(conn: Connection, chat: str, **values: datetime | int) -> None:
    conn.execute(insert_new(conn, telegram_chats).values(chat=chat))
    conn.execute(update(telegram_chats).where(telegram_chats.c.chat == chat).values(**values))
