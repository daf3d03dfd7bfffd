"""A card for a member who was silent for days: when one goes, that it goes once, and that the news behind it is told whole and once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import structlog
from aiohttp import ClientSession
from sqlalchemy import Connection, bindparam, select

from bot import notices
from bot.channels.wechat import chats, knock
from bot.channels.wechat.take import FAILED
from bot.jobs import Dead, dead
from bot.jobs.tables import WAITS, jobs
from bot.message import Chat, Message, Say
from bot.reminders.reach import Reach
from bot.store import Store
from tests.channels.telegram.running import Echo, says
from tests.channels.wechat.running import Running, running
from tests.channels.wechat.test_journey import Clock
from tests.fakes.telegram import PATIENCE_S, CutAfter, CutBefore, Status
from tests.fakes.wechat import FINISHED, Code, Fault, WeChatServer
from tests.fakes.wechat_phone import Follower
from tests.fakes.wechat_templates import TEMPLATE_ID

SEND = "message/template/send"
Start = Callable[..., AbstractAsyncContextManager[Running]]
DATA = {"thing1": {"value": "a"}, "character_string2": {"value": "b"}, "time3": {"value": "10:00"}}
HALF_AN_HOUR = timedelta(minutes=31)
"""After so long what waits is looked at again."""


def news(number: int = 42, key: str = "news.returned") -> Message:
    """A claim that was returned, or something else."""
    return Message((Say(key, {"number": f"C-2611-{number:04}", "reason": "一张票看不清", "amount": 1216000, "card": "7890"}),))


@pytest.fixture
def clock(wechat: WeChatServer) -> Clock:
    """The time for the bot and for WeChat."""
    clock = Clock()
    wechat.clock = lambda: clock().timestamp()
    return clock


@pytest.fixture
def start(store: Store, wechat: WeChatServer, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Start:
    """Starts the bot with a template, each time on the same database. Its worker looks often, since the clock jumps."""
    monkeypatch.setattr("bot.jobs.worker.LOOK_AGAIN_S", 0.2)

    def started(**more: Any) -> AbstractAsyncContextManager[Running]:
        return running(store, wechat, Echo(), tmp_path, clock=clock, **{"wechat_template_id": TEMPLATE_ID, **more})

    return started


async def falls_silent(bot: Running, follower: Follower, clock: Clock, days: int = 3) -> None:
    """Say something, then nothing for days."""
    await follower.types("hello")
    await follower.hears()
    await bot.settled()
    later(follower, clock, timedelta(days=days))


def later(follower: Follower, clock: Clock, passed: timedelta) -> None:
    """Time passes, and the member says nothing."""
    clock.begins += passed
    follower.member.is_shut = True


async def say(bot: Running, follower: Follower, clock: Clock, message: Message) -> None:
    """Have the bot say something now."""
    await bot.store.write(partial(notices.queue, locale="zh_CN"), Chat("wechat", follower.member.id), message, now=clock())


async def until(bot: Running, condition: Callable[[list[Dead], int], object]) -> list[Dead]:
    """Until something is true of the jobs given up and of the number of knocks not yet sent; those given up."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            found, left = await bot.store.read(_jobs, bot.channel._clock())
            if condition(found, left):
                return found
            await asyncio.sleep(0.02)


def _jobs(conn: Connection, now: datetime) -> tuple[list[Dead], int]:
    soon = (jobs.c.kind == knock.KNOCK, jobs.c.due < now + timedelta(minutes=10))
    return dead(conn), len(conn.execute(select(jobs.c.id).where(*soon)).all())


async def until_queued(bot: Running, count: int) -> None:
    """Until so many knocks are on their way, or put off."""
    async with asyncio.timeout(PATIENCE_S):
        while len(await bot.store.read(lambda conn: conn.execute(select(jobs.c.id).where(jobs.c.kind == knock.KNOCK)).all())) < count:  # noqa: ASYNC110 - only the database knows
            await asyncio.sleep(0.02)


async def waiting(bot: Running) -> int:
    """How many notices wait."""
    return len(await bot.store.read(lambda conn: conn.execute(select(jobs.c.id).where(WAITS, jobs.c.kind == notices.JOB_KIND)).all()))


async def until_looked_at(bot: Running, clock: Clock) -> None:
    """Until all that waits has been looked at, and put off."""
    due = select(jobs.c.id).where(WAITS, jobs.c.lane.like("wechat:%"), jobs.c.holder.is_(None), jobs.c.due > bindparam("then"))
    async with asyncio.timeout(PATIENCE_S):
        while not await bot.store.read(lambda conn: conn.execute(due, {"then": clock() + timedelta(minutes=20)}).all()):  # noqa: ASYNC110 - only the database knows
            await asyncio.sleep(0.02)


async def hears_all(follower: Follower, texts: int = 1) -> str:
    """Answer the card with 1."""
    await follower.types("1")
    return await follower.hears(texts)


async def test_news_for_a_silent_member_sends_one_card_and_goes_with_the_answer(start: Start, clock: Clock, follower: Follower) -> None:
    async with start() as bot:
        await falls_silent(bot, follower, clock)
        await say(bot, follower, clock, news())
        card = await follower.gets_a_card()

        assert card.values == {"thing1": "需要补材料，回复1看全文", "character_string2": "C-2611-0042", "time3": "2026年11月26日 10:00"}
        assert card.url == ""  # http://localhost is no address for a phone
        assert "一张票看不清" in await hears_all(follower)
        assert await bot.settled() == []

    assert [len(follower.cards), len(follower.heard)] == [1, 2]


