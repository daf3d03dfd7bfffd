"""Which message asked what, or came from the staff, so that a reply answers that question, or those people, however long ago it was."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Connection, delete, select

from bot.channels.telegram.receive import CHANNEL, Spoken
from bot.channels.telegram.tables import telegram_questions
from bot.message import Chat, Incoming, Message, Text
from bot.store.tables import insert_new
from bot.threads.news import FROM_STAFF

ASKS = "ask."
REMEMBERED = 400
"""So many messages of a chat back."""


def note(conn: Connection, chat: str, message: int, said: Message) -> None:
    """Remember a message that has been sent, if it asks something, or comes from the staff."""
    sentence = next((line.key.removeprefix(ASKS) for line in reversed(said.lines) if line.key.startswith(ASKS)), _order(said))
    if sentence is None:
        return
    old = (telegram_questions.c.chat == chat) & (telegram_questions.c.message < message - REMEMBERED)
    conn.execute(delete(telegram_questions).where(old))
    conn.execute(insert_new(conn, telegram_questions).values(chat=chat, message=message, sentence=sentence))


def _order(said: Message) -> str | None:
    """Of words of the staff, what the button under them orders: to write to them, about which claim."""
    is_theirs = any(line.key in FROM_STAFF for line in said.lines)
    return next((button.action for row in said.buttons for button in row), None) if is_theirs else None


def meant(conn: Connection, spoken: Spoken) -> Incoming:
    """What was said, with what it replies to."""
    incoming = spoken.incoming
    if not isinstance(incoming.what, Text):
        return incoming
    return replace(incoming, what=replace(incoming.what, about=about(conn, incoming.chat, spoken.replies_to)))


def about(conn: Connection, chat: Chat, replies_to: int | None) -> str:
    """What a message of ours was about, if it is remembered."""
    if replies_to is None or chat.channel != CHANNEL:
        return ""
    this = (telegram_questions.c.chat == chat.id, telegram_questions.c.message == replies_to)
    return conn.scalar(select(telegram_questions.c.sentence).where(*this)) or ""
