"""A member's whole way on each channel, through what breaks, with all logs switched on: nothing they typed can be read anywhere."""

from __future__ import annotations

import asyncio
import base64
import json
import random
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from contextlib import AbstractContextManager, asynccontextmanager, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from aiohttp import ClientSession

from bot import jobs
from tests.channels.telegram.test_journey import a_photo
from tests.conversation.scene import decided
from tests.fakes.phone import Phone
from tests.fakes.telegram import Status
from tests.fakes.wechat import Code
from tests.fakes.wechat_phone import Follower
from tests.process.members import PATIENCE_S, TelegramMember, WebChat
from tests.process.running import ROOT, Bot
from tests.process.siege import Platforms, besieged
from tests.process.typed import ADDRESS, CARD, CERTNO, ESTIMATE, FILE_NAME, NAME, NOTE, PHONE, REASON, SUM, TYPED, found_in, kept_by

TO_THE_CARD = [
    *(
        "[住院了]",
        "45",
        "[在职]",
        SUM,
        "[没领过]",
        "[现在申请]",
        "[同意]",
        NAME,
        CERTNO,
        "总装",
        "[一汽总装工会]",
        PHONE,
        "[昨天]",
        "[生病]",
    ),
    *("（照片）", "（照片）", "（照片）", "[齐了，下一步]"),
]
TO_THE_STAFF = ["[提交]", "人工", ADDRESS]
FAULTY = ROOT / "tests" / "process" / "faulty"

Says = Callable[[str], Coroutine[Any, Any, None]]
"""Text, a [button] or a （照片）; returns once the bot has answered."""


@dataclass
class Journey:
    """A member with a chat, and what a test needs of it."""

    bot: Bot
    says: Says
    hears: Callable[[str], Awaitable[None]]  # waits until the bot has said this
    trouble: Callable[[Bot], AbstractContextManager[None]]  # with the database, while the card's number is typed
    notices_it: Callable[[Bot], bool]
    has_to_repeat: bool = False
    """The bot told the member that this answer could not be taken."""

    async def whole(self) -> None:
        """From the menu to the claim, a word with staff, their answer, and the claim come back."""
        for line in TO_THE_CARD:
            await self.says(line)
        await self.in_trouble(CARD)
        for line in TO_THE_STAFF:
            await self.says(line)
        await self.staff(f"回复 {NOTE}")
        await self.hears(NOTE)
        await self.staff("接手")
        await self.staff(f"退回 receipt {REASON}")
        await self.hears(REASON)

    async def in_trouble(self, line: str) -> None:
        """One more answer, which the database takes only once its trouble has been noticed."""
        with self.trouble(self.bot):
            saying = asyncio.create_task(self.says(line))
            async with asyncio.timeout(PATIENCE_S):
                while not self.notices_it(self.bot):  # noqa: ASYNC110 - only the log and the folder know
                    await asyncio.sleep(0.05)
            assert in_clear(self.bot) == {}
        await saying
        if self.has_to_repeat:
            await self.says(line)

    async def staff(self, line: str) -> None:
        """What somebody does in the console."""
        async with self.bot.store() as store:
            await store.write(decided, line, datetime.now(UTC))


@contextmanager
def refusing(bot: Bot) -> Iterator[None]:
    """The database takes no answer."""
    trouble = "CREATE TRIGGER trouble BEFORE UPDATE ON conversations BEGIN SELECT RAISE(ABORT, 'trouble'); END"
    with closing(sqlite3.connect(bot.data / "niangjia.db", isolation_level=None, timeout=20)) as other:
        other.execute(trouble)
        yield
        other.execute("DROP TRIGGER trouble")