async def test_without_a_template_nothing_is_called_and_the_news_waits(
    start: Start, wechat: WeChatServer, clock: Clock, follower: Follower
) -> None:
    async with start(wechat_template_id=None) as bot:
        await falls_silent(bot, follower, clock)
        await say(bot, follower, clock, news())
        await until_looked_at(bot, clock)
        await follower.types("back")

        assert (await follower.hears()).startswith("您的申请 C-2611-0042")

    assert wechat.called(SEND) == []


async def test_within_the_window_news_goes_by_itself_and_without_a_card(start: Start, clock: Clock, follower: Follower) -> None:
    async with start() as bot:
        await follower.types("hello")
        await follower.hears()
        await say(bot, follower, clock, news())
        await follower.hears()
        assert await bot.settled() == []

    assert follower.cards == []


@pytest.mark.parametrize("message", [says("an answer"), Message((Say("announce.words", {"text": {"zh_CN": "a", "en": "b"}}),))], ids=str)
async def test_what_is_no_news_waits_without_a_card(start: Start, clock: Clock, follower: Follower, message: Message) -> None:
    async with start() as bot:
        await falls_silent(bot, follower, clock)
        await say(bot, follower, clock, message)
        await until_looked_at(bot, clock)

    assert follower.cards == []


async def test_when_wechat_takes_no_more_a_card_goes_for_the_news(start: Start, clock: Clock, follower: Follower) -> None:
    async with start() as bot:
        await follower.types("hello")
        await follower.hears()
        follower.member.quota = 0
        await say(bot, follower, clock, news())

        await follower.gets_a_card()
        assert "一张票看不清" in await hears_all(follower)


async def test_news_behind_something_that_waits_already_is_knocked_for(start: Start, clock: Clock, follower: Follower) -> None:
    async with start() as bot:
        await falls_silent(bot, follower, clock)
        await say(bot, follower, clock, says("an answer"))
        await until_looked_at(bot, clock)
        await say(bot, follower, clock, news())
        later(follower, clock, HALF_AN_HOUR)

        await follower.gets_a_card()


async def test_five_pieces_of_news_in_one_silence_send_one_card_and_a_sixth_a_day_later_another(
    start: Start, clock: Clock, follower: Follower
) -> None:
    async with start() as bot:
        await falls_silent(bot, follower, clock)
        for number in range(5):
            await say(bot, follower, clock, news(number))
            if number == 0:
                await follower.gets_a_card()
            later(follower, clock, HALF_AN_HOUR)
            await until_looked_at(bot, clock)
        assert len(follower.cards) == 1
        later(follower, clock, timedelta(days=1))
        await until_looked_at(bot, clock)
        assert len(follower.cards) == 1

        await say(bot, follower, clock, news(5, "news.paid"))
        later(follower, clock, HALF_AN_HOUR)
        card = await follower.gets_a_card(2)

        assert (card.values["thing1"], card.values["character_string2"]) == ("已经打款，回复1看全文", "C-2611-0005")
        said = await hears_all(follower)
        assert [said.count(f"C-2611-000{number}") for number in range(6)] == [1] * 6


async def test_whoever_was_here_meanwhile_gets_a_card_for_the_next_silence(start: Start, clock: Clock, follower: Follower) -> None:
    async with start() as bot:
        for count in (1, 2):
            await falls_silent(bot, follower, clock)
            await say(bot, follower, clock, news(count))
            await follower.gets_a_card(count)
            await hears_all(follower)

    assert [card.values["character_string2"] for card in follower.cards] == ["C-2611-0001", "C-2611-0002"]


async def test_a_1_is_no_answer_to_an_old_question_after_a_card_and_a_word_like_any_other_after_the_news(
    start: Start, clock: Clock, follower: Follower
) -> None:
    async with start() as bot:
        await falls_silent(bot, follower, clock)
        assert "1. yes" in follower.heard[-1]
        await say(bot, follower, clock, news())
        await follower.gets_a_card()

        assert "took" not in await hears_all(follower)

        await follower.types("1")
        assert (await follower.hears()).startswith("took 1\n")


async def test_the_other_numbers_mean_what_they_meant_before_the_card(start: Start, clock: Clock, follower: Follower) -> None:
    async with start() as bot:
        await falls_silent(bot, follower, clock)
        assert "2. no" in follower.heard[-1]
        await say(bot, follower, clock, news())
        await follower.gets_a_card()

        await follower.types("2")

        said = await follower.hears()
    assert said.startswith("您的申请 C-2611-0042")
    assert "took =1.1.k.no" in said


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


async def test_the_page_behind_a_card_says_where_the_news_is_and_nothing_about_anybody(start: Start) -> None:
    async with start(public_url="https://bot.example.org") as bot, ClientSession() as http, http.get(f"{bot.address}/news") as answer:
        said = await answer.text()

    assert answer.status == 200
    assert "回复 1" in said and "reply 1" in said and "https://bot.example.org/chat" in said  # noqa: PT018


async def test_without_a_template_there_is_no_such_page(start: Start) -> None:
    async with start(wechat_template_id=None) as bot, ClientSession() as http, http.get(f"{bot.address}/news") as answer:
        assert answer.status == 404
