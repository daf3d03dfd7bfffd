"""The door: before any view runs, who it is, whether they may, and whether the form that asks is one of ours."""

from __future__ import annotations

import re
import secrets
from collections.abc import Awaitable, Callable
from typing import Final
from urllib.parse import urlsplit

from aiohttp import web

from bot import wording
from bot.console import cookies
from bot.console.pages import message_page, redirect
from bot.console.parts import FORM_TOKEN, LOCALE, SESSION, Parts, now, parts, store
from bot.console.routes import Access, Route
from bot.staff import sessions
from bot.staff.sessions import SLIDES_AFTER, Session

FIELD: Final = "form_token"
LARGEST_FORM: Final = 64 * 1024
LIVE: Final = "X-Live"
"""What a page asks for by itself comes with it, and does not count as somebody at work."""
_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{20,80}")


def guarded(route: Route) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """The route's view behind the door."""

    async def handler(request: web.Request) -> web.StreamResponse:
        session = await _session(request)
        if session is not None:
            request[SESSION] = session
        request[LOCALE] = _locale(request, session)
        request[FORM_TOKEN] = session.form_token if session is not None else _form_cookie(request) or secrets.token_urlsafe(24)
        refusal = _refusal(request, route, session)
        if refusal is not None:
            return refusal
        if route.writes and not await _is_our_form(request):
            return message_page(request, 403, "console.refused.form")
        response = await route.view(request)
        if session is None and route.permission is Access.ANYBODY and route.name != "static":
            cookies.give(request, response, cookies.FORM, request[FORM_TOKEN])
        return response

    return handler


async def _session(request: web.Request) -> Session | None:
    token = request.cookies.get(cookies.SESSION, "")
    if not token:
        return None
    moment = now(request)
    session = await store(request).read(lambda conn: sessions.find(conn, token, now=moment))
    if session is not None and LIVE not in request.headers and moment - session.seen_at > SLIDES_AFTER:
        await store(request).write(lambda conn: sessions.slide(conn, token, now=moment))
    return session


def _locale(request: web.Request, session: Session | None) -> str:
    if session is not None:
        return session.staff.locale
    chosen = request.cookies.get(cookies.LANGUAGE)
    return chosen if chosen in wording.LOCALES else wording.closest(request.headers.get("Accept-Language"))


def _refusal(request: web.Request, route: Route, session: Session | None) -> web.Response | None:
    """What stands in the way, if anything does."""
    if route.permission is Access.ANYBODY:
        return None
    if session is None:
        if route.method == "GET":
            claim = request.match_info.get("claim")
            return redirect(request, "sign_in", query={"claim": claim} if claim else None)
        return message_page(request, 401, "console.refused.signed_out")
    if route.permission is not Access.SIGNED_IN and not session.staff.may(route.permission):
        return message_page(request, 403, "console.refused.role")
    return None


async def _is_our_form(request: web.Request) -> bool:
    """Whether it comes from our own origin, is a small plain form, and carries the token of this session (or, before, of this browser)."""
    if not _is_own_origin(request, parts(request)) or request.content_type != "application/x-www-form-urlencoded":
        return False
    if (request.charset or "utf-8").lower() not in {"utf-8", "utf8"}:
        return False
    if request.content_length is None or request.content_length > LARGEST_FORM:
        return False
    expected = request[SESSION].form_token if SESSION in request else _form_cookie(request)
    try:
        given = (await request.post()).get(FIELD)
    except UnicodeError:  # not what it says it is
        return False
    return bool(expected) and isinstance(given, str) and secrets.compare_digest(given.encode(errors="replace"), expected.encode())


def _form_cookie(request: web.Request) -> str:
    """The token this browser was given before anybody signed in; empty if its cookie holds nothing we gave out."""
    token = request.cookies.get(cookies.FORM, "")
    return token if _TOKEN.fullmatch(token) else ""


def _is_own_origin(request: web.Request, surroundings: Parts) -> bool:
    """An origin, where a browser names one, is the host it talks to or the public address; another site cannot choose either."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
        return False
    origin = request.headers.get("Origin")
    if origin is None:
        return True
    try:
        named = urlsplit(origin)
    except ValueError:  # no address at all
        return False
    own = urlsplit(surroundings.settings.public_url)
    return named.netloc != "" and (named.netloc == request.host or (named.scheme, named.netloc) == (own.scheme, own.netloc))
