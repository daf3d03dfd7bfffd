"""Whole conversations over WeChat: the transcripts that hold for every channel, with real photos, a real database, and what can break."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from functools import partial
from itertools import takewhile
from pathlib import Path
from typing import Any

import pytest

from bot.conversation.state import Place
from bot.conversation.step import step
from bot.documents.files import Files
from bot.message import Chat
from bot.store import Keyring, Store
from calculator import load
from tests.channels.telegram.test_journey import a_photo
from tests.channels.telling import as_transcript, begins
from tests.channels.wechat.running import Clock, Running, running
from tests.conversation.scene import BOT, MEMBER, ZONE, decided, names, plant_unions, put, read, transcripts
from tests.fakes.telegram import CutBefore, Status
from tests.fakes.wechat import Code, WeChatServer
from tests.fakes.wechat_phone import Follower
from tests.fakes.wechat_templates import TEMPLATE_ID

Start = Callable[..., AbstractAsyncContextManager[Running]]

TO_THE_AMOUNT = ["/start", "[住院了]", "45", "[在职]", "152000", "[没领过]"]
TO_THE_NUMBER = [
    *("[现在申请]", "[同意]", "王芳", "110101198001010010", "总装", "[一汽总装工会]", "138 0013 8000", "[昨天]", "[生病]"),
    *("（照片）", "（照片）", "（照片）", "[齐了，下一步]", "6222021234567890128", "提交"),
]


@pytest.fixture
async def start(sqlite_store: Store, wechat: WeChatServer, keyring: Keyring, clock: Clock, tmp_path: Path) -> Start:
    """Starts the bot under the rules of a place, each time on the same database and files."""
    await sqlite_store.write(plant_unions)
    files = Files((tmp_path / "files").as_uri(), keyring)

    def started(place: str = "changchun", **more: Any) -> AbstractAsyncContextManager[Running]:
        take = partial(step, policies=load(place), zone=ZONE)
        return running(sqlite_store, wechat, take, tmp_path / "data", files=files, clock=clock, **more)

    return started


async def does(follower: Follower, line: str) -> None:
    """One line of a member in a transcript: text, a [button], a （照片） or a /command."""
    if line.startswith("（"):
        await follower.sends_photo(a_photo()[:2000] if "broken" in line else a_photo())
    elif line.startswith("["):
        await follower.picks(line[1:-1])
    else:
        await follower.types(line)


@pytest.mark.parametrize("path", transcripts(), ids=names)
async def test_every_transcript_holds_over_wechat(path: Path, start: Start, clock: Clock, sqlite_store: Store, follower: Follower) -> None:
    head, script = read(path)
    clock.begins = begins(head, clock.begins)
    if head.get("locale") == "en":  # WeChat does not tell an account what language a member speaks
        await sqlite_store.write(put, Chat("wechat", follower.member.id), "en", Place(), clock())
    played: list[list[str]] = []

    async with start(head.get("place", "changchun")) as bot:
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


async def test_who_was_silent_for_three_days_gets_a_card_and_then_the_whole_news_once(
    start: Start, wechat: WeChatServer, clock: Clock, sqlite_store: Store, follower: Follower
) -> None:
    async with start(wechat_template_id=TEMPLATE_ID, public_url="https://bot.example.org") as bot:
        for line in [*TO_THE_AMOUNT, *TO_THE_NUMBER]:
            await does(follower, line)
            await follower.hears()
        await sqlite_store.write(decided, "接手", clock())
        await follower.hears()
        await bot.settled()
        clock.begins += timedelta(days=3)
        follower.member.is_shut = True
        texts = len(follower.heard)

        await sqlite_store.write(decided, "退回 discharge_note 出院小结第二页看不清", clock())
        card = await follower.gets_a_card()

        assert card.values == {"thing1": "需要补材料，回复1看全文", "character_string2": "C-2611-0001", "time3": "2026年11月26日 10:00"}
        assert card.url == "https://bot.example.org/wechat/news"
        await wechat.finish(follower.member.id, card.msgid)
        assert len(follower.heard) == texts  # the card tells nothing yet

        await follower.types("1")

        assert re.search(r"C-2611-0001 还差一点：出院小结第二页看不清", await follower.hears())
        await does(follower, "[补材料]")
        assert "出院小结或诊断证明" in await follower.hears()
        assert await bot.settled() == []

    assert sum("出院小结第二页看不清" in text for text in follower.heard) == 1
    assert len(follower.cards) == 1
