"""The staff's accounts, for administrators: invite, change role and branch, close."""

from __future__ import annotations

from typing import Any

from aiohttp import web
from sqlalchemy import Connection

from bot.console.forms import choice, text, whole_number
from bot.console.pages import address, page, redirect
from bot.console.parts import LOCALE, now, parts, signed_in, store
from bot.members import unions
from bot.members.unions import Union
from bot.staff import accounts, links
from bot.staff.accounts import Staff
from bot.staff.errors import StaffError
from bot.staff.roles import Role


async def show(request: web.Request) -> web.Response:
    """Everybody, and the form that invites."""
    return await _page(request)


async def add(request: web.Request) -> web.Response:
    """An account and its one-time link, which is shown once."""
    form, by, moment, locale = await request.post(), signed_in(request), now(request), request[LOCALE]
    login, name, role, union = text(form, "login", 64), text(form, "name", 100), choice(form, "role", Role), whole_number(form, "union")

    def work(conn: Connection) -> tuple[Staff, str]:
        if role is None:
            raise StaffError("role")
        made = accounts.add(
            conn, login=login, name=name, role=role, union_id=union, locale=locale, actor=by.actor, within=by.union_path, now=moment
        )
        return made, links.invitation(conn, made.id, by=by.actor, now=moment)

    try:
        made, token = await store(request).write(work)
    except StaffError as error:
        return await _page(request, status=422, problem=error.reason, typed={"login": login, "name": name, "role": role, "union": union})
    return await _page(request, invited=made, token=token)


async def change(request: web.Request) -> web.Response:
    """Another role, another branch, closed or open."""
    form, by, moment = await request.post(), signed_in(request), now(request)
    role, union, person = choice(form, "role", Role), whole_number(form, "union"), int(request.match_info["staff"])

    def work(conn: Connection) -> Staff:
        if role is None:
            raise StaffError("role")
        return accounts.change(conn, person, role=role, union_id=union, disabled=text(form, "disabled", 3) == "yes", by=by, now=moment)

    try:
        await store(request).write(work)
    except StaffError as error:
        return await _page(request, status=422, problem=error.reason)
    return redirect(request, "staff", query={"done": "changed"})


async def own_number(request: web.Request) -> web.Response:
    """The number of somebody who gave a wrong one: put right, or forgotten so that they can give it anew."""
    form, by, moment = await request.post(), signed_in(request), now(request)
    number, person = text(form, "certno", 40), int(request.match_info["staff"])
    try:
        await store(request).write(lambda conn: accounts.change_certno(conn, person, number, by=by, now=moment))
    except StaffError as error:
        return await _page(request, status=422, problem=error.reason)
    return redirect(request, "staff", query={"done": "changed"})


async def link(request: web.Request) -> web.Response:
    """A new one-time link for somebody who lost the first, or the password."""
    person, by, moment = int(request.match_info["staff"]), signed_in(request), now(request)

    def work(conn: Connection) -> tuple[Staff, str]:
        found = accounts.managed(conn, person, by)
        if found.disabled:
            raise StaffError("unknown")
        return found, links.invitation(conn, person, by=by.actor, now=moment)

    try:
        invited, token = await store(request).write(work)
    except StaffError as error:
        return await _page(request, status=422, problem=error.reason)
    return await _page(request, invited=invited, token=token)


async def _page(
    request: web.Request,
    *,
    status: int = 200,
    problem: str = "",
    typed: dict[str, Any] | None = None,
    invited: Staff | None = None,
    token: str = "",
) -> web.Response:
    scope = signed_in(request).union_path
    everybody, branches = await store(request).read(_everybody, scope)
    whole_address = parts(request).settings.public_url + address(request, "start_link", token=token) if token else ""
    return page(
        request,
        "staff.html",
        status=status,
        everybody=everybody,
        branches=branches,
        union_names={union.id: union.name for union in branches},
        roles=list(Role),
        problem=problem,
        typed=typed or {},
        invited=invited,
        link=whole_address,
        done=request.query.get("done") == "changed",
    )


def _everybody(conn: Connection, scope: str) -> tuple[list[Staff], list[Union]]:
    return accounts.everybody(conn, scope), unions.branches(conn, scope)
