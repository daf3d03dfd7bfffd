"""What went to many members, and the page on which somebody writes the next."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any, Final, TypeVar

from aiohttp import web
from sqlalchemy import Connection

from bot.broadcast import find, write
from bot.broadcast.audience import Audience, Of
from bot.broadcast.errors import NewerError, NoSuchBroadcastError, UnusableError
from bot.broadcast.find import Broadcast
from bot.broadcast.message import LONGEST
from bot.broadcast.write import FASTEST, SLOWEST, UNSENT, USUAL, Draft
from bot.console.forms import text, whole_number
from bot.console.pages import page, redirect
from bot.console.parts import now, parts, signed_in, store
from bot.console.views.broadcast import look, unions_by_path
from bot.members import unions
from bot.staff.accounts import Staff
from bot.wording import LOCALES
from calculator import load

T = TypeVar("T")

IN_WORK: Final = {"": None, "yes": True, "no": False}


async def show(request: web.Request) -> web.Response:
    """The newest, with how far each has come."""
    found = await store(request).read(_listed, signed_in(request))
    return page(request, "broadcasts.html", **found)


def _listed(conn: Connection, staff: Staff) -> dict[str, Any]:
    found = find.listed(conn, staff.union_path)
    return {"lines": [(each, find.progress(conn, each)) for each in found], "unions": unions_by_path(conn, found)}


async def new(request: web.Request) -> web.Response:
    """An empty form."""
    return await _form(request, _typed(Draft({}, Audience(Of.MEMBERS, signed_in(request).union_path), USUAL)))


async def add(request: web.Request) -> web.Response:
    """Keep what was written; nothing is sent by it."""
    form, staff, moment = await request.post(), signed_in(request), now(request)
    benefits = load(parts(request).settings.policy_place)
    try:
        number = await store(request).write(lambda conn: write.write(conn, _draft(conn, form, staff, benefits), staff, now=moment))
    except UnusableError as error:
        return await _form(request, form, status=422, problem=error.reason)
    return redirect(request, "broadcast", broadcast=number, query={"done": "written"})


async def edit(request: web.Request) -> web.Response:
    """The form with what is written so far."""
    found = await _found(request)
    if found.state not in UNSENT:
        return redirect(request, "broadcast", broadcast=found.id)
    draft = Draft(found.words, found.audience, found.pace)
    return await _form(request, {**_typed(draft), "revision": str(found.revision)}, found)


async def change(request: web.Request) -> web.Response:
    """Write it anew."""
    form, staff, moment = await request.post(), signed_in(request), now(request)
    number, revision = int(request.match_info["broadcast"]), whole_number(form, "revision") or 0
    benefits = load(parts(request).settings.policy_place)

    def work(conn: Connection) -> None:
        write.change(conn, number, _draft(conn, form, staff, benefits), staff, revision=revision, now=moment)

    try:
        await store(request).write(work)
    except NoSuchBroadcastError as error:
        raise web.HTTPNotFound from error
    except NewerError:
        return await _refused(request, form, status=409, problem="newer")
    except UnusableError as error:
        return await _refused(request, form, status=422, problem=error.reason)
    return redirect(request, "broadcast", broadcast=number, query={"done": "written"})


async def _refused(request: web.Request, form: Mapping[str, Any], *, status: int, problem: str) -> web.Response:
    """The form with what was typed; the broadcast's page once it is on its way or over, and nothing of it can be written anew."""
    found = await _found(request)
    if found.state not in UNSENT:
        return await look(request, status=409, problem="newer")
    revision = str(found.revision) if problem == "newer" else text(form, "revision", 20)
    return await _form(request, {**form, "revision": revision}, found, status=status, problem=problem)


async def _found(request: web.Request) -> Broadcast:
    found = await store(request).read(find.one, int(request.match_info["broadcast"]))
    if found is None or not signed_in(request).sees(found.union_path):
        raise web.HTTPNotFound
    return found


def _draft(conn: Connection, form: Mapping[str, Any], staff: Staff, benefits: Collection[str]) -> Draft:
    """What was typed. Raises UnusableError for anything that the form does not offer: never for more people than somebody meant."""
    whom = Audience(_offered(form, "of", {each.value: each for each in Of}), _branch(conn, form, staff))
    if whom.of is Of.MEMBERS:
        whom = replace(whom, in_work=_offered(form, "in_work", IN_WORK))
    else:
        whom = replace(whom, benefit=_offered(form, "benefit", {each: each for each in ("", *benefits)}))
    words = {locale: text(form, locale, 2 * LONGEST).replace("\r\n", "\n") for locale in LOCALES}
    return Draft(words, whom, whole_number(form, "pace") or USUAL)


def _branch(conn: Connection, form: Mapping[str, Any], staff: Staff) -> str:
    """The path of the branch that was chosen; without a choice one's own."""
    offered = {str(union.id): union.path for union in unions.branches(conn, staff.union_path)}
    chosen = text(form, "union", 40)
    if chosen and chosen not in offered:
        raise UnusableError("union")
    return offered[chosen] if chosen else staff.union_path


def _offered(form: Mapping[str, Any], name: str, offered: Mapping[str, T]) -> T:
    chosen = text(form, name, 40)
    if chosen not in offered:
        raise UnusableError("choice")
    return offered[chosen]


def _typed(draft: Draft) -> dict[str, str]:
    """A draft as its form's fields."""
    audience = draft.audience
    branch = audience.union_path.rstrip("/").rpartition("/")[2]
    in_work = {True: "yes", False: "no", None: ""}[audience.in_work]
    fields = {"of": audience.of.value, "union": branch, "in_work": in_work, "benefit": audience.benefit, "pace": str(draft.pace)}
    return fields | dict(draft.words)


async def _form(
    request: web.Request, typed: Mapping[str, Any], found: Broadcast | None = None, *, status: int = 200, problem: str = ""
) -> web.Response:
    staff, settings = signed_in(request), parts(request).settings
    branches = await store(request).read(unions.branches, staff.union_path)
    return page(
        request,
        "broadcast_form.html",
        status=status,
        found=found,
        typed=typed,
        problem=problem,
        kinds=[of for of in Of if of is not Of.PROMISED or staff.union_path == unions.EVERYTHING],
        branches=branches,
        benefits=load(settings.policy_place),
        locales=LOCALES,
        longest=LONGEST,
        paces=(SLOWEST, FASTEST),
        quiet=settings.quiet_hours,
    )
