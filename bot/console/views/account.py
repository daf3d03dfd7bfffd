"""One's own account: language, password, one-time codes, own certificate number, linked Telegram chat, the branch's group."""

from __future__ import annotations

import secrets
from typing import Any, Final

import segno
from aiohttp import web
from sqlalchemy import Connection

from bot import wording
from bot.console import cookies
from bot.console.forms import text
from bot.console.pages import address, page, redirect
from bot.console.parts import LOCALE, SESSION, now, signed_in, store
from bot.staff import accounts, browsers, groups, links, passwords, sessions, throttle, totp
from bot.staff.errors import StaffError
from bot.staff.roles import Permission
from bot.staff.sessions import Credentials

DONE: Final = frozenset({"password", "own_number", "totp_on", "totp_off", "telegram_forgotten", "group_forgotten"})
A_YEAR: Final = 365 * 24 * 3600


async def show(request: web.Request) -> web.Response:
    """The page."""
    return await _page(request)


async def language(request: web.Request) -> web.Response:
    """Chinese or English, then back to the page one came from."""
    form = await request.post()
    chosen = text(form, "locale", 8)
    if chosen not in wording.LOCALES:
        raise web.HTTPBadRequest
    if SESSION in request:
        await store(request).write(accounts.set_locale, signed_in(request).id, chosen)
    back, top = text(form, "back", 200), address(request, "queue")
    is_ours = back.startswith(top) and "//" not in back and "\\" not in back and back.isascii()
    response = web.Response(status=303, headers={"Location": back if is_ours and back.isprintable() else top})
    cookies.give(request, response, cookies.LANGUAGE, chosen, max_age=A_YEAR)
    return response


async def password(request: web.Request) -> web.Response:
    """A new password; every other session ends and this one is made anew."""
    form, staff, moment = await request.post(), signed_in(request), now(request)
    old, new, again = (str(form.get(name, "")) for name in ("old", "new", "again"))
    if not await _knows_password(request, old):
        return await _page(request, status=422, problem="console.account.problem.old_password")
    if not secrets.compare_digest(new.encode(), again.encode()):
        return await _page(request, status=422, problem="console.staff.problem.password_differs")
    try:
        kept = await passwords.seal(new)
    except StaffError as error:
        return await _page(request, status=422, problem=f"console.staff.problem.{error.reason}")

    def work(conn: Connection) -> tuple[str | None, str]:
        accounts.set_password(conn, staff, kept, now=moment)
        return sessions.begin(conn, staff.id, now=moment), browsers.word(conn, staff.login, now=moment)

    token, word = await store(request).write(work)
    response = redirect(request, "account", query={"done": "password"})
    cookies.give(request, response, cookies.SESSION, token or "")
    cookies.remember_browser(request, response, word)
    return response


async def own_number(request: web.Request) -> web.Response:
    """One's own certificate number, so that one's own claim is decided by others."""
    number, staff, moment = text(await request.post(), "certno", 40), signed_in(request), now(request)
    try:
        await store(request).write(lambda conn: accounts.set_certno(conn, staff, number, now=moment))
    except StaffError as error:
        return await _page(request, status=422, problem=f"console.staff.problem.{error.reason}")
    return redirect(request, "account", query={"done": "own_number"})


async def totp_begin(request: web.Request) -> web.Response:
    """A secret to scan; it counts only once a code of it was given back."""
    return await _page(request, secret=totp.new_secret())


async def totp_on(request: web.Request) -> web.Response:
    """The code given back shows that the app has the secret. In place of another secret it needs the password, as switching off does."""
    form, staff, moment = await request.post(), signed_in(request), now(request)
    secret = text(form, "secret", 64)
    if staff.has_totp and not await _knows_password(request, str(form.get("old", ""))):
        return await _page(request, status=422, problem="console.account.problem.old_password")
    try:
        step = totp.step_of(secret, text(form, "code", 12), moment)
    except ValueError as error:  # not a secret we gave out
        raise web.HTTPBadRequest from error
    if step is None:
        return await _page(request, status=422, secret=secret, problem="console.account.problem.code")
    await store(request).write(lambda conn: totp.switch_on(conn, staff, secret, step, now=moment))
    return redirect(request, "account", query={"done": "totp_on"})


async def totp_off(request: web.Request) -> web.Response:
    """No codes any more; needs the password."""
    staff, moment = signed_in(request), now(request)
    if not await _knows_password(request, str((await request.post()).get("old", ""))):
        return await _page(request, status=422, problem="console.account.problem.old_password")
    await store(request).write(lambda conn: totp.switch_off(conn, staff.id, actor=staff.actor, now=moment))
    return redirect(request, "account", query={"done": "totp_off"})


async def telegram_code(request: web.Request) -> web.Response:
    """A one-time code to send to the bot."""
    staff, moment = signed_in(request), now(request)
    code = await store(request).write(lambda conn: links.new_code(conn, staff, now=moment))
    return await _page(request, code=code)


async def telegram_forget(request: web.Request) -> web.Response:
    """Unlink."""
    staff, moment = signed_in(request), now(request)
    await store(request).write(lambda conn: links.unlink(conn, staff, now=moment))
    return redirect(request, "account", query={"done": "telegram_forgotten"})


async def group_code(request: web.Request) -> web.Response:
    """A one-time code to send in a group of the staff."""
    staff, moment = signed_in(request), now(request)
    code = await store(request).write(lambda conn: groups.new_code(conn, staff, now=moment))
    return await _page(request, group_code=code)


async def group_forget(request: web.Request) -> web.Response:
    """Tell the groups of one's branch nothing more."""
    staff, moment = signed_in(request), now(request)
    await store(request).write(lambda conn: groups.forget(conn, staff, now=moment))
    return redirect(request, "account", query={"done": "group_forgotten"})


async def _page(request: web.Request, *, status: int = 200, **more: str) -> web.Response:
    """`more` is what the page shows this once: problem, secret, code, group_code."""
    staff, secret = signed_in(request), more.get("secret", "")
    values: dict[str, Any] = {"picture": "", "secret": "", "code": "", "group_code": "", "problem": "", **more}
    if secret:
        issuer = wording.text("console.title", request[LOCALE])
        picture = segno.make(totp.address(secret, staff.login, issuer), error="m")
        values["picture"] = picture.svg_inline(scale=5, border=4, dark="#000000", light="#ffffff", omitsize=False)
    done = request.query.get("done")
    chats, told = await store(request).read(lambda conn: (links.chats_of(conn, staff.id), groups.within(conn, staff.union_path)))
    return page(
        request,
        "account.html",
        status=status,
        chats=chats,
        groups=told,
        may_link_groups=staff.may(Permission.MANAGE_STAFF),
        done=done if done in DONE else None,
        shortest=accounts.SHORTEST_PASSWORD,
        **values,
    )


async def _knows_password(request: web.Request, typed: str) -> bool:
    """Throttled, but apart from signing in: nobody outside can stand in the way."""
    staff, moment = signed_in(request), now(request)
    lanes = throttle.of_session(staff.id)
    if await store(request).write(lambda conn: throttle.seconds_to_wait(conn, lanes, now=moment)):
        return False
    found: Credentials | None = await store(request).read(sessions.credentials, staff.login)
    agrees = await passwords.agrees(None if found is None else found.password_hash, typed, is_known=True)
    if agrees:
        await store(request).write(throttle.succeeded, lanes)
    return agrees
