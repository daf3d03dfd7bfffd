"""One-time links that let somebody set a password, one-time codes that link a chat, and the chats so linked."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, delete, insert, literal, select

from bot import audit
from bot.message import Chat
from bot.staff.accounts import Staff, anybody, one
from bot.staff.sessions import hashed
from bot.staff.tables import link_codes, setup_links, staff, staff_chats
from bot.store.encryption import keyring_of
from bot.store.tables import insert_new

LINK_LASTS: Final = timedelta(hours=24)
APART: Final = timedelta(hours=24)
"""So long after a password was set with somebody's link, that person and this account do not count as two."""
CODE_LASTS: Final = timedelta(minutes=10)
_SIGNS: Final = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_CODE_LENGTH: Final = 8


def first_link(conn: Connection, *, now: datetime) -> str | None:
    """The token of a new link that makes the first administrator, replacing earlier ones; none once somebody can sign in."""
    if anybody(conn):
        return None
    conn.execute(delete(setup_links).where(setup_links.c.staff_id.is_(None)))
    return _new_link(conn, None, now)


def invitation(conn: Connection, staff_id: int, *, by: str, now: datetime) -> str:
    """The token of a new link with which this account sets its password, replacing earlier ones. Who issued it is on record."""
    conn.execute(delete(setup_links).where(setup_links.c.staff_id == staff_id))
    audit.record(conn, at=now, actor=by, action="link_issued", subject=f"staff:{staff_id}")
    return _new_link(conn, staff_id, now)


def invited(conn: Connection, token: str, *, now: datetime) -> tuple[bool, Staff | None]:
    """Is the link good, and whose is it? (True, None) makes the first administrator."""
    living = select(setup_links.c.staff_id).where(setup_links.c.token_hash == hashed(token), setup_links.c.expires_at > now)
    found = conn.execute(living).one_or_none()
    if found is None or (found.staff_id is None and anybody(conn)):
        return False, None
    person = None if found.staff_id is None else one(conn, found.staff_id)
    return found.staff_id is None or (person is not None and not person.disabled), person


def use(conn: Connection, token: str) -> bool:
    """Use the link up; False when somebody already has."""
    return (
        conn.execute(delete(setup_links).where(setup_links.c.token_hash == hashed(token)).returning(setup_links.c.token_hash)).one_or_none()
        is not None
    )


def issuer(conn: Connection, person: Staff) -> str:
    """Who issued the newest link of this account; the system, if nobody is on record."""
    issued = audit.of_action(conn, person.actor, "link_issued")
    return issued[-1].actor if issued else "system"


def may_be_one(conn: Connection, one_actor: str, other: str, *, now: datetime) -> bool:
    """Whether the password of either was set, not long ago, with a link that the other issued and so may know: no two signatures then."""
    return one_actor != other and (_let_in(conn, one_actor, other, now) or _let_in(conn, other, one_actor, now))


def _let_in(conn: Connection, guest: str, host: str, now: datetime) -> bool:
    lately = audit.of_action(conn, guest, "password_set", since=now - APART)
    return any(entry.detail.get("link_by") == host for entry in lately)


def new_code(conn: Connection, person: Staff, *, now: datetime, is_group: bool = False) -> str:
    """A code to be sent from the chat that is to be linked, or from the group, replacing an earlier one."""
    code = "".join(secrets.choice(_SIGNS) for _ in range(_CODE_LENGTH))
    conn.execute(delete(link_codes).where(link_codes.c.staff_id == person.id))
    row = {"code_hash": _code_hash(conn, code), "staff_id": person.id, "is_group": is_group, "expires_at": now + CODE_LASTS}
    conn.execute(insert(link_codes).values(row))
    return code


