"""The overview: how many claims stand where, what was granted this year, and what could not be delivered or done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from aiohttp import web
from sqlalchemy import Connection, func, select

from bot.claims import find
from bot.claims.find import Filters
from bot.claims.states import COUNTED, State
from bot.claims.tables import claims
from bot.console.pages import page
from bot.console.parts import now, parts, signed_in, store
from bot.console.views.undelivered import kind_of
from bot.jobs import given_up
from bot.members.unions import EVERYTHING
from bot.staff.accounts import Staff
from bot.threads import find as threads
from calculator import load


async def show(request: web.Request) -> web.Response:
    """The figures of one's own branch."""
    surroundings = parts(request)
    year = now(request).astimezone(surroundings.settings.time_zone).year
    found = await store(request).report(_figures, signed_in(request), year)
    benefits = load(surroundings.settings.policy_place)
    return page(request, "overview.html", **found, year=year, benefits=benefits, states=list(State), most_counted=find.MOST_COUNTED)


def _figures(conn: Connection, staff: Staff, year: int) -> Mapping[str, Any]:
    granted = (
        select(claims.c.benefit, func.count().label("claims"), func.coalesce(func.sum(claims.c.approved), 0).label("fen"))
        .where(claims.c.state.in_(list(COUNTED)), claims.c.year == year, claims.c.union_path.startswith(staff.union_path, autoescape=True))
        .group_by(claims.c.benefit)
        .order_by(claims.c.benefit)
    )
    counts = find.counts(conn, staff.union_path, Filters())
    return {
        "counts": counts,
        "highest": max(counts.values(), default=0) or 1,
        "granted": [(row.benefit, row.claims, int(row.fen)) for row in conn.execute(granted)],
        "undelivered": _undelivered(conn),
        "waiting": threads.waiting(conn, staff.union_path),
        "for_all_unions": staff.union_path == EVERYTHING,
    }


def _undelivered(conn: Connection) -> Mapping[str, int]:
    counted: Counter[str] = Counter()
    for kind, number in given_up.counts(conn).items():
        counted[kind_of(kind)] += number
    return counted
