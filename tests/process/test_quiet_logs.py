"""A whole journey on each channel, with all that is logged switched on: nothing that a member typed stands in the log or the figures."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from aiohttp import ClientSession

from tests.fakes.phone import Phone
from tests.fakes.telegram import Status
from tests.fakes.wechat import Code
from tests.fakes.wechat_phone import Follower
from tests.process.followers import Talk
from tests.process.members import TelegramMember, Waits, WebChat
from tests.process.running import Bot
from tests.process.siege import Platforms, besieged

TO_THE_CERTIFICATE = ["[住院了]", "45", "[在职]", "152000", "[没领过]", "[现在申请]", "[同意]", "王小芳", "110101198001010010", "总装"]
TYPED = ["152000", "152,000", "12,160", "1216000", "王小芳", "110101198001010010", "总装"]


async def on_the_web(bot: Bot, _: Platforms) -> None:
    async with WebChat(bot.address, random.Random(1)) as chat:  # noqa: S311 - names of updates
        await chat.hears(1)
        for line in TO_THE_CERTIFICATE:
            await chat.answers(line)


async def on_telegram(_: Bot, platforms: Platforms) -> None:
    platforms.telegram.fail("sendMessage", Status(500))
    member = TelegramMember(Phone(platforms.telegram))
    for line in ["/start", *TO_THE_CERTIFICATE]:
        await member.answers(line)


async def on_wechat(_: Bot, platforms: Platforms) -> None:
    platforms.wechat.fail("message/custom/send", Code(-1), Status(500))
    await Talk(Follower(platforms.wechat), ["/start", *TO_THE_CERTIFICATE], random.Random(1)).held(Waits())  # noqa: S311 - pauses


@pytest.mark.parametrize("journey", [on_the_web, on_telegram, on_wechat])
async def test_nothing_a_member_typed_stands_in_the_log_or_the_figures(
    tmp_path: Path, journey: Callable[[Bot, Platforms], Awaitable[None]]
) -> None:
    async with besieged(tmp_path, LOG_LEVEL="debug") as (bot, platforms):
        await journey(bot, platforms)
        async with ClientSession() as http, http.get(f"{bot.address}/metrics") as answer:
            figures = await answer.text()
        assert await bot.stop() == 0

    everything = bot.printed + bot.complaints + figures
    assert [typed for typed in TYPED if typed in everything] == []
