"""The whole hospital claim over Telegram, by the real process against a stand-in that breaks all the while."""

from __future__ import annotations

import asyncio
import random
import re
from contextlib import suppress
from io import BytesIO
from pathlib import Path

import pytest
from aiohttp import ClientError
from PIL import Image

from bot import jobs
from bot.documents import uploads
from bot.documents.files import Files, picture_key
from tests.fakes.phone import Phone
from tests.fakes.telegram import PATIENCE_S, TOKEN, CutAfter, CutBefore, Json, Silence, Status, TelegramServer, TooMany
from tests.process.members import TelegramMember, undisturbed
from tests.process.running import Bot, running

SECRET = "a-secret-of-the-webhook"
TO_THE_AMOUNT = ["/start", "[住院了]", "45", "[在职]", "152000", "[没领过]"]
WHO = ["[现在申请]", "[同意]", "王芳", "110101198001010010", "总装", "[一汽总装工会]", "138 0013 8000", "[昨天]", "[生病]"]
PAPERS = ["（照片）", "（照片）", "（照片）", "[齐了，下一步]"]
TO_THE_NUMBER = ["6222021234567890128", "[提交]"]
SIDEWAYS = 6  # the camera was turned: what is left in the file belongs at the top
ORIENTATION = 0x0112


@pytest.fixture
def photo() -> bytes:
    """As a phone takes it when held upright: the pixels lie on their side and a mark says so. Red belongs at the top."""
    picture = Image.effect_noise((640, 480), 30).convert("RGB")
    picture.paste((220, 30, 30), (0, 0, 160, 480))
    marks = Image.Exif()
    marks[ORIENTATION] = SIDEWAYS
    marks[0x010F] = "Maker of the phone"
    file = BytesIO()
    picture.save(file, "JPEG", quality=90, exif=marks)
    return file.getvalue()


async def test_from_start_to_claim_number_through_all_that_breaks(tmp_path: Path, sqlite_url: str, photo: bytes) -> None:
    async with TelegramServer() as telegram, running(tmp_path, TELEGRAM_TOKEN=TOKEN, TELEGRAM_API_URL=telegram.url) as bot:
        member = TelegramMember(Phone(telegram), photo)
        telegram.fail("getUpdates", Status(502), CutBefore(), TooMany(1))
        telegram.fail("sendMessage", Status(500), TooMany(1), CutBefore())
        await answers(member, TO_THE_AMOUNT)
        telegram.fail("sendMessage", CutAfter())
        await answers(member, WHO)
        bring_again(telegram, member.updates)
        await killed_while_it_fetches(bot, telegram, member, PAPERS[0])
        telegram.fail("getFile", Status(500))
        telegram.fail("file", CutBefore())
        telegram.fail("editMessageReplyMarkup", Status(500), CutBefore())
        await answers(member, PAPERS[1:])
        await said_while_it_is_dead(bot, member, TO_THE_NUMBER[0])
        await answers(member, TO_THE_NUMBER[1:])
        assert await bot.stop() == 0

        assert re.search(r"C-\d{4}-0001", member.heard[-1])
        assert "12,160.00" in member.heard[-1]
        assert member.heard == await undisturbed(sqlite_url, "telegram", member.said)
        assert 1 <= member.doubled <= 3  # one answer was cut off; each of two kills may have cut off another
        await papers_are_whole(bot)


async def test_over_a_webhook_each_update_may_come_five_times_and_old_ones_late(tmp_path: Path, sqlite_url: str) -> None:
    hook = {"TELEGRAM_WEBHOOK_URL": "{address}/telegram", "TELEGRAM_SECRET": SECRET}
    async with TelegramServer() as telegram, running(tmp_path, TELEGRAM_TOKEN=TOKEN, TELEGRAM_API_URL=telegram.url, **hook) as bot:
        await telegram.until(lambda: telegram.webhook)
        member, dice = TelegramMember(Phone(telegram)), random.Random(5)  # noqa: S311 - any order will do
        for number, line in enumerate(TO_THE_AMOUNT):
            before = len(member.phone.heard)
            update = member.says(line)
            assert await telegram.deliver(update, secret="x" + SECRET[1:]) == 403
            if number == 3:
                bot.kill()
                again = asyncio.create_task(bot.start())
            await asyncio.gather(*(brought(telegram, update) for _ in range(5)))
            await asyncio.gather(*(brought(telegram, old) for old in dice.sample(member.updates, len(member.updates))))
            await member.is_answered(before)
        await again
        assert await bot.stop() == 0

        assert "12,160.00" in member.heard[-1]
        assert member.heard == await undisturbed(sqlite_url, "telegram", member.said)
        assert member.doubled <= 1


async def answers(member: TelegramMember, lines: list[str]) -> None:
    """One line after the other."""
    for line in lines:
        await member.answers(line)


def bring_again(telegram: TelegramServer, updates: list[Json]) -> None:
    """Give updates to the poller once more that it has confirmed long ago."""
    telegram.pending.extendleft(reversed(updates))
    telegram.changed.set()


async def killed_while_it_fetches(bot: Bot, telegram: TelegramServer, member: TelegramMember, picture: str) -> None:
    """The picture's update is taken, the picture is not."""
    before, fetched = len(member.phone.heard), len(telegram.called("getFile"))
    telegram.fail("getFile", Silence(1))
    member.says(picture)
    await telegram.until(lambda: len(telegram.called("getFile")) > fetched)
    bot.kill()
    await bot.start()
    await member.is_answered(before)


async def said_while_it_is_dead(bot: Bot, member: TelegramMember, line: str) -> None:
    """Nobody is there to take it until the process is back."""
    bot.kill()
    before = len(member.phone.heard)
    member.says(line)
    await bot.start()
    await member.is_answered(before)


async def brought(telegram: TelegramServer, update: Json) -> None:
    """Deliver an update as Telegram does: until it is taken."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            with suppress(ClientError):
                if await telegram.deliver(update) == 200:
                    return
            await asyncio.sleep(0.1)


async def papers_are_whole(bot: Bot) -> None:
    """The three pictures of the claim lie upright in the files, without a word about the phone."""
    async with bot.store() as store:
        papers = await store.read(uploads.of_claim, 1)
        assert await store.read(jobs.dead) == []
    files = Files((bot.data / "files").as_uri(), bot.keyring)
    pictures = [Image.open(BytesIO(await files.get(picture_key(paper.id, 0)))) for paper in papers]
    assert [picture.size for picture in pictures] == [(480, 640)] * 3
    assert not any(picture.getexif() for picture in pictures)
    for picture in pictures:
        pixel = picture.getpixel((240, 40))
        assert isinstance(pixel, tuple)
        assert pixel[0] > 150 > pixel[1]
