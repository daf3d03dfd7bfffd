"""The messages of a web chat as they are kept: the bot's as keys and figures, so that words can be mended later, the member's as text.

A payload is one of {"message", "locale"} from the bot, {"text"}, {"label", "locale"} and {"upload", "name"} from the member.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from bot.channels.web.tables import web_chats, web_messages
from bot.store.tables import insert_new

SHOWN = 200
"""How many messages a page gets at once; a fresh page starts with the newest."""


@dataclass(frozen=True)
class Kept:
    """One message of a chat."""

    id: int
    direction: str
    source: str
    payload: Mapping[str, Any]
    at: datetime


def keep(conn: Connection, chat: str, direction: str, source: str, payload: Mapping[str, Any], *, now: datetime) -> bool:
    """Store one message, once per source; False if it was there already.

    The chat's row is locked first: ids must appear in the order they were given, or a page that resumes after the
    higher of two would never see the lower.
    """
    conn.execute(select(web_chats.c.id).where(web_chats.c.id == chat).with_for_update())
    row = {"chat": chat, "direction": direction, "source": source, "payload": dict(payload), "created_at": now}
    return conn.execute(insert_new(conn, web_messages).values(row).returning(web_messages.c.id)).first() is not None


def has(conn: Connection, chat: str, source: str) -> bool:
    """Whether a message with this source is stored."""
    ours = (web_messages.c.chat == chat, web_messages.c.source == source)
    return conn.execute(select(web_messages.c.id).where(*ours)).first() is not None


def after(conn: Connection, chat: str, last: int) -> list[Kept]:
    """The next messages after the one with id `last`; the newest ones if that is 0. Oldest first, at most `SHOWN`."""
    columns = (web_messages.c.id, web_messages.c.direction, web_messages.c.source, web_messages.c.payload, web_messages.c.created_at)
    order = web_messages.c.id if last else web_messages.c.id.desc()
    rows = conn.execute(select(*columns).where(web_messages.c.chat == chat, web_messages.c.id > last).order_by(order).limit(SHOWN))
    return sorted((Kept(*row) for row in rows), key=lambda kept: kept.id)


def sent_since(conn: Connection, chat: str, moment: datetime) -> int:
    """How many messages the member has sent since then."""
    ours = (web_messages.c.chat == chat, web_messages.c.direction == "in", web_messages.c.created_at > moment)
    return conn.execute(select(func.count()).select_from(web_messages).where(*ours)).scalar_one()


def label_of(conn: Connection, chat: str, action: str) -> dict[str, Any] | None:
    """The payload that shows a press of this button: its label as it was sent to this chat, or None if it never was."""
    ours = (web_messages.c.chat == chat, web_messages.c.direction == "out")
    for (payload,) in conn.execute(select(web_messages.c.payload).where(*ours).order_by(web_messages.c.id.desc()).limit(SHOWN)):
        for row in payload["message"]["buttons"]:
            for button in row:
                if action and button["action"] == action:
                    return {"label": button["label"], "locale": payload["locale"]}
    return None
