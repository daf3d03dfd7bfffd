"""The chats of one member: who belongs to whom, where the member last was, joining and leaving."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Table, bindparam, delete, func, insert, select, update

from bot import audit
from bot.linking.tables import chat_codes, linked_chats, parties
from bot.message import Chat
from bot.store.prepared import Prepared
from bot.store.tables import insert_new

FIRST_DAY: Final = timedelta(days=1)
"""So long after a joining, what was begun in one chat is ended in that chat only."""


@dataclass(frozen=True)
class Linked:
    """One chat of a member, under the number that a button names it by."""

    id: int
    chat: Chat


_party = Prepared(
    select(linked_chats.c.party).where(linked_chats.c.channel == bindparam("in_channel"), linked_chats.c.chat == bindparam("in_chat"))
)


def party_of(conn: Connection, chat: Chat) -> int | None:
    """The party of this chat; None if it stands alone."""
    row = _party.run(conn, {"in_channel": chat.channel, "in_chat": chat.id})
    return None if row is None else int(row[0])


def together(conn: Connection, chat: Chat) -> list[Chat]:
    """The chats of one member: this one, and every other."""
    party = party_of(conn, chat)
    return [chat] if party is None else [linked.chat for linked in of_party(conn, party)]


def of_party(conn: Connection, party: int) -> list[Linked]:
    """The chats of a party, in the order in which they came."""
    rows = conn.execute(select(linked_chats).where(linked_chats.c.party == party).order_by(linked_chats.c.id))
    return [Linked(row.id, Chat(row.channel, row.chat)) for row in rows]


def where(conn: Connection, chat: Chat) -> Chat:
    """The chat of this member in which they last were."""
    party = party_of(conn, chat)
    if party is None:
        return chat
    row = conn.execute(select(parties.c.channel, parties.c.chat).where(parties.c.id == party)).one()
    return Chat(row.channel, row.chat)


def arrive(conn: Connection, chat: Chat) -> Chat | None:
    """The member is here now. Where they were before, if that was another chat; the party is held until the transaction ends."""
    party = party_of(conn, chat)
    if party is None:
        return None
    row = conn.execute(select(parties.c.channel, parties.c.chat).where(parties.c.id == party).with_for_update()).one()
    before = Chat(row.channel, row.chat)
    if before == chat:
        return None
    conn.execute(update(parties).where(parties.c.id == party).values(channel=chat.channel, chat=chat.id))
    return before


def join(conn: Connection, chat: Chat, other: Chat, *, actor: str, how: str, now: datetime) -> int | None:
    """Bring two chats together, each with those it belongs to already; the party. The member stays where `chat` is.

    None, and nothing is done, where either has been proven to be another member's.
    """
    members = {member for each in (chat, other) if (member := member_of(conn, each)) is not None}
    if len(members) > 1:
        return None
    party, theirs = _party_or_new(conn, chat, actor, how, now), party_of(conn, other)
    if theirs is None:
        _add(conn, party, other, actor, how, now)
    elif theirs != party:
        conn.execute(update(linked_chats).where(linked_chats.c.party == theirs).values(party=party, linked_at=now))
        conn.execute(delete(parties).where(parties.c.id == theirs))
        audit.record(conn, at=now, actor=actor, action="chats_joined", subject=f"party:{party}", detail={"how": how, "party": theirs})
    for member in members:
        conn.execute(update(parties).where(parties.c.id == party).values(member_id=member))
    return party


def member_of(conn: Connection, chat: Chat) -> int | None:
    """Who has proven in this chat, or in one that belongs to it, who they are; None if nobody has."""
    party = party_of(conn, chat)
    member: int | None = None if party is None else conn.scalar(select(parties.c.member_id).where(parties.c.id == party))
    return member


def joined_lately(conn: Connection, chat: Chat, *, now: datetime) -> bool:
    """Whether any chat was brought together with this one, or with those it belongs to, less than a day ago."""
    party = party_of(conn, chat)
    newest = None if party is None else conn.scalar(select(func.max(linked_chats.c.linked_at)).where(linked_chats.c.party == party))
    return newest is not None and newest > now - FIRST_DAY


def of_member(conn: Connection, member_id: int) -> list[Chat]:
    """The chats in which a member of the roster has proven who they are, and those brought together with them."""
    proven = select(parties.c.id).where(parties.c.member_id == member_id)
    rows = conn.execute(select(linked_chats).where(linked_chats.c.party.in_(proven)).order_by(linked_chats.c.id))
    return [Chat(row.channel, row.chat) for row in rows]


def number_of(conn: Connection, chat: Chat) -> int | None:
    """The number that a button names this chat by; None if it stands alone."""
    number: int | None = conn.scalar(select(linked_chats.c.id).where(*_this(linked_chats, chat)))
    return number


def named(conn: Connection, chat: Chat, linked_id: int) -> Chat | None:
    """The chat of this number, if it belongs together with this one."""
    party = party_of(conn, chat)
    found = [] if party is None else [linked.chat for linked in of_party(conn, party) if linked.id == linked_id]
    return found[0] if found else None


def leave(conn: Connection, chat: Chat, *, actor: str, now: datetime) -> list[Chat]:
    """Let this chat stand alone from now on, with what came from it; those that remain. A code it made is worth nothing more."""
    conn.execute(delete(chat_codes).where(*_this(chat_codes, chat)))
    party = party_of(conn, chat)
    if party is None:
        return []
    conn.execute(delete(linked_chats).where(*_this(linked_chats, chat)))
    audit.record(conn, at=now, actor=actor, action="chat_left", subject=f"party:{party}", detail=_named(chat))
    left = [linked.chat for linked in of_party(conn, party)]
    proven = conn.scalar(select(parties.c.member_id).where(parties.c.id == party)) is not None
    if len(left) <= 1 and not proven:
        conn.execute(delete(linked_chats).where(linked_chats.c.party == party))
    if not left or (len(left) == 1 and not proven):
        conn.execute(delete(parties).where(parties.c.id == party))
    else:
        conn.execute(update(parties).where(parties.c.id == party, *_this(parties, chat)).values(channel=left[0].channel, chat=left[0].id))
    return left


def alone_with(conn: Connection, chat: Chat, member_id: int, *, actor: str, now: datetime) -> int | None:
    """A party for a chat whose member has proven who they are. None where another member has in the same."""
    if member_of(conn, chat) not in {None, member_id}:
        return None
    party = _party_or_new(conn, chat, actor, "proof", now)
    conn.execute(update(parties).where(parties.c.id == party).values(member_id=member_id))
    return party


def _party_or_new(conn: Connection, chat: Chat, actor: str, how: str, now: datetime) -> int:
    found = party_of(conn, chat)
    if found is not None:
        return found
    made = insert(parties).values(channel=chat.channel, chat=chat.id).returning(parties.c.id)
    party = int(conn.execute(made).scalar_one())
    _add(conn, party, chat, actor, how, now)
    return party


def _add(conn: Connection, party: int, chat: Chat, actor: str, how: str, now: datetime) -> None:
    row = {"party": party, "channel": chat.channel, "chat": chat.id, "linked_at": now}
    conn.execute(insert_new(conn, linked_chats).values(row))
    audit.record(conn, at=now, actor=actor, action="chat_joined", subject=f"party:{party}", detail={"how": how, **_named(chat)})


def _named(chat: Chat) -> dict[str, Any]:
    return {"channel": chat.channel, "chat": chat.id}


def _this(table: Table, chat: Chat) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return (table.c.channel == chat.channel, table.c.chat == chat.id)
