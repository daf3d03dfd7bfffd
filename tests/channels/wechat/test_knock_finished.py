"""What WeChat says afterwards of a card: noted once, shown to staff where it failed, and nothing that its member did."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.channels.wechat import chats, knock
from bot.channels.wechat.take import FAILED
from bot.jobs import dead
from bot.reminders.reach import Reach
from tests.channels.wechat.running import Clock
from tests.channels.wechat.silence import (
    SEND,
    Start,
    falls_silent,
    news,
    say,
    until,
    waiting,
)
from tests.fakes.telegram import CutAfter
from tests.fakes.wechat import FINISHED, WeChatServer
from tests.fakes.wechat_phone import Follower


async def test_what_became_of_a_card_is_noted_once_and_opens_nothing(
    start: Start, wechat: WeChatServer, clock: Clock, follower: Follower
) -> None:
    async with start() as bot:
        await falls_silent(bot, follower, clock)
        await say(bot, follower, clock, news())
        card = await follower.gets_a_card()
        fields = wechat.fields(follower.member.id, "event", Event=FINISHED, MsgID=str(card.msgid), Status="failed:user block")

        pushed = await asyncio.gather(*(wechat.try_push(fields) for _ in range(5)))
        found = await until(bot, lambda found, _: found)

        assert {(one.status, one.body) for one in pushed} == {(200, "success")}
        assert [(job.kind, job.reason) for job in found] == [(knock.REFUSED, "C-2611-0042 failed:user block")]
        assert await bot.store.read(chats.reach, follower.member.id, clock()) is Reach.WAITS
        assert [len(follower.heard), await waiting(bot)] == [1, 1]


async def test_a_word_about_a_card_that_our_own_fault_keeps_failing_is_kept_for_staff_and_told_to_nobody(
    start: Start, wechat: WeChatServer, clock: Clock, follower: Follower, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with start() as bot:
        await falls_silent(bot, follower, clock)
        monkeypatch.setattr(knock, "finished", None)

        pushed = await wechat.finish(follower.member.id, 7)
        found = await until(bot, lambda found, _: found)

        assert pushed.body == "success"
        assert [job.kind for job in found] == [FAILED]
        assert len(follower.heard) == 1


async def test_a_card_that_failed_in_wechat_is_shown_and_one_that_arrived_is_not(
    start: Start, wechat: WeChatServer, clock: Clock, follower: Follower
) -> None:
    async with start() as bot:
        await falls_silent(bot, follower, clock)
        await say(bot, follower, clock, news())
        card = await follower.gets_a_card()
        await until(bot, lambda _, left: not left)

        await wechat.finish(follower.member.id, card.msgid - 1, "failed: system failed")  # an older one
        clock.begins += timedelta(seconds=2)
        await wechat.finish(follower.member.id, card.msgid)
        assert await bot.store.read(dead) == []
        clock.begins += timedelta(seconds=2)
        await wechat.finish(follower.member.id, card.msgid, "failed: system failed")

        found = await until(bot, lambda found, _: found)
        assert [(job.kind, job.reason) for job in found] == [(knock.FAILED, "C-2611-0042 failed: system failed")]


async def test_a_word_about_a_card_that_has_not_left_is_about_another(
    start: Start, wechat: WeChatServer, clock: Clock, follower: Follower
) -> None:
    async with start(works=False) as bot:
        await falls_silent(bot, follower, clock)
        await say(bot, follower, clock, news())
        await bot.store.write(knock.queue, follower.member.id, clock())
        await wechat.finish(follower.member.id, 7, "failed: system failed")

    async with start() as bot:
        await follower.gets_a_card()
        assert await bot.store.read(dead) == []


async def test_what_became_of_a_card_tells_that_it_arrived_where_the_answer_was_lost(
    start: Start, wechat: WeChatServer, clock: Clock, follower: Follower
) -> None:
    wechat.fail(SEND, CutAfter())

    async with start() as bot:
        await falls_silent(bot, follower, clock)
        await say(bot, follower, clock, news())
        card = await follower.gets_a_card()
        await wechat.finish(follower.member.id, card.msgid)
        await until(bot, lambda _, left: not left)
        assert await bot.store.read(dead) == []

    assert len(follower.cards) == 1
