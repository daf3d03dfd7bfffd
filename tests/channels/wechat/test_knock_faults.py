"""A card whatever WeChat answers and wherever the process dies: one, or none and a line for staff; the news behind it always waits."""

from __future__ import annotations

from datetime import timedelta

import pytest
import structlog
from sqlalchemy import select

from bot import notices
from bot.channels.wechat import knock
from bot.jobs.tables import jobs
from tests.channels.wechat.running import Clock
from tests.channels.wechat.silence import (
    SEND,
    Start,
    falls_silent,
    hears_all,
    later,
    news,
    say,
    until,
    until_queued,
    waiting,
)
from tests.fakes.telegram import CutAfter, CutBefore, Status
from tests.fakes.wechat import Code, Fault, WeChatServer
from tests.fakes.wechat_phone import Follower
from tests.fakes.wechat_templates import TEMPLATE_ID

DATA = {"thing1": {"value": "a"}, "character_string2": {"value": "b"}, "time3": {"value": "10:00"}}


@pytest.mark.parametrize(
    "faults",
    [(Status(500), Status(502)), (CutBefore(),), (Code(-1), Code(45011)), (Code(40001),), (Code(42001),), (CutAfter(),)],
    ids=str,
)
async def test_whatever_wechat_answers_one_card_arrives(
    start: Start, wechat: WeChatServer, clock: Clock, follower: Follower, faults: tuple[Fault, ...]
) -> None:
    wechat.fail(SEND, *faults)

    async with start() as bot:
        await falls_silent(bot, follower, clock)
        await say(bot, follower, clock, news())
        await wechat.until(lambda: len(wechat.called(SEND)) == len(faults) + 1)
        await follower.gets_a_card()
        await until(bot, lambda _, left: not left)
        assert "一张票看不清" in await hears_all(follower)
        assert await bot.settled() == []

    assert len(follower.cards) == 1
    assert len({call.body["client_msg_id"] for call in wechat.called(SEND)}) == 1


async def test_two_lost_answers_end_the_knock_as_unknown_and_the_news_waits(
    start: Start, wechat: WeChatServer, clock: Clock, follower: Follower
) -> None:
    wechat.fail(SEND, CutAfter(), CutAfter())

    async with start() as bot:
        await falls_silent(bot, follower, clock)
        await say(bot, follower, clock, news())
        found = await until(bot, lambda found, _: found)

        assert [(job.kind, job.reason) for job in found] == [(knock.FAILED, "C-2611-0042 unknown")]
        assert await waiting(bot) == 1

    assert len(follower.cards) == 1


@pytest.mark.parametrize("code", [40037, 45009, 47003, 48001])
async def test_a_template_that_cannot_be_used_is_shown_once_and_tried_again_when_it_may_be_mended(
    start: Start, wechat: WeChatServer, clock: Clock, follower: Follower, code: int
) -> None:
    other = Follower(wechat, "oMadeUpFollower0000000000002")
    wechat.fail(SEND, Code(code))

    async with start() as bot:
        await falls_silent(bot, other, clock, days=0)
        await falls_silent(bot, follower, clock)
        other.member.is_shut = True
        with structlog.testing.capture_logs() as logs:
            await say(bot, follower, clock, news())
            await until(bot, lambda found, left: found and not left)
            await say(bot, other, clock, news())
            await until_queued(bot, 2)
            found = await until(bot, lambda _, left: not left)
        assert [(job.kind, job.reason) for job in found] == [(knock.TEMPLATE, f"errcode {code}")]
        assert (len(wechat.called(SEND)), await waiting(bot)) == (1, 2)
        assert not [line for line in logs if follower.member.id in str(line) or "C-2611" in str(line)]

        for one in (follower, other):
            later(one, clock, timedelta(minutes=31))
        await follower.gets_a_card()
        await other.gets_a_card()
        assert await until(bot, lambda found, _: not found) == []


async def test_a_member_who_takes_no_cards_is_shown_by_the_claims_number(
    start: Start, wechat: WeChatServer, clock: Clock, follower: Follower
) -> None:
    wechat.templates.refusing.add(follower.member.id)

    async with start() as bot:
        await falls_silent(bot, follower, clock)
        await say(bot, follower, clock, news())
        found = await until(bot, lambda found, _: found)

        assert [(job.kind, job.reason) for job in found] == [(knock.REFUSED, "C-2611-0042 errcode 43101")]
        await follower.types("back")
        assert (await follower.hears()).startswith("您的申请 C-2611-0042")


async def test_who_unfollowed_unseen_is_shown_as_gone(start: Start, clock: Clock, follower: Follower) -> None:
    async with start() as bot:
        await falls_silent(bot, follower, clock)
        follower.member.follows = False
        await say(bot, follower, clock, news())
        found = await until(bot, lambda found, _: found)

    assert [(job.kind, job.reason) for job in found] == [(notices.JOB_KIND, "not following")]


async def test_an_error_nobody_expects_is_shown_and_the_news_waits(
    start: Start, wechat: WeChatServer, clock: Clock, follower: Follower
) -> None:
    wechat.fail(SEND, Code(99999))

    async with start() as bot:
        await falls_silent(bot, follower, clock)
        await say(bot, follower, clock, news())
        found = await until(bot, lambda found, _: found)

        assert [(job.kind, job.reason) for job in found] == [(knock.FAILED, "C-2611-0042 errcode 99999")]
        assert await waiting(bot) == 1


async def test_a_process_that_died_over_a_card_sends_it_under_the_same_name(
    start: Start, wechat: WeChatServer, clock: Clock, follower: Follower
) -> None:
    async with start(works=False) as bot:
        await falls_silent(bot, follower, clock)
        await say(bot, follower, clock, news())
        await bot.store.write(knock.queue, follower.member.id, clock())
        await bot.store.write(knock.queue, follower.member.id, clock())  # another process, at the same time
        (job,) = await bot.store.read(lambda conn: conn.scalars(select(jobs.c.id).where(jobs.c.kind == knock.KNOCK)).all())
        await bot.store.write(knock.leaving, job, follower.member.id, "read", clock())
        body = {"touser": follower.member.id, "template_id": TEMPLATE_ID, "client_msg_id": f"n{job}", "data": DATA}
        wechat.templates.send(body, clock().timestamp())  # it had left when the process died

    async with start() as bot:
        await wechat.until(lambda: wechat.called(SEND))
        await until(bot, lambda _, left: not left)
        assert "一张票看不清" in await hears_all(follower)
        assert await bot.settled() == []

    assert (len(follower.cards), len(wechat.called(SEND))) == (1, 1)


async def test_a_member_who_came_back_before_the_card_left_gets_none(
    start: Start, wechat: WeChatServer, clock: Clock, follower: Follower
) -> None:
    async with start(works=False) as bot:
        await falls_silent(bot, follower, clock)
        await say(bot, follower, clock, news())
        await bot.store.write(knock.queue, follower.member.id, clock())
        await follower.types("back")
        await follower.hears()

    async with start() as bot:
        assert await bot.settled() == []

    assert wechat.called(SEND) == []
