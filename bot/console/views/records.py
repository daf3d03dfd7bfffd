"""The records, for administrators: what happened last, and whether every chain is whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from aiohttp import web
from sqlalchemy import Connection, select

from bot import audit
from bot.audit import audit as table
from bot.broadcast.tables import broadcasts
from bot.claims.tables import claims
from bot.console.pages import page
from bot.console.parts import now, signed_in, store
from bot.staff import accounts
from bot.staff.accounts import Staff
from bot.threads.tables import threads

LATEST: Final = 100
LOOKED_THROUGH: Final = 1000


@dataclass(frozen=True)
class Checked:
    """What a check found: how many chains, the broken ones with their first bad entry, and the first broken seal."""

    subjects: int
    broken: list[tuple[str, int]]
    seal: date | None


async def show(request: web.Request) -> web.Response:
    """The latest entries."""
    return await _page(request, None)


async def check(request: web.Request) -> web.Response:
    """Compute every chain and every seal anew."""
    staff, moment = signed_in(request), now(request)
    checked = await store(request).report(_check)
    detail = {"subjects": checked.subjects, "broken": len(checked.broken)}
    await store(request).write(
        lambda conn: audit.record(conn, at=moment, actor=staff.actor, action="records_checked", subject=staff.actor, detail=detail)
    )
    return await _page(request, checked)


async def _page(request: web.Request, checked: Checked | None) -> web.Response:
    latest = await store(request).read(_latest, signed_in(request))
    return page(request, "records.html", **latest, checked=checked)


def _check(conn: Connection) -> Checked:
    """Every chain, also those that ought to be there: each claim and each account begins one, so a missing one was deleted."""
    begun = set(conn.execute(select(table.c.subject).where(table.c.seq == 1)).scalars())
    owed = {f"claim:{number}" for number in conn.execute(select(claims.c.id)).scalars()}
    owed |= {f"staff:{number}" for number in accounts.names(conn)}
    owed |= {f"broadcast:{number}" for number in conn.execute(select(broadcasts.c.id)).scalars()}
    owed |= {f"thread:{number}" for number in conn.execute(select(threads.c.id)).scalars()}
    subjects, deleted = audit.subjects(conn) | owed, owed - begun
    firsts = ((subject, 1 if subject in deleted else audit.verify(conn, subject)) for subject in sorted(subjects))
    return Checked(len(subjects), [(subject, seq) for subject, seq in firsts if seq is not None], audit.verify_seals(conn))


def _latest(conn: Connection, staff: Staff) -> Mapping[str, Any]:
    """The latest entries about the claims, the people and the broadcasts of one's branch."""
    columns = (table.c.at, table.c.actor, table.c.action, table.c.subject)
    rows = conn.execute(select(*columns).order_by(table.c.id.desc()).limit(LOOKED_THROUGH)).all()
    wanted = {int(row.subject.removeprefix("claim:")) for row in rows if row.subject.startswith("claim:")}
    found = conn.execute(select(claims.c.id, claims.c.number, claims.c.union_path).where(claims.c.id.in_(wanted)))
    numbers = {row.id: row.number for row in found if staff.sees(row.union_path)}
    names = accounts.names(conn)
    shown = {f"claim:{number}" for number in numbers} | {person.actor for person in accounts.everybody(conn, staff.union_path)}
    talked = {int(row.subject.removeprefix("thread:")) for row in rows if row.subject.startswith("thread:")}
    mine = select(threads.c.id).where(threads.c.id.in_(talked), threads.c.union_path.startswith(staff.union_path, autoescape=True))
    talks = {f"thread:{number}": number for number in conn.execute(mine).scalars()}
    sent = {int(row.subject.removeprefix("broadcast:")) for row in rows if row.subject.startswith("broadcast:")}
    own = select(broadcasts.c.id).where(broadcasts.c.id.in_(sent), broadcasts.c.union_path.startswith(staff.union_path, autoescape=True))
    to_many = {f"broadcast:{number}": number for number in conn.execute(own).scalars()}
    known = {*shown, *talks, *to_many}
    return {
        "entries": [row for row in rows if row.subject in known][:LATEST],
        "who": lambda actor: names.get(int(actor.removeprefix("staff:")), actor) if actor.removeprefix("staff:").isdigit() else None,
        "claim_number": lambda subject: numbers.get(int(subject.removeprefix("claim:"))) if subject.startswith("claim:") else None,
        "claim_id": lambda subject: subject.removeprefix("claim:"),
        "thread_id": talks.get,
        "broadcast_id": to_many.get,
    }
