"""Whole conversations over Telegram: the transcripts that hold for every channel, with real photos, a real database, and what can break."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from functools import partial
from io import BytesIO
from itertools import takewhile
from pathlib import Path

import pytest
from PIL import Image

from bot import wording
from bot.conversation.step import step
from bot.documents.files import Files
from bot.store import Keyring, Store
from calculator import load
from tests.channels.telegram.running import Running, running
from tests.conversation.scene import BOT, MEMBER, ZONE, decided, names, plant_unions, read, transcripts
from tests.fakes.phone import Phone
from tests.fakes.telegram import CutBefore, Json, Silence, Status, TelegramServer, TooMany

Start = Callable[..., AbstractAsyncContextManager[Running]]
Clock = Callable[[], datetime]

TODAY, BEGUN = datetime(2026, 11, 23, 2, 0, tzinfo=UTC), time.monotonic()


def clock_from(begun: datetime) -> Clock:
    """A clock whose seconds go on from the day on which a transcript was written."""
    return lambda: begun + timedelta(seconds=time.monotonic() - BEGUN)


@pytest.fixture
async def start(sqlite_store: Store, telegram: TelegramServer, keyring: Keyring, tmp_path: Path) -> Start:
    """Starts the bot, each time on the same database and files; in Changchun, on the usual day, where nothing else is said."""
    await sqlite_store.write(plant_unions)
    files = Files((tmp_path / "files").as_uri(), keyring)

    def started(place: str = "changchun", begun: datetime = TODAY) -> AbstractAsyncContextManager[Running]:
        take = partial(step, policies=load(place), zone=ZONE)
        return running(sqlite_store, telegram, take, quick=True, files=files, clock=clock_from(begun))

    return started


def a_photo() -> bytes:
    """A photo as a phone takes it."""
    file = BytesIO()
    Image.effect_noise((640, 480), 40).convert("RGB").save(file, "JPEG")
    return file.getvalue()


def does(phone: Phone, line: str) -> Json:
    """One line of a member in a transcript: text, a [button], a （照片） or a /command."""
    if line.startswith("（"):
        return phone.sends_photo(a_photo()[:2000] if "broken" in line else a_photo())
    if line.startswith("["):
        return phone.taps(line[1:-1])
    return phone.types(line)


def shown(message: Json, keyboard: Json | None) -> list[str]:
    """A message as the transcript writes it."""
    rows = keyboard["inline_keyboard"] if keyboard else []
    return [*message["text"].split("\n"), *(" ".join(f"[{button['text']}]" for button in row) for row in rows)]


@pytest.mark.parametrize("path", transcripts(), ids=names)
async def test_every_transcript_holds_over_telegram(path: Path, start: Start, sqlite_store: Store, telegram: TelegramServer) -> None:
    head, script = read(path)
    phone = Phone(telegram, language="en" if head.get("locale") == "en" else "zh-hans")
    begun = datetime.fromisoformat(f"{head['day']}T10:00").replace(tzinfo=ZONE) if "day" in head else TODAY

    async with start(head.get("place", "changchun"), begun) as bot:
        for at, line in enumerate(script):
            if line.who == BOT:
                continue
            if line.who == MEMBER:
                does(phone, line.lines[0])
            else:
                await sqlite_store.write(decided, line.lines[0], clock_from(begun)())
            await phone.hears(len(list(takewhile(lambda line: line.who == BOT, script[at + 1 :]))))
        dead = await bot.settled()

    heard = [shown(message, telegram.first_keyboards.get(message["message_id"])) for message in phone.chat.messages]
    assert heard == [list(line.lines) for line in script if line.who == BOT]
    assert dead == []


TO_THE_AMOUNT = ["/start", "[住院了]", "45", "[在职]", "152000", "[没领过]"]


async def test_a_member_gets_to_the_amount_through_everything_that_breaks_on_the_way(
    start: Start, telegram: TelegramServer, phone: Phone
) -> None:
    telegram.fail("getUpdates", Status(502), CutBefore(), TooMany(1))
    telegram.fail("sendMessage", Status(500), CutBefore(), TooMany(1), Status(502))
    telegram.fail("editMessageReplyMarkup", Status(500), CutBefore())

    async with start() as bot:
        for line in TO_THE_AMOUNT:
            does(phone, line)
            await phone.hears()
        assert await bot.settled() == []

    assert "12,160.00" in phone.heard[-1]
    assert len(phone.heard) == len(TO_THE_AMOUNT)


async def test_a_reply_to_an_earlier_question_answers_that_one(start: Start, telegram: TelegramServer, phone: Phone) -> None:
    async with start():
        for line in TO_THE_AMOUNT:
            does(phone, line)
            await phone.hears()
        (asked,) = [message for message in phone.chat.messages if wording.text("ask.out_of_pocket", "zh_CN") in message["text"]]
        phone.replies(asked, "6000")
        await phone.hears()

    assert "改好了" in phone.heard[-1]
    assert "6,000" in phone.heard[-1]
    assert "90.00" in phone.heard[-1]


async def test_a_reply_to_ones_own_message_puts_it_right(start: Start, telegram: TelegramServer, phone: Phone) -> None:
    async with start():
        said = {}
        for line in TO_THE_AMOUNT:
            said[line] = does(phone, line)
            await phone.hears()
        phone.replies(said["152000"]["message"], "6000")
        await phone.hears()

    assert "6,000" in phone.heard[-1]
    assert "90.00" in phone.heard[-1]


async def test_an_edited_message_changes_the_answer_it_gave(start: Start, telegram: TelegramServer, phone: Phone) -> None:
    async with start():
        said = {}
        for line in TO_THE_AMOUNT:
            said[line] = does(phone, line)
            await phone.hears()
        phone.edits(said["152000"], "6000")
        await phone.hears()

    assert "6,000" in phone.heard[-1]
    assert "90.00" in phone.heard[-1]


async def test_a_reply_to_the_open_question_is_its_answer(start: Start, telegram: TelegramServer, phone: Phone) -> None:
    async with start():
        does(phone, "/start")
        await phone.hears()
        does(phone, "[住院了]")
        await phone.hears()
        phone.replies(phone.chat.messages[-1], "45")
        await phone.hears()

    assert wording.text("ask.in_work", "zh_CN") in phone.heard[-1]


async def test_an_album_is_one_hand_in_and_gets_one_answer(start: Start, telegram: TelegramServer, phone: Phone) -> None:
    async with start() as bot:
        phone.sends_album(a_photo(), a_photo()[:2000], a_photo())
        await phone.hears()
        await bot.settled()

    assert len(phone.heard) == 1
    assert wording.text("upload.refused.broken", "zh_CN") in phone.heard[0]
    assert wording.text("documents.kept", "zh_CN") in phone.heard[0]


async def test_an_album_whose_pictures_come_one_by_one_gets_one_answer_too(start: Start, telegram: TelegramServer, phone: Phone) -> None:
    async with start() as bot:
        for picture in (a_photo(), a_photo(), a_photo()):
            phone.sends_photo(picture, media_group_id="album-2")
            await telegram.until(lambda: not telegram.pending)
        await phone.hears()
        await bot.settled()

    assert len(phone.heard) == 1


async def test_each_update_brought_again_and_late_changes_nothing(start: Start, telegram: TelegramServer, phone: Phone) -> None:
    async with start() as bot:
        before: list[Json] = []
        for line in TO_THE_AMOUNT:
            before.append(does(phone, line))
            await phone.hears()
            for update in reversed(before):
                await bot.channel.take(update)
        await bot.settled()

    assert "12,160.00" in phone.heard[-1]
    assert len(phone.heard) == len(TO_THE_AMOUNT)


async def test_the_bot_may_stop_and_start_between_any_two_messages(start: Start, telegram: TelegramServer, phone: Phone) -> None:
    for line in TO_THE_AMOUNT:
        does(phone, line)
        async with start():
            await phone.hears()

    assert "12,160.00" in phone.heard[-1]
    assert len(phone.heard) == len(TO_THE_AMOUNT)


async def test_a_telegram_that_keeps_silent_about_a_file_holds_up_no_answer(start: Start, telegram: TelegramServer, phone: Phone) -> None:
    silence = Silence(30)
    telegram.fail("getFile", silence)

    async with start():
        phone.sends_photo(a_photo())
        await telegram.until(lambda: telegram.called("getFile"))
        phone.types("/start")
        await phone.hears(seconds=20)

        silence.over.set()
