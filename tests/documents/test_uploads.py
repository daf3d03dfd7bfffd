"""The life of an upload's row, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from bot.documents import uploads
from bot.documents.errors import Reason
from bot.documents.uploads import State
from bot.jobs.tables import jobs
from bot.message import Chat, UploadId
from bot.store import Store

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
LATER = NOW + timedelta(seconds=3)
CHAT = Chat("web", "chat-1")


async def added(store: Store, name: str = "收据.jpg") -> UploadId:
    return await store.write(uploads.add, CHAT, source={"raw": True}, name=name, now=NOW)


async def test_a_new_upload_waits_and_has_one_job(store: Store) -> None:
    upload_id = await added(store)

    upload = await store.read(uploads.find, upload_id)
    assert upload is not None
    assert (upload.chat, upload.name, upload.source, upload.state) == (CHAT, "收据.jpg", {"raw": True}, State.WAITING)
    assert (upload.created_at, upload.settled_at, upload.pictures) == (NOW, None, 0)
    assert await store.read(lambda conn: conn.scalar(select(func.count()).select_from(jobs).where(jobs.c.kind == "upload"))) == 1


async def test_an_upload_is_found_by_its_own_chat_only(store: Store) -> None:
    upload_id = await added(store)

    assert await store.read(uploads.find, upload_id, chat=CHAT) is not None
    assert await store.read(uploads.find, upload_id, chat=Chat("web", "chat-2")) is None
    assert await store.read(uploads.find, upload_id, chat=Chat("telegram", "chat-1")) is None
    assert await store.read(uploads.find, "no-such-id") is None


async def test_an_upload_is_settled_once(store: Store) -> None:
    upload_id = await added(store)

    first = await store.write(uploads.settle, upload_id, 2, now=LATER)
    second = await store.write(uploads.settle, upload_id, Reason.BROKEN, now=LATER)

    upload = await store.read(uploads.find, upload_id)
    assert (first, second) == (True, False)
    assert upload is not None
    assert (upload.state, upload.pictures, upload.reason, upload.settled_at) == (State.READY, 2, None, LATER)


async def test_a_refusal_keeps_its_reason(store: Store) -> None:
    upload_id = await added(store)

    await store.write(uploads.settle, upload_id, Reason.TOO_BIG)

    upload = await store.read(uploads.find, upload_id)
    assert upload is not None
    assert (upload.state, upload.reason, upload.settled_at) == (State.REFUSED, Reason.TOO_BIG, NOW)


async def test_a_claim_has_its_own_documents_and_no_other_claim_takes_them(store: Store) -> None:
    receipt, note, other = await added(store), await added(store), await added(store)

    await store.write(uploads.attach, [receipt, note], 7, ["receipt", "discharge_note"])
    await store.write(uploads.attach, [receipt, note], 7, ["receipt", "discharge_note"])
    with pytest.raises(uploads.AttachedError):
        await store.write(uploads.attach, [other, receipt], 8, ["receipt", "receipt"])

    seven, eight = await store.read(uploads.of_claim, 7), await store.read(uploads.of_claim, 8)
    assert {(upload.id, upload.kind) for upload in seven} == {(receipt, "receipt"), (note, "discharge_note")}
    assert eight == []
