"""A picture of a claim's document, or of a thread, opened from its sealed file for those who may see the claim or the thread."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from aiohttp import web
from sqlalchemy import Connection, select

from bot import audit
from bot.audit import audit as records
from bot.claims.tables import claims
from bot.console.parts import now, parts, signed_in, store
from bot.documents import uploads
from bot.documents.errors import Missing
from bot.documents.files import picture_key
from bot.documents.uploads import Upload
from bot.message import UploadId
from bot.staff.accounts import Staff
from bot.threads.pictures import thread_of

ONE_LOOK: Final = timedelta(minutes=30)
"""Pictures seen within this time of the last thing on record belong to that look."""


async def show(request: web.Request) -> web.Response:
    """The JPEG. The page that shows it has put the look on record; a picture opened without the page does so itself."""
    upload_id, number, staff, moment = request.match_info["upload"], int(request.match_info["number"]), signed_in(request), now(request)
    subject, is_on_record = await store(request).read(_seen, staff, upload_id, number, moment)
    if subject is None:
        raise web.HTTPNotFound
    if not is_on_record:
        await store(request).write(
            lambda conn: audit.record(conn, at=moment, actor=staff.actor, action="looked", subject=subject, detail={"picture": number})
        )
    try:
        body = await parts(request).files.get(picture_key(UploadId(upload_id), number))
    except Missing as error:
        raise web.HTTPNotFound from error
    headers = {"Content-Disposition": "inline", "Cache-Control": "no-store", "Content-Security-Policy": "default-src 'none'; sandbox"}
    return web.Response(body=body, content_type="image/jpeg", headers=headers)


def _seen(conn: Connection, staff: Staff, upload_id: str, number: int, now: datetime) -> tuple[str | None, bool]:
    """The claim or the thread as a subject of the records, if they may see it; and whether their look at it is on record already."""
    upload = uploads.find(conn, upload_id)
    if upload is None or number >= upload.pictures:
        return None, False
    subject, path = _whose(conn, upload)
    if path is None or not staff.sees(path):
        return None, False
    recent = (records.c.subject == subject, records.c.actor == staff.actor, records.c.at > now - ONE_LOOK)
    return subject, conn.execute(select(records.c.id).where(*recent).limit(1)).first() is not None


def _whose(conn: Connection, upload: Upload) -> tuple[str, str | None]:
    """What a file belongs to, and whose branch that is; none: it belongs to nothing that staff see."""
    if upload.claim_id is not None:
        path = conn.execute(select(claims.c.union_path).where(claims.c.id == upload.claim_id)).scalar_one_or_none()
        return f"claim:{upload.claim_id}", path
    thread = thread_of(conn, upload.id)
    return ("", None) if thread is None else (thread.subject, thread.union_path)
