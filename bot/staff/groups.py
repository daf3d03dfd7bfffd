"""Groups of the staff: the chats in which a branch is told of its claims, each linked by a one-time code from the console."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Row, delete, insert, literal, select, update

from bot import audit
from bot.message import Chat
from bot.staff import links
from bot.staff.accounts import Staff
from bot.staff.roles import Permission
from bot.staff.tables import staff_groups


@dataclass(frozen=True)
class Group:
    """A group, the branch it is told about, and the language it is told in."""

    chat: Chat
    union_path: str
    locale: str


def new_code(conn: Connection, person: Staff, *, now: datetime) -> str:
    """A code to be sent in the group, replacing an earlier one."""
    return links.new_code(conn, person, now=now, is_group=True)


def link(conn: Connection, code: str, chat: Chat, *, now: datetime) -> Group | None:
    """Let this group be told about the branch of whoever made the code. None for a wrong, used or old one."""
    person = links.redeem(conn, code, now=now, is_group=True)
    if person is None or not person.may(Permission.MANAGE_STAFF):
        return None
    conn.execute(delete(staff_groups).where(*_this(chat)))
    row = {"channel": chat.channel, "chat": chat.id, "union_path": person.union_path, "locale": person.locale}
    conn.execute(insert(staff_groups).values(**row, linked_by=person.id, linked_at=now))
    _record(conn, chat, person.actor, "group_linked", now)
    return Group(chat, person.union_path, person.locale)


def unlink(conn: Connection, chat: Chat, *, actor: str, now: datetime) -> bool:
    """Tell it nothing more; False if it was told nothing anyway."""
    gone = conn.execute(delete(staff_groups).where(*_this(chat)).returning(staff_groups.c.id)).first() is not None
    if gone:
        _record(conn, chat, actor, "group_unlinked", now)
    return gone


def forget(conn: Connection, person: Staff, *, now: datetime) -> None:
    """Unlink every group of this person's branch."""
    for group in within(conn, person.union_path):
        unlink(conn, group.chat, actor=person.actor, now=now)


def moved(conn: Connection, chat: Chat, to: Chat) -> None:
    """The platform gave the group another id."""
    conn.execute(delete(staff_groups).where(*_this(to)))
    conn.execute(update(staff_groups).where(*_this(chat)).values(chat=to.id))


def of(conn: Connection, chat: Chat) -> Group | None:
    """The group of the staff that this chat is."""
    found = conn.execute(select(staff_groups).where(*_this(chat))).one_or_none()
    return None if found is None else _group(found)


def over(conn: Connection, union_path: str) -> list[Group]:
    """The groups told about this union."""
    holding = select(staff_groups).where(literal(union_path).like(staff_groups.c.union_path.concat("%")))
    return [_group(row) for row in conn.execute(holding.order_by(staff_groups.c.id))]


def within(conn: Connection, scope: str) -> list[Group]:
    """The groups told about a branch, or about a part of it."""
    inside = select(staff_groups).where(staff_groups.c.union_path.startswith(scope, autoescape=True))
    return [_group(row) for row in conn.execute(inside.order_by(staff_groups.c.id))]


def _this(chat: Chat) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return (staff_groups.c.channel == chat.channel, staff_groups.c.chat == chat.id)


def _group(row: Row[tuple[object, ...]]) -> Group:
    return Group(Chat(row.channel, row.chat), row.union_path, row.locale)


def _record(conn: Connection, chat: Chat, actor: str, action: str, now: datetime) -> None:
    audit.record(conn, at=now, actor=actor, action=action, subject=f"group:{chat.channel}:{chat.id}")
