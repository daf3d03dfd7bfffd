"""A made-up town whose members have chats, and a broadcast to them: written by one, signed by another."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from bot.broadcast import write
from bot.broadcast.audience import Audience, Of
from bot.broadcast.find import Broadcast
from bot.broadcast.states import Fate
from bot.broadcast.tables import broadcast_recipients, broadcasts
from bot.broadcast.write import Draft
from bot.conversation.tables import conversations
from bot.linking import party
from bot.members import roster
from bot.message import Chat
from bot.staff.accounts import Staff
from bot.staff.roles import Role
from handlers.identity import check_sign
from tests.claims.making import NOW, Town, hire, plant

EVERYBODY = Audience(Of.MEMBERS, "/")
WORDS = {"zh_CN": "元旦放假三天。", "en": "Three days off at New Year."}


@dataclass(frozen=True)
class Office:
    """The town, and two who may write to many."""

    town: Town
    writer: Staff
    signer: Staff


def office(conn: Connection) -> Office:
    return Office(plant(conn), hire(conn, "writer", Role.APPROVER), hire(conn, "signer", Role.ADMINISTRATOR))


def enrol(conn: Connection, union: int, number: int, *chats: Chat, in_work: bool = True, locale: str = "zh_CN") -> int:
    """A member with chats, who was last in the first of them; the member's id."""
    body = f"99010119800101{number % 1000:03d}" if number < 1000 else f"990101{1950 + number // 1000}0101{number % 1000:03d}"
    member = roster.add(conn, union_id=union, name=f"会员{number}", certno=body + check_sign(body), in_work=in_work, now=NOW)
    party.alone_with(conn, chats[0], member, actor="member", now=NOW)
    for chat in chats[1:]:
        party.join(conn, chats[0], chat, actor="member", how="code", now=NOW)
    for chat in chats:
        row = {"channel": chat.channel, "chat": chat.id, "locale": locale, "revision": 0, "state": {}, "changed_at": NOW}
        conn.execute(insert(conversations).values(row))
    return member


def enrol_all(conn: Connection, union: int, chats: Iterable[Chat]) -> None:
    for number, chat in enumerate(chats):
        enrol(conn, union, number, chat)


def signed(conn: Connection, office: Office, *, audience: Audience = EVERYBODY, pace: int = 500, now: datetime) -> Broadcast:
    """A broadcast on its way; faster than any platform, unless a test is about its pace."""
    number = write.write(conn, Draft(WORDS, audience), office.writer, now=now)
    conn.execute(update(broadcasts).where(broadcasts.c.id == number).values(pace=pace))
    write.hand_in(conn, number, office.writer, revision=1, now=now)
    return write.approve(conn, number, office.signer, revision=2, now=now)


def fates(conn: Connection) -> list[str]:
    """What became of everybody, in their order."""
    return list(conn.scalars(select(broadcast_recipients.c.fate).order_by(broadcast_recipients.c.id)))


def phones_leaving(conn: Connection) -> set[int]:
    """Whose message may have left, and nobody has noted that it did."""
    rows = conn.scalars(select(broadcast_recipients.c.chat).where(broadcast_recipients.c.fate == Fate.LEAVING))
    return {int(chat) for chat in rows}


def of_union(audience: Audience, conn: Connection, union: int) -> Audience:
    """The same, of one branch."""
    from bot.members import unions  # noqa: PLC0415

    found = unions.one(conn, union)
    assert found is not None
    return replace(audience, union_path=found.path)
