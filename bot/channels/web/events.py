"""The page's stream of messages: server-sent events that go on after the last one seen, so that a lost connection loses nothing."""

from __future__ import annotations

import asyncio
import json
import re
import secrets
from contextlib import nullcontext
from http import HTTPStatus
from typing import Any

from aiohttp import web
from sqlalchemy import Connection

from bot.channels.web import faults, history
from bot.channels.web.desk import Desk
from bot.channels.web.refused import Refused, crowded
from bot.channels.web.render import rendered
from bot.channels.web.session import Session, begin, give_cookie, may_begin, preferred, session_of
from bot.message import Command, Incoming

LOOK_AGAIN_S = 2.0  # another replica may have stored something
LOOKS_A_SECOND = 200  # of all pages together: with many open, each looks more rarely
BEAT_S = 15.0  # the page takes 40 s of silence for a lost connection
PAGES_AT_MOST = 12
AGAIN_AFTER_S, BRIEF_AGAIN_S = 3, 5  # a page whose stream ended, and one that gets no lasting stream
MESSAGE_ID = re.compile(r"[0-9]{1,18}")


async def events(desk: Desk, request: web.Request) -> web.StreamResponse:
    """Every message after `Last-Event-ID` (or `?after=`), then a `ready`, then whatever comes.

    Listening from the beginning without a chat begins one, and the bot speaks first. With too many pages open the stream ends after
    `ready`, and the page comes back every few seconds.
    """
    token = ""
    session = await session_of(desk, request)
    if session is None:
        if _last_seen(request) or not may_begin(request):
            raise Refused(HTTPStatus.UNAUTHORIZED, "no_chat")
        if not desk.doorway.admits():
            raise crowded(BRIEF_AGAIN_S)
        token = secrets.token_urlsafe(32)
        session = await desk.store.write(_welcome, desk, token, preferred(request))
    if desk.streams.count(session.id) >= PAGES_AT_MOST:
        raise Refused(HTTPStatus.TOO_MANY_REQUESTS, "too_many_pages")
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no"})
    if token:
        give_cookie(response, token, desk)
    await response.prepare(request)
    is_brief = desk.streams.in_all >= desk.streams_at_most
    try:  # whatever ends the stream, the page comes back with the id of what it has
        with nullcontext(asyncio.Event()) if is_brief else desk.streams.listen(session.id) as news:
            await _serve(desk, request, response, session, news, is_brief=is_brief)
    except ConnectionError:
        pass  # it is gone
    except Exception as error:  # noqa: BLE001  # the answer has begun: the catch-all could not give another
        faults.note(request, error)
    return response


def _welcome(conn: Connection, desk: Desk, token: str, locale: str) -> Session:
    session = begin(conn, token, locale, desk)
    desk.step(conn, Incoming(session.chat, f"{session.id}:begin", Command("start"), locale), now=desk.clock())
    return session


async def _serve(
    desk: Desk, request: web.Request, response: web.StreamResponse, session: Session, news: asyncio.Event, *, is_brief: bool
) -> None:
    last = _last_seen(request)
    loop = asyncio.get_running_loop()
    beat = loop.time()
    ready = False
    while not desk.streams.closing and request.transport is not None:
        news.clear()
        batch = await desk.store.read(_fresh, desk, session.id, last)
        for event in batch:
            await response.write(_event("message", event, event["id"]))
            last = event["id"]
        if len(batch) == history.SHOWN:
            continue
        if not ready or loop.time() - beat > BEAT_S:
            await response.write(_event("beat", {}) if ready else _ready(desk, session, is_brief=is_brief))
            ready, beat = True, loop.time()
        if is_brief:
            break
        try:
            await asyncio.wait_for(news.wait(), look_again_s(desk.streams.in_all))
        except TimeoutError:
            continue


def look_again_s(pages: int) -> float:
    """Seconds until a page looks for what another replica stored, with so many open here."""
    return min(BEAT_S, max(LOOK_AGAIN_S, pages / LOOKS_A_SECOND))


def _ready(desk: Desk, session: Session, *, is_brief: bool) -> bytes:
    """The page has all there is; with a sentence where it must come back by itself, and in any case how soon."""
    said = {"sentence": desk.word("web.crowded", session.locale)} if is_brief else {}
    return f"retry: {1000 * (BRIEF_AGAIN_S if is_brief else AGAIN_AFTER_S)}\n".encode() + _event("ready", said)


def _last_seen(request: web.Request) -> int:
    text = request.headers.get("Last-Event-ID") or request.query.get("after", "")
    return int(text) if MESSAGE_ID.fullmatch(text) else 0


def _fresh(conn: Connection, desk: Desk, chat: str, last: int) -> list[dict[str, Any]]:
    return [rendered(desk, conn, kept) for kept in history.after(conn, chat, last)]


def _event(kind: str, data: dict[str, Any], event_id: int | None = None) -> bytes:
    number = "" if event_id is None else f"id: {event_id}\n"
    return f"{number}event: {kind}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n".encode("utf-8", "replace")
