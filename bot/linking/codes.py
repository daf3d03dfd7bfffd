"""One-time codes: made in one chat, typed in another, agreed to there and then confirmed in the first. Guessing one is worth nothing.

Either side may have been talked into it by somebody else. So whoever types one is asked as well, and nothing is shared before both agree.
"""

from __future__ import annotations

import re
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, Connection, delete, insert, select, update

from bot.linking import tries
from bot.linking.tables import chat_codes
from bot.message import Chat
from bot.store.encryption import keyring_of

LASTS: Final = timedelta(minutes=10)
DIGITS, MORE_DIGITS = 8, 12
CODE: Final = re.compile(r"[0-9]{4}(?:[\s-]?[0-9]{4}){1,2}")

WRONG: Final = "wrong_codes"
"""What the wrong codes of all chats together are counted under."""

WRONG_AT_MOST: Final = 50
"""After so many of them in ten minutes somebody is guessing: the short codes end, and new ones are too long to be guessed."""

_SIGNS_OF_KEY = 12


@dataclass(frozen=True)
class Typed:
    """A code just typed: the chat that made it, and the sign by which a button names it."""

    maker: Chat
    key: str


def written(text: str) -> str | None:
    """The code that a text is, however its digits are spaced; None for any other text."""
    plain = unicodedata.normalize("NFKC", text).strip()
    return re.sub(r"[\s-]", "", plain) if CODE.fullmatch(plain) else None


def spaced(code: str) -> str:
    """In fours, as people read numbers out."""
    return " ".join(code[at : at + 4] for at in range(0, len(code), 4))


def offer(conn: Connection, chat: Chat, *, now: datetime) -> str:
    """A code to be typed in another chat, replacing an earlier one."""
    conn.execute(delete(chat_codes).where(chat_codes.c.expires_at <= now))
    conn.execute(delete(chat_codes).where(*_made_by(chat)))
    digits = MORE_DIGITS if _is_guessed_at(conn, now) else DIGITS
    code = f"{secrets.randbelow(10**digits):0{digits}d}"
    row = {"code_hash": _hash(conn, code), "channel": chat.channel, "chat": chat.id, "agreed": False, "expires_at": now + LASTS}
    conn.execute(insert(chat_codes).values(row))
    return code


def typed(conn: Connection, code: str, chat: Chat, *, now: datetime) -> Typed | None:
    """Take note of who typed it, in place of what that chat typed before. None for a wrong, old or used code, and where it was made."""
    if len(code) == DIGITS and _is_guessed_at(conn, now):
        return None
    conn.execute(delete(chat_codes).where(*_typed_by(chat)))
    hashed = _hash(conn, code)
    this = (chat_codes.c.code_hash == hashed, chat_codes.c.expires_at > now, chat_codes.c.by_chat.is_(None))
    taken = update(chat_codes).where(*this).values(by_channel=chat.channel, by_chat=chat.id)
    row = conn.execute(taken.returning(chat_codes.c.channel, chat_codes.c.chat)).one_or_none()
    if row is None:
        tries.note(conn, WRONG, WRONG_AT_MOST, LASTS, now=now)
        return None
    if (maker := Chat(row.channel, row.chat)) == chat:
        conn.execute(delete(chat_codes).where(chat_codes.c.code_hash == hashed))
        return None
    return Typed(maker, hashed[:_SIGNS_OF_KEY])


def agreed(conn: Connection, chat: Chat, key: str, *, now: datetime) -> Chat | None:
    """The chat that typed it wants to be joined: the chat that made it, to be asked now. None if that is over."""
    this = (*_typed_by(chat), _named(key), chat_codes.c.expires_at > now, chat_codes.c.agreed.is_(False))
    row = conn.execute(update(chat_codes).where(*this).values(agreed=True).returning(chat_codes.c.channel, chat_codes.c.chat)).first()
    return None if row is None else Chat(row.channel, row.chat)


def declined(conn: Connection, chat: Chat, key: str) -> Chat | None:
    """The chat that typed it does not want to: the code is used up. The chat that made it; None if that is over."""
    this = delete(chat_codes).where(*_typed_by(chat), _named(key)).returning(chat_codes.c.channel, chat_codes.c.chat)
    row = conn.execute(this).first()
    return None if row is None else Chat(row.channel, row.chat)


def settled(conn: Connection, chat: Chat, key: str, *, now: datetime) -> Chat | None:
    """The chat that typed this one's code and agreed; the code is used up. None if nobody did in time."""
    own = (*_made_by(chat), _named(key), chat_codes.c.agreed)
    columns = (chat_codes.c.by_channel, chat_codes.c.by_chat, chat_codes.c.expires_at)
    found = conn.execute(select(*columns).where(*own).with_for_update()).one_or_none()
    conn.execute(delete(chat_codes).where(*own))
    return None if found is None or found.expires_at <= now else Chat(found.by_channel, found.by_chat)


def _is_guessed_at(conn: Connection, now: datetime) -> bool:
    return tries.count(conn, WRONG, LASTS, now=now) >= WRONG_AT_MOST


def _made_by(chat: Chat) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return (chat_codes.c.channel == chat.channel, chat_codes.c.chat == chat.id)


def _typed_by(chat: Chat) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return (chat_codes.c.by_channel == chat.channel, chat_codes.c.by_chat == chat.id)


def _named(key: str) -> ColumnElement[bool]:
    return chat_codes.c.code_hash.startswith(key, autoescape=True)


def _hash(conn: Connection, code: str) -> str:
    return keyring_of(conn.dialect).lookup(code, "chat_code")
