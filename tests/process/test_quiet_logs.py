"""A whole journey on each channel, with all that is logged switched on: nothing that a member typed stands in the log or the figures."""

from __future__ import annotations

import asyncio
import random
import sqlite3
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession

from tests.fakes.phone import Phone
from tests.fakes.telegram import Status
from tests.fakes.wechat_phone import Follower
from tests.process.followers import Talk
from tests.process.members import PATIENCE_S, TelegramMember, Waits, WebChat
from tests.process.running import Bot
from tests.process.siege import Platforms, besieged

TO_THE_CERTIFICATE = ["[住院了]", "45", "[在职]", "152000", "[没领过]", "[现在申请]", "[同意]", "王小芳", "110101198001010010", "总装"]
TYPED = ["152000", "152,000", "12,160", "1216000", "王小芳", "110101198001010010", "总装"]


async def on_the_web(bot: Bot, _: Platforms) -> None:
    async with WebChat(bot.address, random.Random(1)) as chat:  # noqa: S311 - names of updates
        chat.away = {500}
        await chat.hears(1)
        for line in TO_THE_CERTIFICATE[:-1]:
            await chat.answers(line)
        await in_trouble(bot, chat.answers(TO_THE_CERTIFICATE[-1]), "chat_error")


async def in_trouble(bot: Bot, answering: Coroutine[Any, Any, None], fault: str) -> None:
    """One more answer, which the database takes only once this fault has been logged."""
    last = asyncio.create_task(answering)
    with refusing(bot):
        async with asyncio.timeout(PATIENCE_S):
            while fault not in bot.printed + bot.complaints:
                assert not last.done()
                await asyncio.wait([last], timeout=0.05)
    await last


@contextmanager
def refusing(bot: Bot) -> Iterator[None]:
    """The database takes no answer."""
    with closing(sqlite3.connect(bot.data / "niangjia.db", isolation_level=None, timeout=20)) as other:
        other.execute("CREATE TRIGGER trouble BEFORE UPDATE ON conversations BEGIN SELECT RAISE(ABORT, 'trouble'); END")
        yield
        other.execute("DROP TRIGGER trouble")


async def on_telegram(_: Bot, platforms: Platforms) -> None:
    platforms.telegram.fail("sendMessage", Status(500))
    member = TelegramMember(Phone(platforms.telegram))
    for line in ["/start", *TO_THE_CERTIFICATE]:
        await member.answers(line)


async def on_wechat(bot: Bot, platforms: Platforms) -> None:
    follower, dice = Follower(platforms.wechat), random.Random(1)  # noqa: S311 - pauses
    await Talk(follower, ["/start", *TO_THE_CERTIFICATE[:-1]], dice).held(Waits())
    await in_trouble(bot, Talk(follower, TO_THE_CERTIFICATE[-1:], dice).held(Waits()), "wechat_push_failed")


@pytest.mark.parametrize(
    ("journey", "fault"), [(on_the_web, "chat_error"), (on_telegram, "telegram_send_failed"), (on_wechat, "wechat_push_failed")]
)
async def test_nothing_a_member_typed_stands_in_the_log_or_the_figures(
    tmp_path: Path, journey: Callable[[Bot, Platforms], Awaitable[None]], fault: str
) -> None:
    async with besieged(tmp_path, LOG_LEVEL="debug") as (bot, platforms):
        await journey(bot, platforms)
        async with ClientSession() as http, http.get(f"{bot.address}/metrics") as answer:
            assert answer.status == 200
            figures = await answer.text()
        assert await bot.stop() == 0

    everything = bot.printed + bot.complaints + figures
    assert fault in everything
    assert "niangjia_jobs" in figures
    assert [typed for typed in TYPED if typed in everything] == []
