"""Signing in and out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from aiohttp import web
from sqlalchemy import Connection

from bot import audit
from bot.caller import caller
from bot.console import cookies
from bot.console.forms import text
from bot.console.pages import page, redirect
from bot.console.parts import SESSION, now, parts, store
from bot.staff import browsers, passwords, sessions, throttle, totp
from bot.staff.sessions import Credentials
from bot.staff.throttle import Lane

LONGEST: Final = 200


@dataclass(frozen=True)
class Trying:
    """Somebody who tries to sign in: what the try counts in, and how long to wait before it; 0 for not at all."""

    lanes: tuple[Lane, ...]
    is_known: bool
    seconds_left: int


async def show(request: web.Request) -> web.Response:
    """The form."""
    if SESSION in request:
        return redirect(request, "queue")
    return page(request, "sign_in.html", claim=_claim(request.query.get("claim")), problem=None, figures={}, login="")


async def send(request: web.Request) -> web.Response:
    """Check login, password and code; the answer does not say which of them was wrong."""
    form = await request.post()
    login, password, code = (text(form, name, LONGEST) for name in ("login", "password", "code"))
    claim = _claim(text(form, "claim", 18))
    moment = now(request)
    held, address = request.cookies.get(cookies.BROWSER, ""), caller(request, parts(request).settings.trusted_proxies)
    trying = await store(request).write(_trying, login, held, address, moment)
    if trying.seconds_left:
        problem = "console.sign_in.throttled" if trying.is_known else "console.sign_in.throttled.stranger"
        figures = {"seconds": trying.seconds_left}
        return page(request, "sign_in.html", status=429, claim=claim, problem=problem, figures=figures, login=login)
    found = await store(request).read(sessions.credentials, login)
    agrees = await passwords.agrees(None if found is None else found.password_hash, password, is_known=trying.is_known)
    step = None if found is None or found.totp_secret is None else totp.step_of(found.totp_secret, code, moment)
    entry = None
    if found is not None and agrees and (found.totp_secret is None or step is not None):
        entry = await store(request).write(_let_in, found.staff_id, step, login, trying, moment)
    if entry is None:
        await store(request).write(_refused, found, moment)
        return page(request, "sign_in.html", status=401, claim=claim, problem="console.sign_in.wrong", figures={}, login=login)
    response = redirect(request, "claim", claim=claim) if claim else redirect(request, "queue")
    cookies.give(request, response, cookies.SESSION, entry[0])
    cookies.remember_browser(request, response, entry[1])
    cookies.take_back(response, cookies.FORM)
    return response


async def out(request: web.Request) -> web.Response:
    """End the session."""
    token, moment = request.cookies[cookies.SESSION], now(request)
    await store(request).write(lambda conn: sessions.end(conn, token, now=moment))
    response = redirect(request, "sign_in")
    cookies.take_back(response, cookies.SESSION)
    return response


def _trying(conn: Connection, login: str, held: str, address: str, moment: datetime) -> Trying:
    number = browsers.number(conn, held, login, now=moment)
    lanes = throttle.of_stranger(login, address) if number is None else throttle.of_browser(number)
    return Trying(lanes, number is not None, throttle.seconds_to_wait(conn, lanes, now=moment))


def _let_in(conn: Connection, person: int, step: int | None, login: str, trying: Trying, moment: datetime) -> tuple[str, str] | None:
    """The session's token and the browser's word."""
    token = sessions.begin(conn, person, totp_step=step, now=moment)
    if token is None:
        return None
    throttle.succeeded(conn, trying.lanes)
    return token, browsers.word(conn, login, now=moment)


def _refused(conn: Connection, found: Credentials | None, moment: datetime) -> None:
    if found is not None:
        audit.record(conn, at=moment, actor="anybody", action="sign_in_refused", subject=f"staff:{found.staff_id}")


def _claim(typed: str | None) -> str:
    """The claim to go on to: digits, so that nobody can be sent elsewhere."""
    return typed if typed and typed.isascii() and typed.isdigit() and len(typed) <= len("9" * 18) else ""
