"""The claim page: papers beside facts, the working with its clauses, earlier claims, history. Every look and every opening is recorded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from aiohttp import web
from sqlalchemy import Connection

from bot import audit
from bot.audit import Entry
from bot.claims import cap, find
from bot.claims.claim import Claim
from bot.claims.errors import NoSuchClaimError
from bot.claims.find import Line as Other
from bot.claims.needs import documents_needed
from bot.claims.own_chat import own_chat
from bot.claims.states import COUNTED, State
from bot.console import masks
from bot.console.forms import text
from bot.console.pages import page
from bot.console.parts import now, signed_in, store
from bot.console.worded import fact_lines, working_lines
from bot.documents import uploads
from bot.documents.uploads import Upload
from bot.members import unions
from bot.staff import accounts
from bot.staff.accounts import Staff
from bot.threads import answer
from bot.threads import thread as threads
from bot.threads.thread import Line, Thread
from calculator import edition_of
from handlers.claim import DEATH

MASKED: Final = {"certno": masks.mask_end, "phone": masks.mask_phone, "card": masks.mask_end, "helper_phone": masks.mask_phone}
LOOKS: Final = frozenset({"looked", "opened"})
DONE: Final = frozenset(
    {"taken", "put_back", "returned", "rejected", "approved", "confirmed", "reopened", "paying", "paid", "bounced", "noted"}
)


@dataclass(frozen=True)
class Seen:
    """All that the page shows."""

    claim: Claim
    union: str
    papers: list[Upload]
    history: list[Entry]
    earlier: list[Other]
    granted: int
    names: dict[int, str]
    thread: Thread | None
    said: list[Line]
    member_told: bool | None
    """Whether a member somebody filed for gets the news in a chat of their own; None of one who died."""


async def show(request: web.Request) -> web.Response:
    """The page as it is now."""
    return await claim_page(request)


async def open_field(request: web.Request) -> web.Response:
    """The page with one number in the clear, which is put on record first."""
    field = text(await request.post(), "field", 20)
    if field not in MASKED:
        raise web.HTTPBadRequest
    return await claim_page(request, opened=field)


async def claim_page(
    request: web.Request, *, opened: str = "", problem: str = "", status: int = 200, kept: Mapping[str, Any] | None = None, **figures: Any
) -> web.Response:
    """The page; with `problem`, under a sentence that says why a decision was not taken, and with what was typed still there."""
    staff, claim_id, moment = signed_in(request), int(request.match_info["claim"]), now(request)
    try:
        seen = await store(request).write(_look, staff, claim_id, opened, moment)
    except NoSuchClaimError as error:
        raise web.HTTPNotFound from error
    claim = seen.claim
    edition = edition_of(claim.edition)
    numbers = _numbers(claim)
    order = {need.kind: place for place, need in enumerate(edition.documents)}
    used = seen.granted + (claim.approved or 0 if claim.state in COUNTED else 0)
    year_cap = None if edition.cap_per_year is None else edition.cap_per_year.amount
    return page(
        request,
        "claim.html",
        status=status,
        seen=seen,
        papers=sorted(seen.papers, key=lambda paper: order.get(paper.kind or "", len(order))),
        claim=claim,
        edition=edition,
        State=State,
        opened=opened,
        numbers={field: number if field == opened else MASKED[field](number) for field, number in numbers.items()},
        facts=fact_lines(claim.facts, edition),
        working=working_lines(claim.estimate),
        conditions=claim.estimate.get("conditions", ()),
        titles={need.kind: need.title for need in edition.documents},
        needed={need.kind: need.title for need in documents_needed(claim)},
        history=[entry for entry in reversed(seen.history) if entry.action not in LOOKS],
        looks=[entry for entry in reversed(seen.history) if entry.action in LOOKS][:50],
        year_left=None if year_cap is None else max(year_cap - used, 0),
        year_cap=year_cap,
        last=next((entry for entry in reversed(seen.history) if entry.action not in LOOKS), None),
        second=claim.second_signature,
        may_decide=not _is_own(claim, staff),
        done=request.query.get("done") if request.query.get("done") in DONE else None,
        problem=problem,
        figures=figures,
        kept=kept or {},
        who=lambda actor: _who(actor, seen.names),
    )


def _look(conn: Connection, staff: Staff, claim_id: int, opened: str, now: datetime) -> Seen:
    claim = find.one(conn, claim_id)
    if not staff.sees(claim.union_path):
        raise NoSuchClaimError
    detail = {"field": opened} if opened else {}
    audit.record(conn, at=now, actor=staff.actor, action="opened" if opened else "looked", subject=f"claim:{claim_id}", detail=detail)
    union = unions.one(conn, claim.union_id)
    thread = threads.of_claim(conn, claim_id)
    if thread is not None:
        thread = answer.look(conn, thread.id, staff, now=now)
    return Seen(
        claim,
        union.name if union else "",
        uploads.of_claim(conn, claim_id),
        audit.history(conn, f"claim:{claim_id}"),
        find.earlier(conn, claim),
        cap.granted(conn, claim, hold_still=False),
        accounts.names(conn),
        thread,
        [] if thread is None else threads.lines(conn, thread.id),
        None if DEATH in claim.facts.values() else own_chat(conn, claim) is not None,
    )


def _numbers(claim: Claim) -> dict[str, str]:
    """What is masked until it is opened."""
    own = {"certno": claim.certno, "phone": claim.phone, "card": claim.card}
    return own if claim.helper is None else {**own, "helper_phone": claim.helper["phone"]}


def _is_own(claim: Claim, staff: Staff) -> bool:
    return staff.certno_hash == claim.certno_hash


def _who(actor: str, names: Mapping[int, str]) -> str | None:
    """The name of a staff member; none for a member or the system, which the page words."""
    kind, _, number = actor.partition(":")
    return names.get(int(number), actor) if kind == "staff" and number.isdigit() else None
