"""The job that settles an upload: fetch its bytes, make them safe, keep the pictures, and tell the conversation.

It may be cut off anywhere and begun again: pictures are put under fixed keys, the row is settled once and together with the
telling, and the raw bytes go last.

Every file first gets a short time, in the order of `turns`. What takes longer than an honest photo does is begun again behind all others.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

import structlog
from sqlalchemy import Connection

from bot.documents import clean, uploads
from bot.documents.errors import Missing, Reason, Refused
from bot.documents.files import Files, picture_key, raw_key
from bot.documents.turns import Rank, Turns
from bot.documents.uploads import Upload
from bot.jobs import TRIES, Handler, Job, Later
from bot.message import Chat, Incoming, UploadId, UploadSettled
from bot.store.store import Store

log = structlog.get_logger(__name__)

CHILDREN, CHILDREN_FOR_OTHERS = 2, 1  # at a time: each may take a core and some hundred megabytes
IN_HAND, IN_HAND_FOR_OTHERS = 6, 3  # files held in memory at a time, 20 MB each at most, most of them on their way here
OTHERS_AT_MOST = 192  # of a worker's jobs: the rest go back to the queue, so that those awaited are looked at
LATER_S = 10.0
CPU_S: Final[Mapping[Rank, int]] = {Rank.AWAITED: 2, Rank.OTHER: 1, Rank.COSTLY: clean.CPU_S}
"""Seconds of a core. A photo of 12 megapixels was measured at 0.2, a page of a scanned PDF at 0.2 to 0.3."""

STRIKES = 2
"""So many files that used up all their time, and whatever that chat sends in the next day waits behind all others."""

Fetcher = Callable[[Any], Awaitable[bytes]]
"""Gets a file's bytes from its platform, by the value that stands under the fetcher's name in the upload's source.

Raises Refused("gone") when the platform has it no more, jobs.Later when it asks for patience."""

Deliver = Callable[[Connection, Incoming], object]


Awaits = Callable[[Connection, Chat], bool]
"""Whether somebody waits for the files of this chat."""


@dataclass(frozen=True)
class Means:
    """What uploads are settled with."""

    store: Store
    files: Files
    fetchers: Mapping[str, Fetcher]
    awaits: Awaits
    clock: Callable[[], datetime]
    hands: Turns = field(default_factory=lambda: Turns(IN_HAND, IN_HAND_FOR_OTHERS))
    children: Turns = field(default_factory=lambda: Turns(CHILDREN, CHILDREN_FOR_OTHERS))


def settle_upload(
    store: Store,
    files: Files,
    fetchers: Mapping[str, Fetcher],
    deliver: Deliver,
    clock: Callable[[], datetime],
    awaits: Awaits = lambda *_: True,
) -> Handler:
    """The handler for jobs of the kind "upload"."""
    means = Means(store, files, fetchers, awaits, clock)
    others: set[int] = set()

    async def handle(job: Job) -> None:
        upload_id = UploadId(job.payload["upload"])
        upload, rank = await store.read(looked_at, upload_id, means)
        if upload is not None and upload.state is uploads.State.WAITING:
            if rank is not Rank.AWAITED and len(others) >= OTHERS_AT_MOST:
                raise Later(LATER_S, counts=False)
            with _among(others, job.id, rank):
                outcome = await outcome_of(upload, rank, means, is_last=job.attempts >= TRIES)
            await store.write(settle_and_tell, upload, outcome, deliver, clock())
            if isinstance(outcome, int):
                await forget_if_erased(store, files, upload_id, outcome)
        await files.delete(raw_key(upload_id))

    return handle


def looked_at(conn: Connection, upload_id: UploadId, means: Means) -> tuple[Upload | None, Rank]:
    """The upload as it stands, and how soon it has its turn."""
    upload = uploads.find(conn, upload_id)
    if upload is None:
        return None, Rank.OTHER
    if uploads.too_long(conn, upload.chat, since=means.clock() - timedelta(days=1)) >= STRIKES:
        return upload, Rank.COSTLY
    return upload, Rank.AWAITED if means.awaits(conn, upload.chat) else Rank.OTHER


@contextmanager
def _among(others: set[int], job: int, rank: Rank) -> Iterator[None]:
    if rank is not Rank.AWAITED:
        others.add(job)
    try:
        yield
    finally:
        others.discard(job)


async def outcome_of(upload: Upload, rank: Rank, means: Means, *, is_last: bool) -> int | Reason:
    """How many pictures were kept, or why the file is refused. At the last try whatever went wrong is a refusal: the member must hear."""
    try:
        return await _kept(upload, rank, means)
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


async def _kept(upload: Upload, rank: Rank, means: Means) -> int:
    try:
        cleaned = await _cleaned(upload, rank, means)
    except Refused as refusal:
        if rank is Rank.COSTLY or refusal.reason is not Reason.TIMEOUT:
            raise
        cleaned = await _cleaned(upload, Rank.COSTLY, means)
    for number, picture in enumerate(cleaned.pictures):
        await means.files.put(picture_key(upload.id, number), picture)
    return len(cleaned.pictures)


async def _cleaned(upload: Upload, rank: Rank, means: Means) -> clean.Cleaned:
    async with means.hands.turn(rank):
        raw = await raw_bytes(upload, means.files, means.fetchers)
        async with means.children.turn(rank):
            return await clean.clean(raw, cpu_s=CPU_S[rank])


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
