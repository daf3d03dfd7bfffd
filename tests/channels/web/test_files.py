"""Photos and documents: taken once, sealed, shown back safe and to their sender alone."""

from __future__ import annotations

import asyncio
import secrets
import uuid
from collections.abc import AsyncIterator
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from PIL import Image
from sqlalchemy import Connection, func, select

from bot.channels.web.limits import FILE_BYTES
from bot.channels.web.room import FILES_AT_ONCE
from bot.documents.tables import uploads
from bot.message import Incoming
from bot.store import Keyring, Store
from tests.channels.web.page import Page, says
from tests.channels.web.running import Running, echo, running_chat


def photo(size: tuple[int, int] = (64, 48)) -> bytes:
    out = BytesIO()
    Image.effect_noise(size, 60).convert("RGB").save(out, "JPEG", exif=Image.Exif())
    return out.getvalue()


async def sent(page: Page, raw: bytes, **headers: str) -> dict[str, Any]:
    """Send a file and wait for what the bot says when it is settled; the bubble's upload."""
    assert (await page.put(raw, **headers)).status == 202
    await page.until(says("UploadSettled"))
    return next(event["upload"] for event in await page.history() if "upload" in event)


async def test_a_photo_is_shown_back_to_its_sender(page: Page) -> None:
    upload = await sent(page, photo(), **{"X-Name": quote("发票.jpg")})

    picture = await page.get(f"/chat/pictures/{upload['id']}/0")

    assert (upload["name"], upload["state"], upload["pictures"]) == ("发票.jpg", "ready", 1)
    assert picture.headers["Content-Type"] == "image/jpeg"
    assert picture.headers["Cache-Control"] == "no-store"
    assert Image.open(BytesIO(picture.body)).size == (64, 48)


async def test_the_page_can_ask_how_far_its_upload_is(page: Page) -> None:
    upload = await sent(page, photo())

    state = (await page.get(f"/chat/pictures/{upload['id']}")).json()

    assert state == {"id": upload["id"], "state": "ready", "pictures": 1}


async def test_another_chats_picture_is_not_found(page: Page, stranger: Page) -> None:
    upload = await sent(page, photo())

    assert (await stranger.get(f"/chat/pictures/{upload['id']}/0")).status == 404
    assert (await stranger.get(f"/chat/pictures/{upload['id']}")).status == 404


async def test_guessed_pictures_are_not_found(page: Page) -> None:
    upload = await sent(page, photo())
    paths = [f"/chat/pictures/{upload['id']}/1", "/chat/pictures/..%2f..%2fkeys/0", f"/chat/pictures/{upload['id']}/-1"]
    paths += [f"/chat/pictures/{secrets.token_urlsafe(16)}/0" for _ in range(30)]

    assert {(await page.get(path)).status for path in paths} == {404}


async def test_a_file_sent_again_counts_once(page: Page, running: Running) -> None:
    client, raw = str(uuid.uuid4()), photo()

    answers = await asyncio.gather(*(page.put(raw, client) for _ in range(FILES_AT_ONCE)))

    await page.until(says("UploadSettled"))
    assert {answer.status for answer in answers} == {202}
    assert await running.store.read(lambda conn: conn.execute(select(func.count()).select_from(uploads)).scalar_one()) == 1
    assert len([event for event in await page.history() if "upload" in event]) == 1


async def test_several_files_each_have_their_bubble(page: Page) -> None:
    for name in ("a.jpg", "b.jpg", "c.jpg"):
        await page.put(photo(), **{"X-Name": name})

    assert [event["upload"]["name"] for event in await page.history() if "upload" in event] == ["a.jpg", "b.jpg", "c.jpg"]


async def test_a_file_of_exactly_20_mb_is_taken_and_a_byte_more_is_not(page: Page) -> None:
    fits, over = await page.put(BytesIO(bytes(FILE_BYTES))), await page.put(BytesIO(bytes(FILE_BYTES + 1)))

    assert (fits.status, over.status) == (202, 413)
    assert "20 MB" in over.json()["sentence"]


async def test_a_file_that_hides_its_length_is_cut_off_while_it_is_read(page: Page, running: Running) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(25):
            yield bytes(1024 * 1024)

    answer = await page.put(endless())

    assert answer.status == 413
    assert not [event for event in await page.history() if "upload" in event]


async def test_an_empty_file_is_refused_with_a_sentence(page: Page) -> None:
    answer = await page.put(b"")

    assert answer.status == 400
    assert answer.json()["sentence"]


@pytest.mark.parametrize("raw", [b"hello", b"\xff\xd8\xff\xe0" + b"x" * 100, b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>"])
async def test_what_is_no_picture_is_settled_and_never_served(page: Page, raw: bytes) -> None:
    upload = await sent(page, raw)

    assert upload["state"] == "refused"
    assert (await page.get(f"/chat/pictures/{upload['id']}/0")).status == 404


async def test_a_hostile_name_comes_back_as_text(page: Page) -> None:
    name = "<img src=x onerror=alert(1)>\r\nSet-Cookie: a=b" + "长" * 300

    await page.put(photo(), **{"X-Name": quote(name)})

    shown = next(event["upload"]["name"] for event in await page.history() if "upload" in event)
    assert shown == name[:120]


async def test_the_bytes_lie_sealed(page: Page, running: Running, tmp_path: Path) -> None:
    raw = photo((300, 300))

    await sent(page, raw)

    kept = [path.read_bytes() for path in (tmp_path / "files").rglob("*") if path.is_file()]
    assert kept
    assert not any(raw[200:260] in data or b"JFIF" in data for data in kept)


async def test_a_fourth_file_at_a_time_is_asked_to_wait_and_a_later_one_is_taken(page: Page) -> None:
    begun, rest = [asyncio.Event() for _ in range(FILES_AT_ONCE)], asyncio.Event()

    async def slow(news: asyncio.Event) -> AsyncIterator[bytes]:
        news.set()
        yield photo()
        await rest.wait()

    sending = [asyncio.create_task(page.put(slow(news))) for news in begun]
    await asyncio.gather(*(news.wait() for news in begun))
    await asyncio.sleep(0.2)  # the server has begun to read them
    fourth = await page.put(photo())
    rest.set()

    assert {(await each).status for each in sending} == {202}
    assert (fourth.status, fourth.json()["sentence"]) == (429, "同时传的文件太多了，等前面的传完再试一次。")
    assert (await page.put(photo())).status == 202


async def test_a_file_whose_row_could_not_be_stored_leaves_no_bytes(sqlite_store: Store, keyring: Keyring, tmp_path: Path) -> None:
    def faulty(conn: Connection, incoming: Incoming, *, now: datetime) -> bool:
        if type(incoming.what).__name__ == "FileSent":
            raise ZeroDivisionError
        return echo(conn, incoming, now=now)

    async with running_chat(sqlite_store, keyring, tmp_path / "files", faulty) as running, Page(running.server) as page:
        await page.until(says("start"))

        assert (await page.put(photo())).status == 500
        assert [path for path in (tmp_path / "files").rglob("*") if path.is_file()] == []