@contextmanager
def locked(bot: Bot) -> Iterator[None]:
    """The database is somebody else's."""
    with closing(sqlite3.connect(bot.data / "niangjia.db", isolation_level=None, timeout=20)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


@asynccontextmanager
async def on_the_web(bot: Bot, _: Platforms) -> AsyncIterator[Journey]:
    async with WebChat(bot.address, random.Random(1)) as chat:  # noqa: S311 - names of updates
        chat.away = {500}
        await chat.hears(1)

        async def says(line: str) -> None:
            if line != "（照片）":
                await chat.answers(line)
                return
            before = len(chat.heard)
            await chat.sends_photo(a_photo(), quote(FILE_NAME))
            await chat.hears(before + 1)

        async def hears(words: str) -> None:
            while words not in "\n".join(chat.heard):
                await chat.hears(len(chat.heard) + 1)

        yield Journey(bot, says, hears, refusing, lambda bot: bot.complaints.count("chat_error") > 1)


@asynccontextmanager
async def on_telegram(bot: Bot, platforms: Platforms) -> AsyncIterator[Journey]:
    """Telegram quotes a message that it refuses, with a question of the conversation and, at the end, with news."""
    member = TelegramMember(Phone(platforms.telegram), a_photo())
    await member.answers("/start")

    async def says(line: str) -> None:
        if line == NAME:
            platforms.telegram.fail("sendMessage", Status(500))
        await member.answers(line)

    async def hears(words: str) -> None:
        await platforms.telegram.until(lambda: words in "\n".join(member.phone.heard))
        if words == REASON:
            platforms.telegram.fail("sendMessage", Status(400, "Bad Request: can't show"))
            member.phone.types(ADDRESS)
            async with asyncio.timeout(PATIENCE_S), bot.store() as store:
                while not await store.read(jobs.dead):  # noqa: ASYNC110 - only the database knows
                    await asyncio.sleep(0.05)

    yield Journey(bot, says, hears, refusing, lambda bot: "telegram_update_failed" in bot.complaints, has_to_repeat=True)


@asynccontextmanager
async def on_wechat(bot: Bot, platforms: Platforms) -> AsyncIterator[Journey]:
    """WeChat quotes what it refuses; while the card's number is typed, what it pushes is kept outside of the database."""
    wechat, follower = platforms.wechat, Follower(platforms.wechat)

    async def says(line: str) -> None:
        follower.read = len(follower.heard)
        if line == "（照片）":
            await follower.sends_photo(a_photo())
        else:
            await (follower.picks(line[1:-1]) if line.startswith("[") else follower.types(line))
        await follower.hears(seconds=PATIENCE_S)

    async def hears(words: str) -> None:
        await wechat.until(lambda: words in "\n".join(follower.heard))

    await wechat.until(lambda: wechat.menu)
    await says("/start")
    wechat.fail("message/custom/send", Code(-1), Status(502))
    yield Journey(bot, says, hears, locked, lambda bot: any((bot.data / "wechat").glob("*.push")))


def in_clear(bot: Bot, **more: bytes) -> dict[str, list[str]]:
    """What was typed and can be read, by place; places that hold nothing of it are left out."""
    return {place: found for place, content in {**kept_by(bot), **more}.items() if (found := found_in(content))}


@pytest.mark.parametrize(
    ("way", "faults"),
    [
        (on_the_web, {"chat_error"}),
        (on_telegram, {"telegram_update_failed", "telegram_send_failed"}),
        (on_wechat, {"wechat_send_failed"}),
    ],
)
async def test_nothing_a_member_typed_can_be_read_anywhere(tmp_path: Path, way: Callable[[Bot, Platforms], Any], faults: set[str]) -> None:
    async with besieged(tmp_path, LOG_LEVEL="debug", METRICS_TOKEN="prometheus", PYTHONPATH=f"{FAULTY}:{ROOT}") as (bot, platforms):
        async with way(bot, platforms) as journey:
            await journey.whole()
            bearer = {"Authorization": "Bearer prometheus"}
            async with ClientSession() as http, http.get(f"{bot.address}/metrics", headers=bearer) as answer:
                figures = await answer.read()
        running = in_clear(bot, metrics=figures)
        bot.kill()
        killed = in_clear(bot)
        await bot.start()
        assert await bot.stop() == 0

        to_staff = json.dumps([call.body for call in platforms.wecom.calls], ensure_ascii=False).encode()

    assert (running, killed, in_clear(bot)) == ({}, {}, {})
    assert {fault for fault in faults if fault not in bot.complaints} == set()
    assert "ValueError at " in bot.complaints  # the other thread
    assert b"niangjia_jobs" in figures
    assert b"C-" in to_staff
    assert set(found_in(to_staff)) <= {ESTIMATE}  # the group sees which claim, of which union, how much: not whose


@pytest.mark.parametrize("words", TYPED)
def test_what_is_looked_for_is_found_however_it_is_written(words: str) -> None:
    bare = words.replace(" ", "")
    written = [words.encode(), json.dumps({"said": bare}).encode(), quote(bare).encode(), f"key={bare}".encode("gb18030")]
    written += [base64.b64encode(f"{'x' * lead}{bare}, and more".encode()) for lead in range(3)]

    assert [words in found_in(each) for each in written] == [True] * len(written)
