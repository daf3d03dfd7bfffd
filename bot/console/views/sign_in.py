"""Signing in and out."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from aiohttp import web
from sqlalchemy import Connection

from bot import audit
from bot.console import cookies
from bot.console.forms import text
from bot.console.pages import page, redirect
from bot.console.parts import SESSION, now, store
from bot.staff import passwords, sessions, totp
from bot.staff.sessions import Credentials

LONGEST: Final = 200


async def show(request: web.Request) -> web.Response:
    """The form."""
    if SESSION in request:
        return redirect(request, "queue")
    return page(request, "sign_in.html", claim=_claim(request.query.get("claim")), problem=None, login="")


async def send(request: web.Request) -> web.Response:
    """Check login, password and code; the answer does not say which of them was wrong."""
    form = await request.post()
    login, password, code = (text(form, name, LONGEST) for name in ("login", "password", "code"))
    claim = _claim(text(form, "claim", 18))
    moment = now(request)
    address = request.remote or ""
    if not await store(request).write(lambda conn: sessions.may_try(conn, login, address, now=moment)):
        return page(request, "sign_in.html", status=429, claim=claim, problem="console.sign_in.throttled", login=login)
    found = await store(request).read(sessions.credentials, login)
    agrees = await passwords.agrees(None if found is None else found.password_hash, password)
    step = None if found is None or found.totp_secret is None else totp.step_of(found.totp_secret, code, moment)
    token = None
    if found is not None and agrees and (found.totp_secret is None or step is not None):
        token = await store(request).write(_let_in, found.staff_id, step, (login, address), moment)
    if token is None:
        await store(request).write(_refused, found, moment)
        return page(request, "sign_in.html", status=401, claim=claim, problem="console.sign_in.wrong", login=login)
    response = redirect(request, "claim", claim=claim) if claim else redirect(request, "queue")
    cookies.give(request, response, cookies.SESSION, token)
    cookies.take_back(response, cookies.FORM)
    return response


async def out(request: web.Request) -> web.Response:
    """End the session."""
    token, moment = request.cookies[cookies.SESSION], now(request)
    await store(request).write(lambda conn: sessions.end(conn, token, now=moment))
    response = redirect(request, "sign_in")
    cookies.take_back(response, cookies.SESSION)
    return response


def _let_in(conn: Connection, person: int, step: int | None, tried: tuple[str, str], moment: datetime) -> str | None:
    token = sessions.begin(conn, person, totp_step=step, now=moment)
    if token is not None:
        sessions.succeeded(conn, *tried)
    return token


def _refused(conn: Connection, found: Credentials | None, moment: datetime) -> None:
    if found is not None:
        audit.record(conn, at=moment, actor="anybody", action="sign_in_refused", subject=f"staff:{found.staff_id}")


def _claim(typed: str | None) -> str:
    """The claim to go on to: digits, so that nobody can be sent elsewhere."""
    return typed if typed and typed.isascii() and typed.isdigit() and len(typed) <= len("9" * 18) else ""
