"""The job that settles an upload: whatever happens on the way, and wherever it is cut off, each upload ends well and once."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Mapping
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import Connection, delete

from bot import jobs
from bot.documents import job as settling
from bot.documents import uploads
from bot.documents.errors import Missing, Reason, Refused
from bot.documents.files import Files, picture_key, raw_key
from bot.documents.job import Fetcher, settle_upload
from bot.documents.tables import uploads as table
from bot.documents.turns import Rank
from bot.documents.uploads import State, Upload
from bot.message import Chat, Incoming, UploadId, UploadSettled
from bot.store import Keyring, Store

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
CHAT = Chat("web", "chat-1")


class PowerCut(Exception):  # noqa: N818 - stands for the end of the process
    pass


def heavy() -> bytes:
    """A PDF of some kilobytes that takes many seconds to draw."""
    lines = zlib.compress(b"q 1 0 0 RG " + b"0 0 m 200 200 l S " * 400_000, 9)
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents 4 0 R>>"
    parts = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count 1/Kids[3 0 R]>>", page]
    objects = [b"%d 0 obj" % number + part + b"endobj\n" for number, part in enumerate(parts, 1)]
    stream = b"4 0 obj<</Length %d/Filter/FlateDecode>>stream\n" % len(lines) + lines + b"\nendstream endobj\n"
    return b"%PDF-1.7\n" + b"".join(objects) + stream + b"trailer<</Root 1 0 R>>\n%%EOF"


class House:
    """A store, a folder of files, and what the conversation was told."""

    def __init__(self, store: Store, folder: Path, keyring: Keyring) -> None:
        self.store = store
        self.folder = folder
        self.files = Files(f"file://{folder}", keyring)
        self.told: list[Incoming] = []

    def deliver(self, conn: Connection, incoming: Incoming) -> None:
        assert not conn.closed
        self.told.append(incoming)

    async def receive(self, raw: bytes, chat: Chat = CHAT) -> UploadId:
        upload_id = uploads.new_id()
        await self.files.put(raw_key(upload_id), raw)
        return await self.store.write(uploads.add, chat, id=upload_id, source={"raw": True}, name="a.jpg", now=NOW)

    async def carry_out(self, upload_id: UploadId, fetchers: Mapping[str, Fetcher] | None = None, attempts: int = 1) -> None:
        handle = settle_upload(self.store, self.files, fetchers or {}, self.deliver, lambda: NOW)
        await handle(jobs.Job(id=1, kind="upload", payload={"upload": upload_id}, attempts=attempts))

    async def look(self, upload_id: UploadId) -> Upload:
        upload = await self.store.read(uploads.find, upload_id)
        assert upload is not None
        return upload

    def kept(self) -> list[str]:
        return sorted(str(path.relative_to(self.folder)) for path in self.folder.rglob("*") if path.is_file())


@pytest.fixture
def house(sqlite_store: Store, tmp_path: Path, keyring: Keyring) -> House:
    return House(sqlite_store, tmp_path / "files", keyring)


def photo() -> bytes:
    out = BytesIO()
    Image.new("RGB", (64, 48), "red").save(out, "JPEG")
    return out.getvalue()


async def test_a_good_photo_ends_as_one_clean_picture_and_the_raw_bytes_go(house: House) -> None:
    upload_id = await house.receive(photo())

    await house.carry_out(upload_id)

    upload = await house.look(upload_id)
    assert (upload.state, upload.pictures, upload.settled_at) == (State.READY, 1, NOW)
    assert Image.open(BytesIO(await house.files.get(picture_key(upload_id, 0)))).size == (64, 48)
    assert house.kept() == [picture_key(upload_id, 0)]
    assert house.told == [Incoming(CHAT, f"upload:{upload_id}", UploadSettled(upload_id))]


async def test_a_bad_file_is_refused_told_and_not_kept(house: House) -> None:
    upload_id = await house.receive(b"just words")

    await house.carry_out(upload_id)

    upload = await house.look(upload_id)
    assert (upload.state, upload.reason) == (State.REFUSED, Reason.NOT_A_PICTURE)
    assert house.kept() == []
    assert len(house.told) == 1


async def test_a_file_of_a_platform_is_fetched_from_there(house: House) -> None:
    upload_id = await house.store.write(uploads.add, Chat("telegram", "5"), source={"telegram": "file-77"}, name="", now=NOW)
    asked: list[Any] = []

    async def fetch(file: Any) -> bytes:
        asked.append(file)
        return photo()

    await house.carry_out(upload_id, {"telegram": fetch})

    assert asked == ["file-77"]
    assert (await house.look(upload_id)).state is State.READY


async def test_a_file_the_platform_no_longer_has_is_gone(house: House) -> None:
    upload_id = await house.store.write(uploads.add, CHAT, source={"telegram": "file-77"}, name="", now=NOW)

    async def fetch(_file: Any) -> bytes:
        raise Refused("gone")

    await house.carry_out(upload_id, {"telegram": fetch})

    assert (await house.look(upload_id)).reason is Reason.GONE


async def test_a_platform_that_asks_for_patience_gets_it(house: House) -> None:
    upload_id = await house.store.write(uploads.add, CHAT, source={"telegram": "file-77"}, name="", now=NOW)

    async def fetch(_file: Any) -> bytes:
        raise jobs.Later(3)

    with pytest.raises(jobs.Later):
        await house.carry_out(upload_id, {"telegram": fetch})

    assert (await house.look(upload_id)).state is State.WAITING
    assert house.told == []


@pytest.mark.parametrize("after", ["put", "told", "delete"])
async def test_cut_off_anywhere_and_begun_again_it_ends_the_same(house: House, after: str) -> None:
    upload_id = await house.receive(photo())
    cut = CutOff(house, after)

    with pytest.raises(PowerCut):
        await settle_upload(house.store, cut, {}, cut.deliver, lambda: NOW)(jobs.Job(1, "upload", {"upload": upload_id}, 1))
    house.told = house.told if (await house.look(upload_id)).state is State.READY else []  # what was rolled back was not told
    await house.carry_out(upload_id)

    assert (await house.look(upload_id)).state is State.READY
    assert house.kept() == [picture_key(upload_id, 0)]
    assert len(house.told) == 1


class CutOff(Files):
    """The same files, in a process that dies at one point."""

    def __init__(self, house: House, after: str) -> None:
        super().__init__(f"file://{house.folder}", house.store.keyring)
        self.house = house
        self.after = after

    async def put(self, key: str, clear: bytes) -> None:
        await super().put(key, clear)
        self.die("put")

    def deliver(self, conn: Connection, incoming: Incoming) -> None:
        self.house.deliver(conn, incoming)
        self.die("told")

    async def delete(self, key: str) -> None:
        await super().delete(key)
        self.die("delete")

    def die(self, at: str) -> None:
        if at == self.after:
            raise PowerCut


async def test_an_upload_erased_while_it_was_read_leaves_nothing(house: House) -> None:
    upload_id = await house.store.write(uploads.add, CHAT, source={"telegram": "file-77"}, name="", now=NOW)

    async def fetch(_file: Any) -> bytes:
        await house.store.write(lambda conn: conn.execute(delete(table).where(table.c.id == upload_id)) and None)
        return photo()

    await house.carry_out(upload_id, {"telegram": fetch})

    assert house.kept() == []
    assert house.told == []


async def test_an_upload_erased_before_it_was_read_leaves_nothing(house: House) -> None:
    upload_id = await house.receive(photo())
    await house.store.write(lambda conn: conn.execute(delete(table)) and None)

    await house.carry_out(upload_id)

    with pytest.raises(Missing):
        await house.files.get(raw_key(upload_id))
    assert house.told == []


async def test_one_that_cannot_be_fetched_at_the_last_try_either_is_refused_and_told(house: House) -> None:
    async def broken(_: Any) -> bytes:
        raise ConnectionError

    upload_id = await house.store.write(uploads.add, CHAT, source={"telegram": "file"}, name="a.jpg", now=NOW)

    with pytest.raises(ConnectionError):
        await house.carry_out(upload_id, {"telegram": broken}, attempts=jobs.TRIES - 1)
    await house.carry_out(upload_id, {"telegram": broken}, attempts=jobs.TRIES)

    assert ((await house.look(upload_id)).state, (await house.look(upload_id)).reason) == (State.REFUSED, Reason.GONE)
    assert house.told == [Incoming(CHAT, f"upload:{upload_id}", UploadSettled(upload_id))]


def begun(handle: jobs.Handler, ids: list[UploadId]) -> list[asyncio.Future[None]]:
    """A job at work for each upload, in this order."""
    orders = [jobs.Job(id=number, kind="upload", payload={"upload": id_}, attempts=1) for number, id_ in enumerate(ids, 1)]
    return [asyncio.ensure_future(handle(order)) for order in orders]


async def test_a_flood_of_files_nobody_waits_for_holds_up_no_file_that_is_awaited(house: House) -> None:
    flood = [await house.receive(heavy(), Chat("web", f"flood-{number}")) for number in range(20)]
    awaited = await house.receive(photo())
    handle = settle_upload(house.store, house.files, {}, house.deliver, lambda: NOW, lambda _, chat: chat == CHAT)

    others = begun(handle, flood)
    await asyncio.gather(*begun(handle, [awaited]))

    assert (await house.look(awaited)).state is State.READY
    assert [(await house.look(each)).state for each in flood].count(State.WAITING) >= len(flood) - 1
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


async def test_what_takes_too_long_is_begun_again_behind_all_others(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settling, "CPU_S", dict.fromkeys(Rank, 1))
    costly = await house.receive(heavy(), Chat("web", "flood"))
    photos = [await house.receive(photo(), Chat("web", f"honest-{number}")) for number in range(4)]
    handle = settle_upload(house.store, house.files, {}, house.deliver, lambda: NOW, lambda *_: False)

    await asyncio.gather(*begun(handle, [costly, *photos]))

    told = [incoming.what for incoming in house.told]
    assert (len(told), told[-1]) == (len(photos) + 1, UploadSettled(costly))
    assert (await house.look(costly)).reason is Reason.TIMEOUT


async def test_a_chat_whose_files_took_all_the_time_there_is_waits_behind_all_others(house: House) -> None:
    for _ in range(settling.STRIKES):
        await house.store.write(uploads.settle, await house.receive(b""), Reason.TIMEOUT, now=NOW)
    means = settling.Means(house.store, house.files, {}, lambda *_: True, lambda: NOW)
    third, other = await house.receive(photo()), await house.receive(photo(), Chat("web", "honest"))

    ranks = [(await house.store.read(settling.looked_at, each, means))[1] for each in (third, other)]

    assert ranks == [Rank.COSTLY, Rank.AWAITED]


async def test_more_files_than_are_put_in_order_go_back_to_the_queue_but_none_that_is_awaited(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settling, "OTHERS_AT_MOST", 0)
    awaited, other = await house.receive(photo()), await house.receive(photo(), Chat("web", "other"))
    handle = settle_upload(house.store, house.files, {}, house.deliver, lambda: NOW, lambda _, chat: chat == CHAT)

    outcomes = await asyncio.gather(*begun(handle, [awaited, other]), return_exceptions=True)

    assert outcomes[0] is None
    assert isinstance(outcomes[1], jobs.Later)
    assert not outcomes[1].counts
