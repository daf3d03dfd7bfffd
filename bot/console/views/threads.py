"""The threads: who waits for a person, members we know first, and one thread with its answer box. Every look is recorded."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from aiohttp import web
from sqlalchemy import Connection

from bot.claims import find as claims
from bot.claims.find import ClaimSummary
from bot.console.forms import choice, text, whole_number
from bot.console.pages import address, page, redirect
from bot.console.parts import now, parts, signed_in, store
from bot.members import unions
from bot.staff import accounts
from bot.staff.accounts import Staff
from bot.threads import answer, find
from bot.threads.answer import LONGEST
from bot.threads.errors import EmptyError, NewerError, NoSuchThreadError, NotAllowedError, ThreadError, TooLongError
from bot.threads.find import Filters
from bot.threads.thread import MOST_SHOWN, Line, State, Thread, lines
from calculator import load

Form = Mapping[str, Any]
Deed = Callable[[Connection, int, Staff, datetime], Thread]

CANNED: Final = tuple(f"console.thread.canned.{number}" for number in range(1, 7))
"""Answers to begin with, worded in the staff member's language for editing."""
DONE: Final = frozenset({"answered", "taken", "closed"})
MOST_READ: Final = 20_000
"""More than anybody types: what is too long for an answer is given back whole, to be shortened."""
MINE: Final = "mine"
NOBODY: Final = "nobody"
MEMBERS: Final = "members"
OTHERS: Final = "others"


@dataclass(frozen=True)
class Seen:
    """All that the page of a thread shows."""

    thread: Thread
    lines: list[Line]
    claims: list[ClaimSummary]
    names: dict[int, str]
    may_answer: bool


async def show(request: web.Request) -> web.Response:
    """The list, one page of it: one state, narrowed to a branch, to who asks and to who has taken it."""
    staff, query = signed_in(request), request.query
    state = choice(query, "state", State) or State.WAITING
    found = await store(request).read(_listed, staff, state, query)
    typed = {name: text(query, name, 20) for name in ("branch", "taken", "asker") if text(query, name, 20)}
    states = [(each, address(request, "threads", query={**typed, "state": each})) for each in State]
    after = found["page"].after
    return page(
        request,
        "threads.html",
        **found,
        state=state,
        states=states,
        typed=typed,
        next_page=address(request, "threads", query={**typed, "state": state, "after": after}) if after else None,
        is_first_page=not query.get("after"),
        now=now(request),
        since=_since,
    )


async def thread(request: web.Request) -> web.Response:
    """One thread as it is now."""
    return await _page(request)


async def reply(request: web.Request) -> web.Response:
    """Answer the member in the chat."""
    form = await request.post()
    words, seen = _words(form), whole_number(form, "seen") or 0
    return await _done(request, "answered", lambda c, thread, staff, at: answer.answer(c, thread, staff, words, seen=seen, now=at))


async def take(request: web.Request) -> web.Response:
    """Say that one answers it oneself."""
    holder = whole_number(await request.post(), "holder")
    return await _done(request, "taken", lambda c, thread, staff, at: answer.take(c, thread, staff, holder=holder, now=at))


async def close(request: web.Request) -> web.Response:
    """Be done with it."""
    seen = whole_number(await request.post(), "seen") or 0
    return await _done(request, "closed", lambda c, thread, staff, at: answer.close(c, thread, staff, seen=seen, now=at))


async def _done(request: web.Request, done: str, deed: Deed) -> web.Response:
    """Carry it out; then the thread's page, which says that it was done, or why not, with what was typed still there."""
    form, thread_id = await request.post(), int(request.match_info["thread"])
    try:
        await store(request).write(deed, thread_id, signed_in(request), now(request))
    except NoSuchThreadError as error:
        raise web.HTTPNotFound from error
    except ThreadError as error:
        status, problem = worded(error)
        return await _page(request, status=status, problem=problem, kept=_words(form))
    return redirect(request, "thread", thread=thread_id, query={"done": done})


def _words(form: Form) -> str:
    """What was typed; a browser ends its lines in two signs, and counts them as one."""
    return text(form, "words", MOST_READ).replace("\r\n", "\n")


def worded(error: ThreadError) -> tuple[int, str]:
    """What to say about an error: the status and the key."""
    match error:
        case NewerError():
            return 409, "console.thread.problem.newer"
        case EmptyError():
            return 422, "console.thread.problem.empty"
        case TooLongError():
            return 422, "console.thread.problem.too_long"
        case NotAllowedError():
            return 403, f"console.thread.problem.{error.reason}"
        case _:
            raise error


async def _page(request: web.Request, *, status: int = 200, problem: str = "", kept: str = "") -> web.Response:
    staff, thread_id, moment = signed_in(request), int(request.match_info["thread"]), now(request)
    try:
        seen = await store(request).write(_look, staff, thread_id, moment)
    except NoSuchThreadError as error:
        raise web.HTTPNotFound from error
    done = request.query.get("done")
    return page(
        request,
        "thread.html",
        status=status,
        seen=seen,
        thread=seen.thread,
        State=State,
        last=seen.lines[-1].id if seen.lines else 0,
        number=next((claim.number for claim in seen.claims if claim.id == seen.thread.claim_id), None),
        benefits=load(parts(request).settings.policy_place),
        canned=CANNED,
        problem=problem,
        kept=kept,
        done=done if done in DONE else None,
        longest=LONGEST,
        most_shown=MOST_SHOWN,
    )


def _look(conn: Connection, staff: Staff, thread_id: int, now: datetime) -> Seen:
    thread = answer.look(conn, thread_id, staff, now=now)
    seen = [claim for claim in claims.of_chat(conn, thread.chat) if staff.sees(claims.one(conn, claim.id).union_path)]
    return Seen(thread, lines(conn, thread_id), seen, accounts.names(conn), answer.may_answer(conn, thread, staff))


def _listed(conn: Connection, staff: Staff, state: State, query: Mapping[str, str]) -> dict[str, Any]:
    branch_id = whole_number(query, "branch")
    branch = None if branch_id is None else unions.one(conn, branch_id)
    taken = {MINE: staff.id, NOBODY: 0}.get(text(query, "taken", 10))
    known = {MEMBERS: True, OTHERS: False}.get(text(query, "asker", 10))
    filters = Filters(state, None if branch is None else branch.path, taken, known)
    return {
        "page": find.listed(conn, staff.union_path, filters, after=query.get("after")),
        "counts": find.counts(conn, staff.union_path, filters),
        "branches": unions.branches(conn, staff.union_path),
        "names": accounts.names(conn),
    }


def _since(since: datetime, now: datetime) -> tuple[str, dict[str, int]]:
    """A wait as a key with its figures: minutes, hours, or days and hours."""
    minutes = max(int((now - since).total_seconds()) // 60, 0)
    days, hours = divmod(minutes // 60, 24)
    if days:
        return "console.threads.waited", {"days": days, "hours": hours}
    return ("console.threads.waited.hours", {"hours": hours}) if hours else ("console.threads.waited.minutes", {"minutes": minutes})
