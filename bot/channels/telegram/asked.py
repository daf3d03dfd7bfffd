"""Which message asked what, so that a reply to it is an answer to that question, however long ago it was asked."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Connection, delete, select

from bot.channels.telegram.receive import Spoken
from bot.channels.telegram.tables import telegram_questions
from bot.message import Incoming, Message, Text
from bot.store.tables import insert_new

ASKS = "ask."
REMEMBERED = 400
"""So many messages of a chat back."""


def note(conn: Connection, chat: str, message: int, said: Message) -> None:
    """Remember a message that has been sent, if it asks something."""
    sentence = next((line.key.removeprefix(ASKS) for line in reversed(said.lines) if line.key.startswith(ASKS)), None)
    if sentence is None:
        return
    old = (telegram_questions.c.chat == chat) & (telegram_questions.c.message < message - REMEMBERED)
    conn.execute(delete(telegram_questions).where(old))
    conn.execute(insert_new(conn, telegram_questions).values(chat=chat, message=message, sentence=sentence))


def meant(conn: Connection, spoken: Spoken) -> Incoming:
    """What was said, with the question it replies to."""
    incoming = spoken.incoming
    if spoken.replies_to is None or not isinstance(incoming.what, Text):
        return incoming
    this = (telegram_questions.c.chat == incoming.chat.id, telegram_questions.c.message == spoken.replies_to)
    sentence = conn.scalar(select(telegram_questions.c.sentence).where(*this))
    return replace(incoming, what=replace(incoming.what, about=sentence or ""))
