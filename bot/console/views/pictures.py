"""A picture of a claim's document, opened from its sealed file for those who may see the claim."""

from __future__ import annotations

from aiohttp import web
from sqlalchemy import Connection

from bot.claims import claim as stored
from bot.claims.errors import NoSuchClaimError
from bot.console.parts import parts, signed_in, store
from bot.documents import uploads
from bot.documents.errors import Missing
from bot.documents.files import picture_key
from bot.message import UploadId
from bot.staff.accounts import Staff


async def show(request: web.Request) -> web.Response:
    """The JPEG. Its look is on record with the claim page that shows it."""
    upload_id, number = request.match_info["upload"], int(request.match_info["number"])
    if not await store(request).read(_may_see, signed_in(request), upload_id, number):
        raise web.HTTPNotFound
    try:
        body = await parts(request).files.get(picture_key(UploadId(upload_id), number))
    except Missing as error:
        raise web.HTTPNotFound from error
    headers = {"Content-Disposition": "inline", "Cache-Control": "no-store", "Content-Security-Policy": "default-src 'none'; sandbox"}
    return web.Response(body=body, content_type="image/jpeg", headers=headers)


def _may_see(conn: Connection, staff: Staff, upload_id: str, number: int) -> bool:
    upload = uploads.find(conn, upload_id)
    if upload is None or upload.claim_id is None or number >= upload.pictures:
        return False
    try:
        return staff.sees(stored.read(conn, upload.claim_id).union_path)
    except NoSuchClaimError:
        return False