def redeem(conn: Connection, code: str, *, now: datetime, is_group: bool) -> Staff | None:
    """Whose code this is; used up. None for a wrong, used or old code, and for one of the other kind.

    A code for a chat of one's own, typed into a group, has been read by others: it is used up too.
    """
    this = delete(link_codes).where(link_codes.c.code_hash == _code_hash(conn, code))
    if not is_group:
        this = this.where(link_codes.c.is_group.is_(False))
    found = conn.execute(this.returning(link_codes.c.staff_id, link_codes.c.is_group, link_codes.c.expires_at)).one_or_none()
    if found is None or found.expires_at <= now or found.is_group is not is_group:
        return None
    person = one(conn, found.staff_id)
    return None if person is None or person.disabled else person


def link_chat(conn: Connection, code: str, chat: Chat, *, now: datetime) -> Staff | None:
    """Link this chat to the account whose code it sent; a chat belongs to one account. None for a wrong, used or old code."""
    person = redeem(conn, code, now=now, is_group=False)
    if person is None:
        return None
    conn.execute(delete(staff_chats).where(staff_chats.c.channel == chat.channel, staff_chats.c.chat == chat.id))
    conn.execute(insert_new(conn, staff_chats).values(staff_id=person.id, channel=chat.channel, chat=chat.id, linked_at=now))
    audit.record(conn, at=now, actor=person.actor, action="chat_linked", subject=person.actor, detail={"channel": chat.channel})
    return person


def unlink(conn: Connection, person: Staff, *, now: datetime) -> None:
    """Forget every chat of this account."""
    conn.execute(delete(staff_chats).where(staff_chats.c.staff_id == person.id))
    audit.record(conn, at=now, actor=person.actor, action="chats_unlinked", subject=person.actor)


def chats_of(conn: Connection, staff_id: int) -> list[Chat]:
    """The chats linked to an account."""
    return [
        Chat(row.channel, row.chat)
        for row in conn.execute(select(staff_chats).where(staff_chats.c.staff_id == staff_id).order_by(staff_chats.c.id))
    ]


def staff_of(conn: Connection, chat: Chat) -> Staff | None:
    """Whose chat this is."""
    linked = select(staff_chats.c.staff_id).where(staff_chats.c.channel == chat.channel, staff_chats.c.chat == chat.id)
    staff_id = conn.execute(linked).scalar_one_or_none()
    person = None if staff_id is None else one(conn, staff_id)
    return None if person is None or person.disabled else person


def is_linked(conn: Connection, staff_id: int, chat: Chat) -> bool:
    """Whether this chat is the staff member's own."""
    return chat in chats_of(conn, staff_id)


def chats_over(conn: Connection, union_path: str) -> list[tuple[Chat, str]]:
    """The linked chats, each with its language, of the open accounts whose branch holds this union."""
    joined = select(staff_chats.c.channel, staff_chats.c.chat, staff.c.locale).join(staff, staff.c.id == staff_chats.c.staff_id)
    holding = joined.where(staff.c.disabled.is_(False), literal(union_path).like(staff.c.union_path.concat("%")))
    return [(Chat(row.channel, row.chat), row.locale) for row in conn.execute(holding.order_by(staff_chats.c.id))]


def everybody_linked(conn: Connection) -> list[tuple[Chat, str, str]]:
    """The linked chats of all open accounts, each with its language and the path of its branch."""
    joined = select(staff_chats.c.channel, staff_chats.c.chat, staff.c.locale, staff.c.union_path)
    opened = joined.join(staff, staff.c.id == staff_chats.c.staff_id).where(staff.c.disabled.is_(False))
    return [(Chat(row.channel, row.chat), row.locale, row.union_path) for row in conn.execute(opened.order_by(staff_chats.c.id))]


def _new_link(conn: Connection, staff_id: int | None, now: datetime) -> str:
    token = secrets.token_urlsafe(32)
    conn.execute(insert(setup_links).values(token_hash=hashed(token), staff_id=staff_id, expires_at=now + LINK_LASTS))
    return token


def _code_hash(conn: Connection, code: str) -> str:
    return keyring_of(conn.dialect).lookup("".join(code.split()).upper(), "link_code")
