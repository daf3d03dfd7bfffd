"""Web chats that led to nothing, and what was said long ago in those that did."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, exists, select

from bot.broadcast import recipients
from bot.channels.web.tables import web_chats, web_messages
from bot.claims.tables import claims
from bot.conversation.state import Place
from bot.conversation.tables import conversations
from bot.conversation.unfinished import is_kept
from bot.linking.tables import linked_chats
from bot.message import Chat
from bot.reminders import announcements
from bot.reminders.tables import promises, reminders
from bot.staff.tables import staff_chats
from bot.threads.tables import threads

WEB = "web"
AT_ONCE = 500
CHATS_AT_ONCE = 200


def idle(conn: Connection, after: str, before: datetime) -> list[str]:
    """The next web chats without a word since then that nothing else refers to, by id."""
    chat, said = web_chats.c.id, conversations.c
    led_to = (claims, promises, staff_chats, threads, linked_chats)
    wanted = (
        select(chat)
        .outerjoin(conversations, (said.channel == WEB) & (said.chat == chat))
        .where(chat > after, web_chats.c.created_at < before, said.changed_at.is_(None) | (said.changed_at < before))
        .where(*(~exists().where(table.c.channel == WEB, table.c.chat == chat) for table in led_to))
    )
    return list(conn.scalars(wanted.order_by(chat).limit(CHATS_AT_ONCE)))


def erase(conn: Connection, chat: str, before: datetime) -> bool:
    """Erase some of an idle chat, its messages first; whether there is more. One in which something waits, or was just said, stays."""
    here = (conversations.c.channel == WEB, conversations.c.chat == chat)
    conn.execute(select(web_chats.c.id).where(web_chats.c.id == chat).with_for_update())  # first, as whoever writes in it does
    row = conn.execute(select(conversations).where(*here).with_for_update()).one_or_none()
    if row is not None and (row.changed_at >= before or is_kept(Place.from_json(row.state))):
        return False
    some = select(web_messages.c.id).where(web_messages.c.chat == chat).limit(AT_ONCE).scalar_subquery()
    if len(conn.execute(delete(web_messages).where(web_messages.c.id.in_(some)).returning(web_messages.c.id)).all()) == AT_ONCE:
        return True
    if row is not None:
        conn.execute(delete(reminders).where(reminders.c.conversation_id == row.id))
        conn.execute(delete(conversations).where(*here))
    announcements.forget(conn, Chat(WEB, chat))
    recipients.forget(conn, Chat(WEB, chat))
    conn.execute(delete(web_chats).where(web_chats.c.id == chat))
    return False


def erase_messages(conn: Connection, before: datetime) -> bool:
    """Erase some of the oldest messages; whether there may be more. Their ids grow with time."""
    m = web_messages.c
    oldest = conn.execute(select(m.id, m.created_at).order_by(m.id).limit(AT_ONCE)).all()
    old = [row.id for row in oldest if row.created_at < before]
    if old:
        conn.execute(delete(web_messages).where(m.id.in_(old)))
    return len(old) == AT_ONCE
