"""A small made-up town for these tests: a tree of unions, staff, and claims of one member."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection, select

from bot.claims import find
from bot.claims.claim import Claim
from bot.claims.submit import Application, submit
from bot.jobs.tables import jobs
from bot.members import unions
from bot.message import Chat
from bot.staff import accounts
from bot.staff.accounts import Staff
from bot.staff.roles import Role
from calculator import Fen, Value, estimate, load
from calculator.facts import to_json

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
CHAT = Chat("web", "somebody")
CERTNO = "99010119800101001X"
NAME = "王小明"


@dataclass(frozen=True)
class Town:
    """Ids of the unions: city, two districts, a base union under each."""

    city: int
    east: int
    west: int
    east_base: int
    west_base: int


def plant(conn: Connection) -> Town:
    city = unions.add(conn, "春城市总工会", "city")
    east, west = (unions.add(conn, name, "district", city) for name in ("东岭区总工会", "西坡区总工会"))
    return Town(city, east, west, unions.add(conn, "机床厂工会", "base", east), unions.add(conn, "纺织厂工会", "base", west))


def hire(conn: Connection, login: str, role: Role = Role.REVIEWER, union: int | None = None, *, password_hash: str | None = "set") -> Staff:  # noqa: S107  # no password's hash
    return accounts.add(
        conn,
        login=login,
        name=f"员工{login}",
        role=role,
        union_id=union,
        locale="zh_CN",
        actor="system",
        now=NOW,
        password_hash=password_hash,
    )


@dataclass(frozen=True)
class Stay:
    """A hospital stay to claim for."""

    union: int
    out_of_pocket: int = 15_200_000
    chat: Chat = CHAT
    name: str = NAME
    certno: str = CERTNO
    phone: str = "19912345678"
    more: Mapping[str, Any] = field(default_factory=dict)


def claim_for(conn: Connection, stay: Stay, *, now: datetime = NOW) -> Claim:
    """Submit a claim for a stay; 152,000 yuan in cash give 12,160.00 and need two signatures."""
    day = date(2026, 11, 3)
    facts: dict[str, Value] = {"age": 45, "in_work": True, "out_of_pocket": stay.out_of_pocket, "paid_this_year": 0}
    facts |= {"stay_cause": "illness", "discharged_on": day}
    estimated = estimate(load("changchun")["hospital"].edition_on(day), facts)
    application = Application(
        benefit="hospital",
        chat=stay.chat,
        locale="zh_CN",
        name=stay.name,
        certno=stay.certno,
        phone=stay.phone,
        card="6200000000001234",
        union_id=stay.union,
        facts={name: to_json(value) for name, value in facts.items()},
        estimate=estimated.to_json(),
        edition=estimated.edition_id,
        year=2026,
        estimated=estimated.amount,
        uploads=stay.more.get("uploads", ()),
        helper=stay.more.get("helper"),
    )
    return find.one(conn, submit(conn, application, now=now).id)


def queued(conn: Connection, kind: str) -> list[Mapping[str, Any]]:
    """The payloads of the waiting jobs of a kind, in order."""
    return list(conn.execute(select(jobs.c.payload).where(jobs.c.kind == kind).order_by(jobs.c.id)).scalars())


def said(conn: Connection) -> list[str]:
    """The keys of the first sentence of each waiting notice."""
    return [payload["message"]["lines"][0]["key"] for payload in queued(conn, "notice")]


def yuan(amount: int) -> Fen:
    return Fen(amount * 100)
