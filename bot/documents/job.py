"""The job that settles an upload: fetch its bytes, make them safe, keep the pictures, and tell the conversation.

It may be cut off anywhere and begun again: pictures are put under fixed keys, the row is settled once and together with the
telling, and the raw bytes go last.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import Connection

from bot.documents import uploads
from bot.documents.clean import clean
from bot.documents.errors import Missing, Reason, Refused
from bot.documents.files import Files, picture_key, raw_key
from bot.documents.uploads import Upload
from bot.jobs import TRIES, Handler, Job, Later
from bot.message import Incoming, UploadId, UploadSettled
from bot.store.store import Store

log = structlog.get_logger(__name__)

CHILDREN = 2  # at a time: each may take a core and some hundred megabytes
IN_HAND = 6  # files held in memory at a time, 20 MB each at most, most of them on their way here

Fetcher = Callable[[Any], Awaitable[bytes]]
"""Gets a file's bytes from its platform, by the value that stands under the fetcher's name in the upload's source.

Raises Refused("gone") when the platform has it no more, jobs.Later when it asks for patience."""

Deliver = Callable[[Connection, Incoming], object]


def settle_upload(store: Store, files: Files, fetchers: Mapping[str, Fetcher], deliver: Deliver, clock: Callable[[], datetime]) -> Handler:
    """The handler for jobs of the kind "upload"."""
    hands, children = asyncio.Semaphore(IN_HAND), asyncio.Semaphore(CHILDREN)

    async def handle(job: Job) -> None:
        upload_id = UploadId(job.payload["upload"])
        upload = await store.read(uploads.find, upload_id)
        if upload is not None and upload.state is uploads.State.WAITING:
            async with hands:
                outcome = await outcome_of(upload, files, fetchers, children, is_last=job.attempts >= TRIES)
            await store.write(settle_and_tell, upload, outcome, deliver, clock())
            if isinstance(outcome, int):
                await forget_if_erased(store, files, upload_id, outcome)
        await files.delete(raw_key(upload_id))

    return handle


async def outcome_of(
    upload: Upload, files: Files, fetchers: Mapping[str, Fetcher], children: asyncio.Semaphore, *, is_last: bool
) -> int | Reason:
    """How many pictures were kept, or why the file is refused. At the last try whatever went wrong is a refusal: the member must hear."""
    try:
        return await _kept(upload, files, fetchers, children)
    except Refused as refusal:
        return refusal.reason
    except Later as later:
        if not (is_last and later.counts):
            raise
    except Exception as error:
        if not is_last:
            raise
        log.error("upload_given_up", upload=upload.id, error=type(error).__name__)  # noqa: TRY400  no message: it may hold a name
    return Reason.GONE


async def _kept(upload: Upload, files: Files, fetchers: Mapping[str, Fetcher], children: asyncio.Semaphore) -> int:
    raw = await raw_bytes(upload, files, fetchers)
    async with children:
        cleaned = await clean(raw)
    for number, picture in enumerate(cleaned.pictures):
        await files.put(picture_key(upload.id, number), picture)
    return len(cleaned.pictures)


async def raw_bytes(upload: Upload, files: Files, fetchers: Mapping[str, Fetcher]) -> bytes:
    """The file as it came."""
    if "raw" in upload.source:
        try:
            return await files.get(raw_key(upload.id))
        except Missing as error:
            raise Refused(Reason.GONE) from error
    ((name, value),) = upload.source.items()
    return await fetchers[name](value)


def settle_and_tell(conn: Connection, upload: Upload, outcome: int | Reason, deliver: Deliver, now: datetime) -> None:
    """Settle the row and let the conversation go on, in one transaction."""
    if uploads.settle(conn, upload.id, outcome, now=now):
        deliver(conn, Incoming(upload.chat, f"upload:{upload.id}", UploadSettled(upload.id)))


async def forget_if_erased(store: Store, files: Files, upload_id: UploadId, pictures: int) -> None:
    """If the member had everything erased in the meantime, the pictures just kept must go too."""
    if await store.read(uploads.find, upload_id) is None:
        for number in range(pictures):
            await files.delete(picture_key(upload_id, number))
