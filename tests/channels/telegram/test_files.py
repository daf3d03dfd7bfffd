"""Files people send: stored with their update, fetched by a job."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Connection, select

from bot.documents.errors import Reason, Refused
from bot.documents.tables import uploads
from bot.message import FileSent
from bot.store import Store
from tests.channels.telegram.running import Echo, Running, running
from tests.fakes.phone import Phone
from tests.fakes.telegram import CutBefore, Status, TelegramServer


def sources(conn: Connection) -> list[dict[str, object]]:
    return [row.source["telegram"] for row in conn.execute(select(uploads).order_by(uploads.c.created_at))]


async def test_a_photo_is_an_upload_before_the_conversation_hears_of_it(store: Store, telegram: TelegramServer, phone: Phone) -> None:
    echo = Echo()
    phone.sends_photo(b"the receipt")

    async with running(store, telegram, echo):
        assert await phone.hears() == "took file"

    (incoming,) = echo.taken
    assert isinstance(incoming.what, FileSent)
    assert await store.read(lambda conn: list(conn.scalars(select(uploads.c.id)))) == [incoming.what.upload]
    assert await store.read(sources) == [{"file": "file-2", "bytes": 11, "unique": "file-2"}]


async def test_each_picture_of_an_album_is_an_upload(sqlite_store: Store, telegram: TelegramServer, phone: Phone) -> None:
    phone.sends_album(b"one", b"two", b"three")

    async with running(sqlite_store, telegram, Echo(), quick=True):
        await phone.hears(3)

    assert [source["file"] for source in await sqlite_store.read(sources)] == ["file-2", "file-4", "file-6"]


async def test_a_repeated_photo_is_one_upload(store: Store, telegram: TelegramServer, phone: Phone) -> None:
    update = phone.sends_photo(b"the receipt")

    async with running(store, telegram, Echo(), receives=False) as bot:
        for _ in range(5):
            await bot.channel.take(update)
        await bot.settled()

    assert len(await store.read(sources)) == 1
    assert phone.heard == ["took file"]


async def fetched(bot: Running, size: int = 5, file: str = "file-1") -> bytes:
    return await bot.channel.fetch({"file": file, "bytes": size})


@pytest.mark.parametrize("faulty", ["", "getFile", "file"])
async def test_a_file_is_fetched_by_its_id(sqlite_store: Store, telegram: TelegramServer, faulty: str) -> None:
    telegram.keep_file(b"bytes")
    async with running(sqlite_store, telegram, Echo(), receives=False) as bot:
        if faulty:
            telegram.fail(faulty, Status(500) if faulty == "getFile" else CutBefore())
            with pytest.raises(Exception, match=r"Internal|httpx"):
                await fetched(bot)

        assert await fetched(bot) == b"bytes"


async def test_a_file_over_20_megabytes_is_refused_at_once_with_a_way_out(
    sqlite_store: Store, telegram: TelegramServer, phone: Phone
) -> None:
    echo = Echo()
    update = phone.sends_document(b"a film", "film.mp4", size=20 * 1024 * 1024 + 1)

    async with running(sqlite_store, telegram, echo) as bot:
        assert "20MB" in await phone.hears()
        await bot.channel.take(update)
        await bot.settled()

    (button,) = phone.chat.messages[0]["reply_markup"]["inline_keyboard"][0]
    assert button["url"] == "https://here.example.org/chat"
    assert len(phone.heard) == 1
    assert echo.taken == []
    assert telegram.called("getFile") == []


async def test_new_words_beside_a_picture_do_not_hand_it_in_again(sqlite_store: Store, telegram: TelegramServer, phone: Phone) -> None:
    sent = phone.sends_photo(b"the receipt", caption="reciept")
    phone.edits(sent, "receipt")

    async with running(sqlite_store, telegram, Echo()) as bot:
        await telegram.until(lambda: not telegram.pending)
        await bot.settled()

    assert len(await sqlite_store.read(sources)) == 1
    assert phone.heard == ["took file"]


async def test_another_picture_in_the_same_message_is_handed_in(sqlite_store: Store, telegram: TelegramServer, phone: Phone) -> None:
    sent, other = phone.sends_photo(b"blurred"), phone.sends_photo(b"sharp")
    telegram.pending.remove(other)
    telegram.update(edited_message=sent["message"] | {"photo": other["message"]["photo"], "edit_date": 1})

    async with running(sqlite_store, telegram, Echo(), quick=True) as bot:
        await telegram.until(lambda: not telegram.pending)
        await bot.settled()

    assert len(await sqlite_store.read(sources)) == 2


async def test_a_bot_api_server_of_ones_own_hands_files_over_by_their_path(
    sqlite_store: Store, telegram: TelegramServer, tmp_path: Path
) -> None:
    telegram.local_folder = str(tmp_path)
    (tmp_path / telegram.keep_file(b"bytes")).write_bytes(b"bytes")
    async with running(sqlite_store, telegram, Echo(), receives=False) as bot:
        assert await fetched(bot) == b"bytes"


async def test_and_the_limit_holds_there_too(sqlite_store: Store, telegram: TelegramServer, tmp_path: Path) -> None:
    telegram.local_folder = str(tmp_path)
    telegram.keep_file(bytes(20 * 1024 * 1024 + 1))
    async with running(sqlite_store, telegram, Echo(), receives=False) as bot:
        with pytest.raises(Refused) as refused:
            await fetched(bot, 0)

    assert refused.value.reason == Reason.TOO_BIG


async def test_a_file_over_20_megabytes_is_refused_without_asking_for_it(sqlite_store: Store, telegram: TelegramServer) -> None:
    async with running(sqlite_store, telegram, Echo(), receives=False) as bot:
        with pytest.raises(Refused) as refused:
            await fetched(bot, 20 * 1024 * 1024 + 1)

    assert refused.value.reason == Reason.TOO_BIG
    assert telegram.called("getFile") == []


async def test_a_file_that_telegram_finds_too_big_is_refused(sqlite_store: Store, telegram: TelegramServer) -> None:
    telegram.keep_file(bytes(20 * 1024 * 1024 + 1))
    async with running(sqlite_store, telegram, Echo(), receives=False) as bot:
        with pytest.raises(Refused) as refused:
            await fetched(bot, 0)

    assert refused.value.reason == Reason.TOO_BIG


async def test_a_file_that_telegram_has_no_more_is_gone(sqlite_store: Store, telegram: TelegramServer) -> None:
    async with running(sqlite_store, telegram, Echo(), receives=False) as bot:
        with pytest.raises(Refused) as refused:
            await fetched(bot)

    assert refused.value.reason == Reason.GONE
