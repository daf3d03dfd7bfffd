"""What is remembered of a chat: the message whose buttons are open, and whether the person blocked the bot."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select, update

from bot.channels.telegram.tables import telegram_chats
from bot.store.tables import insert_new


def block(conn: Connection, chat: str, *, now: datetime) -> None:
    """Nothing more is sent to this chat until the person writes again."""
    _change(conn, chat, blocked_at=now)


def unblock(conn: Connection, chat: str) -> None:
    """The person is back."""
    conn.execute(
        update(telegram_chats).where(telegram_chats.c.chat == chat, telegram_chats.c.blocked_at.is_not(None)).values(blocked_at=None)
    )


def is_blocked(conn: Connection, chat: str) -> bool:
    """Whether the person blocked the bot."""
    return conn.scalar(select(telegram_chats.c.blocked_at).where(telegram_chats.c.chat == chat)) is not None


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
