"""The page's stream of messages: server-sent events that go on after the last one seen, so that a lost connection loses nothing."""

from __future__ import annotations

import asyncio
import json
import re
import secrets
from http import HTTPStatus
from typing import Any

from aiohttp import web
from sqlalchemy import Connection

from bot.channels.web import faults, history
from bot.channels.web.desk import Desk
from bot.channels.web.refused import Refused
from bot.channels.web.render import rendered
from bot.channels.web.session import Session, begin, give_cookie, may_begin, preferred, session_of
from bot.message import Command, Incoming

LOOK_AGAIN_S = 2.0  # another replica may have stored something
BEAT_S = 15.0  # the page takes 40 s of silence for a lost connection
PAGES_AT_MOST = 12
MESSAGE_ID = re.compile(r"[0-9]{1,18}")


async def events(desk: Desk, request: web.Request) -> web.StreamResponse:
    """Every message after `Last-Event-ID` (or `?after=`), then a `ready`, then whatever comes.

    Listening from the beginning without a chat begins one, and the bot speaks first.
    """
    token = ""
    session = await session_of(desk, request)
    if session is None:
        if _last_seen(request) or not may_begin(request):
            raise Refused(HTTPStatus.UNAUTHORIZED, "no_chat")
        token = secrets.token_urlsafe(32)
        session = await desk.store.write(_welcome, desk, token, preferred(request))
    if desk.streams.count(session.id) >= PAGES_AT_MOST:
        raise Refused(HTTPStatus.TOO_MANY_REQUESTS, "too_many_pages")
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no"})
    if token:
        give_cookie(response, token, desk)
    await response.prepare(request)
    try:  # whatever ends the stream, the page comes back with the id of what it has
        with desk.streams.listen(session.id) as news:
            await _serve(desk, request, response, session, news)
    except ConnectionError:
        pass  # it is gone
    except Exception as error:  # noqa: BLE001  # the answer has begun: the catch-all could not give another
        faults.note(request, error)
    return response


def _welcome(conn: Connection, desk: Desk, token: str, locale: str) -> Session:
    session = begin(conn, token, locale, desk)
    desk.step(conn, Incoming(session.chat, f"{session.id}:begin", Command("start"), locale), now=desk.clock())
    return session


async def _serve(desk: Desk, request: web.Request, response: web.StreamResponse, session: Session, news: asyncio.Event) -> None:
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
            await response.write(_event("beat" if ready else "ready", {}))
            ready, beat = True, loop.time()
        try:
            await asyncio.wait_for(news.wait(), LOOK_AGAIN_S)
        except TimeoutError:
            continue


def _last_seen(request: web.Request) -> int:
    text = request.headers.get("Last-Event-ID") or request.query.get("after", "")
    return int(text) if MESSAGE_ID.fullmatch(text) else 0


def _fresh(conn: Connection, desk: Desk, chat: str, last: int) -> list[dict[str, Any]]:
    return [rendered(desk, conn, kept) for kept in history.after(conn, chat, last)]


def _event(kind: str, data: dict[str, Any], event_id: int | None = None) -> bytes:
    number = "" if event_id is None else f"id: {event_id}\n"
    return f"{number}event: {kind}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n".encode("utf-8", "replace")
