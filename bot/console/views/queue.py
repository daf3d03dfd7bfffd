"""The queue: claims by state, filtered, in pages; and the search, which is a form so that no name stands in an address."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import tzinfo
from typing import Any, Final

from aiohttp import web
from sqlalchemy import Connection

from bot import audit
from bot.claims import find
from bot.claims.find import Filters, Line, Page
from bot.claims.states import State
from bot.console.forms import beginning, choice, day, text, whole_number, yuan
from bot.console.masks import mask_name
from bot.console.pages import address, page, redirect
from bot.console.parts import now, parts, signed_in, store
from bot.members import unions
from bot.staff import accounts
from bot.staff.accounts import Staff
from calculator import load

FIRST: Final = State.SUBMITTED
FIELDS: Final = ("benefit", "branch", "least", "most", "since", "until")
LONGEST_SEARCH: Final = 80


async def home(request: web.Request) -> web.Response:
    """Without a slash at the end: the same place."""
    return redirect(request, "queue")


async def show(request: web.Request) -> web.Response:
    """One state's claims, one page of them."""
    staff, query = signed_in(request), request.query
    state = choice(query, "state", State) or FIRST
    zone = parts(request).settings.time_zone
    found = await store(request).read(_queue, staff, state, query, zone)
    typed = {name: text(query, name, 20) for name in FIELDS if text(query, name, 20)}
    pages: Page = found["page"]
    return page(
        request,
        "queue.html",
        **found,
        state=state,
        states=[(each, address(request, "queue", query={**typed, "state": each})) for each in State],
        typed=typed,
        benefits=load(parts(request).settings.policy_place),
        next_page=address(request, "queue", query={**typed, "state": state, "after": pages.after}) if pages.after else None,
        is_first_page=not query.get("after"),
        most_counted=find.MOST_COUNTED,
        mask_name=mask_name,
    )


async def search(request: web.Request) -> web.Response:
    """Claims by number, or by a whole name, certificate number or phone. That somebody searched is put on record, not what for."""
    words = text(await request.post(), "words", LONGEST_SEARCH)
    staff, moment = signed_in(request), now(request)

    def look(conn: Connection) -> tuple[Page, dict[int, str]]:
        result = find.search(conn, staff.union_path, words)
        audit.record(conn, at=moment, actor=staff.actor, action="searched", subject=staff.actor, detail={"found": len(result.lines)})
        return result, accounts.names(conn)

    result, names = await store(request).write(look)
    benefits = load(parts(request).settings.policy_place)
    return page(request, "search.html", page=result, words=words, names=names, benefits=benefits, mask_name=mask_name)


def _queue(conn: Connection, staff: Staff, state: State, query: Mapping[str, str], zone: tzinfo) -> dict[str, Any]:
    branch_id = whole_number(query, "branch")
    branch = None if branch_id is None else unions.one(conn, branch_id)
    filters = Filters(
        state=state,
        benefit=text(query, "benefit", 20) or None,
        branch=None if branch is None else branch.path,
        least=yuan(query, "least"),
        most=yuan(query, "most"),
        since=beginning(day(query, "since"), zone),
        until=beginning(day(query, "until"), zone, after_days=1),
    )
    lines: dict[str, Any] = {"page": find.queue(conn, staff.union_path, filters, after=query.get("after"))}
    shown: tuple[Line, ...] = lines["page"].lines
    return lines | {
        "counts": find.counts(conn, staff.union_path, filters),
        "branches": unions.branches(conn, staff.union_path),
        "names": accounts.names(conn) if any(line.reviewer_id for line in shown) else {},
    }
