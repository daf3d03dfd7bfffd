"""Whole conversations over WeChat: the transcripts that hold for every channel, with real photos, a real database, and what can break."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from functools import partial
from itertools import takewhile
from pathlib import Path

import pytest

from bot.conversation.state import Place
from bot.conversation.step import step
from bot.documents.files import Files
from bot.message import Chat
from bot.store import Keyring, Store
from calculator import load
from tests.channels.telegram.test_journey import a_photo, clock
from tests.channels.telling import as_transcript
from tests.channels.wechat.running import Running, running
from tests.conversation.scene import BOT, MEMBER, ZONE, decided, names, plant_unions, put, read, transcripts
from tests.fakes.telegram import CutBefore, Status
from tests.fakes.wechat import Code, WeChatServer
from tests.fakes.wechat_phone import Follower

Start = Callable[[], AbstractAsyncContextManager[Running]]

TO_THE_AMOUNT = ["/start", "[住院了]", "45", "[在职]", "152000", "[没领过]"]
TO_THE_NUMBER = [
    *("[现在申请]", "[同意]", "王芳", "110101198001010010", "总装", "[一汽总装工会]", "138 0013 8000", "[昨天]", "[生病]"),
    *("（照片）", "（照片）", "（照片）", "[齐了，下一步]", "6222021234567890128", "提交"),
]


@pytest.fixture
async def start(sqlite_store: Store, wechat: WeChatServer, keyring: Keyring, tmp_path: Path) -> Start:
    """Starts the bot, each time on the same database and files."""
    await sqlite_store.write(plant_unions)
    wechat.clock = lambda: clock().timestamp()
    files = Files((tmp_path / "files").as_uri(), keyring)
    take = partial(step, policies=load("changchun"), zone=ZONE)
    return partial(running, sqlite_store, wechat, take, tmp_path / "data", files=files, clock=clock)


async def does(follower: Follower, line: str) -> None:
    """One line of a member in a transcript: text, a [button], a （照片） or a /command."""
    if line.startswith("（"):
        await follower.sends_photo(a_photo()[:2000] if "broken" in line else a_photo())
    elif line.startswith("["):
        await follower.picks(line[1:-1])
    else:
        await follower.types(line)


@pytest.mark.parametrize("path", transcripts(), ids=names)
async def test_every_transcript_holds_over_wechat(
    path: Path, start: Start, sqlite_store: Store, wechat: WeChatServer, follower: Follower
) -> None:
    head, script = read(path)
    if head.get("locale") == "en":  # WeChat does not tell an account what language a member speaks
        await sqlite_store.write(put, Chat("wechat", follower.member.id), "en", Place(), clock())
    played: list[list[str]] = []

    async with start() as bot:
        for at, line in enumerate(script):
            if line.who == BOT:
                continue
            if line.who == MEMBER:
                await does(follower, line.lines[0])
            else:
                await sqlite_store.write(decided, line.lines[0], clock())
            expected = [list(said.lines) for said in takewhile(lambda line: line.who == BOT, script[at + 1 :])]
            for wanted in expected:
                text = await follower.hears()
                played.append(list(as_transcript(text, wanted)))
        dead = await bot.settled()

    assert played == [list(line.lines) for line in script if line.who == BOT]
    assert len(follower.heard) == len(played)
    assert dead == []


async def test_from_the_first_question_to_the_claim_number_through_what_breaks(
    start: Start, wechat: WeChatServer, follower: Follower
) -> None:
    wechat.fail("stable_token", Status(502), CutBefore())
    wechat.fail("media/get", Status(500), CutBefore(), Code(-1))
    wechat.fail("message/custom/send", Status(502), Code(-1), Code(42001))

    async with start() as bot:
        await follower.subscribes()
        assert await follower.hears()
        for line in [*TO_THE_AMOUNT, *TO_THE_NUMBER]:
            await does(follower, line)
            await follower.hears()
        assert await bot.settled() == []

    assert re.search(r"C-\d{4}-0001", follower.heard[-1])
    assert "12,160.00" in follower.heard[-1]
    assert len(follower.heard) == 1 + len(TO_THE_AMOUNT) + len(TO_THE_NUMBER)
    assert follower.member.passive == len(follower.heard) - 3  # the photographs are read first


async def test_the_bot_may_stop_and_start_between_any_two_messages(start: Start, follower: Follower) -> None:
    for line in TO_THE_AMOUNT:
        async with start():
            await does(follower, line)
            await follower.hears()

    assert "12,160.00" in follower.heard[-1]
    assert len(follower.heard) == len(TO_THE_AMOUNT)
