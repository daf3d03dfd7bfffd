"""The one-time link: makes the first administrator, or lets an invited person set a password."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Final

from aiohttp import web
from sqlalchemy import Connection

from bot.console import cookies
from bot.console.forms import text
from bot.console.pages import message_page, page, redirect
from bot.console.parts import LOCALE, now, store
from bot.staff import accounts, browsers, links, passwords, sessions
from bot.staff.accounts import Staff
from bot.staff.errors import StaffError
from bot.staff.roles import Role

COOKIE: Final = "console_start"
LONGEST: Final = 200
GONE: Final = "console.start.gone"


async def follow(request: web.Request) -> web.Response:
    """Take the token out of the address, where it would stay in the history and be sent along."""
    response = redirect(request, "start")
    cookies.give(request, response, COOKIE, request.match_info["token"], max_age=3600)
    return response


async def show(request: web.Request) -> web.Response:
    """The form, if the link is good."""
    good, person = await _invited(request)
    if not good:
        return message_page(request, 410, GONE)
    return page(request, "start.html", person=person, problem=None, login="", name="", shortest=accounts.SHORTEST_PASSWORD)


async def send(request: web.Request) -> web.Response:
    """Set the password, use the link up, and sign in; who has two steps goes through the sign-in page, code and all."""
    form = await request.post()
    good, person = await _invited(request)
    if not good:
        return message_page(request, 410, GONE)
    login, name = text(form, "login", LONGEST), text(form, "name", LONGEST)
    password, again = str(form.get("password", "")), str(form.get("again", ""))
    token, locale, moment = request.cookies[COOKIE], request[LOCALE], now(request)
    try:
        if not secrets.compare_digest(password.encode(), again.encode()):
            raise StaffError("password_differs")  # noqa: TRY301  # one place words all that can be wrong with the form
        kept = await passwords.seal(password)
        done, entry = await store(request).write(_finish, token, person, (login, name, locale), kept, moment)
    except StaffError as error:
        values = {"person": person, "problem": error.reason, "login": login, "name": name, "shortest": accounts.SHORTEST_PASSWORD}
        return page(request, "start.html", status=422, **values)
    if not done:
        return message_page(request, 410, GONE)
    response = redirect(request, "sign_in" if entry is None else "queue")
    if entry is not None:
        cookies.give(request, response, cookies.SESSION, entry[0])
        cookies.remember_browser(request, response, entry[1])
    for cookie in (COOKIE, cookies.FORM):
        cookies.take_back(response, cookie)
    return response


async def _invited(request: web.Request) -> tuple[bool, Staff | None]:
    token, moment = request.cookies.get(COOKIE, ""), now(request)
    return await store(request).read(lambda conn: links.invited(conn, token, now=moment))


def _finish(
    conn: Connection, token: str, person: Staff | None, named: tuple[str, str, str], kept: str, now: datetime
) -> tuple[bool, tuple[str, str] | None]:
    """Whether the password was set, or somebody was faster; the session's token and the browser's word, if there are no two steps."""
    if not links.use(conn, token):
        return False, None
    if person is None:
        login, name, locale = named
        person = accounts.add(conn, login=login, name=name, role=Role.ADMINISTRATOR, union_id=None, locale=locale, actor="system", now=now)
    accounts.set_password(conn, person, kept, now=now, link_by=links.issuer(conn, person))
    if (accounts.one(conn, person.id) or person).has_totp:
        return True, None
    session = sessions.begin(conn, person.id, now=now)
    return True, None if session is None else (session, browsers.word(conn, person.login, now=now))
