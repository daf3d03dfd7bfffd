"""Photos and documents: taken as they come and sealed away, shown back to their sender alone once they have been made safe."""

from __future__ import annotations

import asyncio
from datetime import datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote

from aiohttp import web
from sqlalchemy import Connection

from bot.channels.web import history, limits
from bot.channels.web.answers import taken
from bot.channels.web.desk import Desk, Step
from bot.channels.web.messages import clean, client_id, update_id
from bot.channels.web.receiving import body
from bot.channels.web.refused import Refused
from bot.channels.web.render import file_event
from bot.channels.web.session import Session
from bot.documents import uploads
from bot.documents.files import picture_key, raw_key
from bot.message import FileSent, Incoming, UploadId
from bot.store.errors import OutcomeUnknown

NAME_LENGTH = 120


async def add_file(desk: Desk, request: web.Request, session: Session) -> web.Response:
    """POST /chat/files/<client id> with the bare file as body and its name in `X-Name` (percent-encoded): 202 once it is stored."""
    client = client_id(request.match_info["client"])
    if await desk.store.read(history.has, session.id, client):
        return taken()
    await desk.store.read(limits.refuse_haste, session.id, desk.clock())
    name = clean(unquote(request.headers.get("X-Name", "")))[:NAME_LENGTH]
    async with desk.room.place(session.id) as place:
        raw = await body(request, limits.FILE_BYTES, "too_big", place)
        if not raw:
            raise Refused(HTTPStatus.BAD_REQUEST, "empty_file")
        await _kept(desk, session, client, name, raw)
    desk.streams.wake(session.id)
    return taken()


async def _kept(desk: Desk, session: Session, client: str, name: str, raw: bytes) -> None:
    """The bytes first, then their row; bytes that get no row go again."""
    upload = uploads.new_id()
    new = False
    try:
        await desk.files.put(raw_key(upload), raw)
        new = await desk.store.write(take_file, desk.step, session, client, upload, name, desk.clock())
    except (OutcomeUnknown, asyncio.CancelledError):
        new = True  # the row may be there, and would miss them
        raise
    finally:
        if not new:
            await desk.files.delete(raw_key(upload))


def take_file(conn: Connection, step: Step, session: Session, client: str, upload: UploadId, name: str, now: datetime) -> bool:
    """Everything about a new file at once: its bubble, its row (which brings the job that makes it safe), the step. False at a repeat."""
    if not history.keep(conn, session.id, "in", client, {"upload": upload, "name": name}, now=now):
        return False
    uploads.add(conn, session.chat, id=upload, source={"raw": True}, name=name, now=now)
    step(conn, Incoming(session.chat, update_id(session, client), FileSent(upload), session.locale), now=now)
    return True


async def file_state(desk: Desk, request: web.Request, session: Session) -> web.Response:
    """GET /chat/pictures/<upload>: how far one's own upload is."""
    return web.json_response(await desk.store.read(_own, session, UploadId(request.match_info["upload"])))


async def picture(desk: Desk, request: web.Request, session: Session) -> web.Response:
    """GET /chat/pictures/<upload>/<n>: one safe picture of one's own upload."""
    upload, number = UploadId(request.match_info["upload"]), int(request.match_info["number"])
    own = await desk.store.read(_own, session, upload)
    if number >= own["pictures"]:
        raise Refused(HTTPStatus.NOT_FOUND, "not_found")
    return web.Response(body=await desk.files.get(picture_key(upload, number)), content_type="image/jpeg")


def _own(conn: Connection, session: Session, upload: UploadId) -> dict[str, Any]:
    found = uploads.find(conn, upload, chat=session.chat)
    if found is None:
        raise Refused(HTTPStatus.NOT_FOUND, "not_found")
    return file_event(found)
