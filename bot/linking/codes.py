"""One-time codes: made in one chat, typed in another, and confirmed in the first. Guessing one is worth nothing without that."""

from __future__ import annotations

import re
import secrets
import unicodedata
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, delete, insert, select, update

from bot.linking.tables import chat_codes
from bot.message import Chat
from bot.store.encryption import keyring_of

LASTS: Final = timedelta(minutes=10)
DIGITS: Final = 8
CODE: Final = re.compile(r"[0-9]{4}[\s-]?[0-9]{4}")


def written(text: str) -> str | None:
    """The code that a text is, however its digits are spaced; None for any other text."""
    plain = unicodedata.normalize("NFKC", text).strip()
    return re.sub(r"[\s-]", "", plain) if CODE.fullmatch(plain) else None


def offer(conn: Connection, chat: Chat, *, now: datetime) -> str:
    """A code to be typed in another chat, replacing an earlier one."""
    conn.execute(delete(chat_codes).where(chat_codes.c.expires_at <= now))
    conn.execute(delete(chat_codes).where(chat_codes.c.channel == chat.channel, chat_codes.c.chat == chat.id))
    code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"
    row = {"code_hash": _hash(conn, code), "channel": chat.channel, "chat": chat.id, "expires_at": now + LASTS}
    conn.execute(insert(chat_codes).values(row))
    return code


def typed(conn: Connection, code: str, chat: Chat, *, now: datetime) -> Chat | None:
    """The chat that must confirm it now. None for a wrong, old or used code, and in the chat that made it."""
    this = (chat_codes.c.code_hash == _hash(conn, code), chat_codes.c.expires_at > now, chat_codes.c.by_chat.is_(None))
    taken = update(chat_codes).where(*this).values(by_channel=chat.channel, by_chat=chat.id)
    row = conn.execute(taken.returning(chat_codes.c.channel, chat_codes.c.chat)).one_or_none()
    if row is None:
        return None
    if (maker := Chat(row.channel, row.chat)) == chat:
        conn.execute(delete(chat_codes).where(chat_codes.c.code_hash == _hash(conn, code)))
        return None
    return maker


def settled(conn: Connection, chat: Chat, *, now: datetime) -> Chat | None:
    """The chat that typed this one's code; the code is used up. None if nobody did in time."""
    own = (chat_codes.c.channel == chat.channel, chat_codes.c.chat == chat.id)
    found = conn.execute(
        select(chat_codes.c.by_channel, chat_codes.c.by_chat, chat_codes.c.expires_at).where(*own).with_for_update()
    ).one_or_none()
    conn.execute(delete(chat_codes).where(*own))
    if found is None or found.by_chat is None or found.expires_at <= now:
        return None
    return Chat(found.by_channel, found.by_chat)


def _hash(conn: Connection, code: str) -> str:
    return keyring_of(conn.dialect).lookup(code, "chat_code")
