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
from bot.claims.tables import claims
from bot.console.pages import page
from bot.console.parts import now, signed_in, store
from bot.staff import accounts

LATEST: Final = 100


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
    return page(request, "records.html", **await store(request).read(_latest), checked=checked)


def _check(conn: Connection) -> Checked:
    subjects = list(conn.execute(select(table.c.subject).distinct().order_by(table.c.subject)).scalars())
    broken = [(subject, seq) for subject in subjects if (seq := audit.verify(conn, subject)) is not None]
    return Checked(len(subjects), broken, audit.verify_seals(conn))


def _latest(conn: Connection) -> Mapping[str, Any]:
    columns = (table.c.at, table.c.actor, table.c.action, table.c.subject)
    rows = conn.execute(select(*columns).order_by(table.c.id.desc()).limit(LATEST)).all()
    wanted = {int(row.subject.removeprefix("claim:")) for row in rows if row.subject.startswith("claim:")}
    numbers = {row.id: row.number for row in conn.execute(select(claims.c.id, claims.c.number).where(claims.c.id.in_(wanted)))}
    names = accounts.names(conn)
    return {
        "entries": rows,
        "who": lambda actor: names.get(int(actor.removeprefix("staff:")), actor) if actor.removeprefix("staff:").isdigit() else None,
        "claim_number": lambda subject: numbers.get(int(subject.removeprefix("claim:"))) if subject.startswith("claim:") else None,
        "claim_id": lambda subject: subject.removeprefix("claim:"),
    }
