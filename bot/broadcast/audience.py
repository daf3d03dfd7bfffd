"""Whom a broadcast is for, and everybody who is meant by it: only people with a chat, each once, whatever the number of their chats."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, func, select

from bot.claims.tables import claims
from bot.linking.tables import linked_chats, parties
from bot.members.tables import members, unions
from bot.message import Chat
from bot.reminders.tables import promises


class Of(StrEnum):
    """The three kinds of people that we know a chat of."""

    MEMBERS = "members"  # on the roster, with a chat in which they have proven who they are
    CLAIMANTS = "claimants"  # have handed in a claim of their own
    PROMISED = "promised"  # asked to be told when they qualify


@dataclass(frozen=True)
class Audience:
    """Who is meant. `union_path` is the branch; `in_work` narrows the roster, `benefit` the other two; None and "" narrow nothing."""

    of: Of
    union_path: str
    in_work: bool | None = None
    benefit: str = ""

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Audience:
        """The inverse of `to_json`."""
        return cls(**{**data, "of": Of(data["of"])})


@dataclass(frozen=True)
class Person:
    """One person and their chats, the one where they last were first. `key` is the same for all their chats."""

    key: str
    chats: tuple[Chat, ...]


def people(conn: Connection, audience: Audience) -> list[Person]:
    """Everybody who is meant, each once."""
    found = _members(conn, audience) if audience.of is Of.MEMBERS else _of_chats(conn, _chats(audience))
    return list({person.key: person for person in found}.values())


def _members(conn: Connection, audience: Audience) -> Iterator[Person]:
    where: list[ColumnElement[bool]] = [unions.c.path.startswith(audience.union_path, autoescape=True)]
    if audience.in_work is not None:
        where.append(members.c.in_work.is_(audience.in_work))
    wanted = (
        select(parties.c.member_id, parties.c.id, parties.c.channel, parties.c.chat)
        .add_columns(linked_chats.c.channel.label("other_channel"), linked_chats.c.chat.label("other_chat"))
        .join(members, members.c.id == parties.c.member_id)
        .join(unions, unions.c.id == members.c.union_id)
        .join(linked_chats, linked_chats.c.party == parties.c.id)
        .where(*where)
        .order_by(parties.c.member_id, parties.c.id, linked_chats.c.id)
    )
    for member_id, rows in groupby(conn.execute(wanted), lambda row: row.member_id):
        yield Person(f"member:{member_id}", _in_order(rows))


def _in_order(rows: Iterable[Row[Any]]) -> tuple[Chat, ...]:
    """Where they last were before all others."""
    linked = list(rows)
    last = [Chat(row.channel, row.chat) for row in linked]
    return tuple(dict.fromkeys([*last, *(Chat(row.other_channel, row.other_chat) for row in linked)]))


def _chats(audience: Audience) -> Select[Any]:
    """The chats that are meant, each once, and beside each those of the same member."""
    table, where = (claims, [_own(audience)]) if audience.of is Of.CLAIMANTS else (promises, [])
    if audience.benefit:
        where.append(table.c.benefit == audience.benefit)
    here = (table.c.channel, table.c.chat)
    each = select(*here, func.min(table.c.id).label("first")).where(*where).group_by(*here).subquery()
    own, other = linked_chats.alias("own"), linked_chats.alias("other")
    return (
        select(each.c.channel.label("own_channel"), each.c.chat.label("own_chat"), parties.c.id, parties.c.member_id)
        .add_columns(parties.c.channel, parties.c.chat, other.c.channel.label("other_channel"), other.c.chat.label("other_chat"))
        .outerjoin(own, (own.c.channel == each.c.channel) & (own.c.chat == each.c.chat))
        .outerjoin(parties, parties.c.id == own.c.party)
        .outerjoin(other, other.c.party == parties.c.id)
        .order_by(each.c.first, other.c.id)
    )


def _own(audience: Audience) -> ColumnElement[bool]:
    """What a helper filed for somebody else came from the helper's chat, not the member's."""
    return claims.c.union_path.startswith(audience.union_path, autoescape=True) & claims.c.helper.is_(None)


def _of_chats(conn: Connection, wanted: Select[Any]) -> Iterator[Person]:
    for chat, rows in groupby(conn.execute(wanted), lambda row: Chat(row.own_channel, row.own_chat)):
        linked = list(rows)
        first = linked[0]
        if first.id is None:
            yield Person(f"chat:{chat.channel}:{chat.id}", (chat,))
        else:
            yield Person(f"party:{first.id}" if first.member_id is None else f"member:{first.member_id}", _in_order(linked))
