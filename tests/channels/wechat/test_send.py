"""What goes by itself: each text once, whatever WeChat answers; and what it does not take now goes with the member's next message."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import structlog
from sqlalchemy import Connection, select

from bot import notices
from bot.channels.plain import Choice, chosen
from bot.channels.wechat import chats, texts
from bot.jobs.tables import jobs
from bot.message import Chat
from bot.store import Store
from tests.channels.telegram.running import Echo, button, now, says
from tests.channels.wechat.running import Running, running
from tests.fakes.telegram import CutAfter, CutBefore, Silence, Status
from tests.fakes.wechat import APP_ID, Code, Fault, WeChatServer
from tests.fakes.wechat_phone import Follower

SEND = "message/custom/send"


@pytest.fixture
async def bot(sqlite_store: Store, wechat: WeChatServer, follower: Follower, tmp_path: Path) -> AsyncIterator[Running]:
    """The channel, and a member who has just written."""
    async with running(sqlite_store, wechat, Echo(), tmp_path) as started:
        await wechat.until(lambda: wechat.menu)
        await follower.types("hello")
        await follower.hears()
        yield started


async def waits(bot: Running) -> int:
    """How many notices wait for the member."""
    due = select(jobs.c.id).where(jobs.c.kind == "notice", jobs.c.holder.is_(None), jobs.c.due > now() + timedelta(seconds=30))
    return len(await bot.store.read(lambda conn: conn.execute(due).all()))


async def until_waiting(bot: Running) -> None:
    """Until a notice waits."""
    async with asyncio.timeout(20):
        while not await waits(bot):  # noqa: ASYNC110 - only the database knows
            await asyncio.sleep(0.02)


async def test_a_notice_goes_by_itself_within_the_window(bot: Running, wechat: WeChatServer, follower: Follower) -> None:
    await bot.say(follower.member.id, says("news", button("yes", "=1.1.k.yes")))

    assert await follower.hears() == "news\n1. yes\n（回前面的数字就行）"
    assert follower.member.passive == 1
    assert wechat.called(SEND)[-1].body["msgtype"] == "text"


@pytest.mark.parametrize(
    "faults",
    [(Status(500), Status(502)), (CutBefore(),), (Code(-1), Code(45009)), (Code(40001),), (Code(42001), Code(-1)), (Code(40014),)],
    ids=str,
)
async def test_what_surely_did_not_arrive_is_sent_again_and_arrives_once(
    bot: Running, wechat: WeChatServer, follower: Follower, faults: tuple[Fault, ...]
) -> None:
    wechat.fail(SEND, *faults)

    await bot.say(follower.member.id, says("news"))
    assert await follower.hears() == "news"
    assert await bot.settled() == []

    assert len(follower.heard) == 2


@pytest.mark.parametrize("code", [40001, 42001])
async def test_a_token_that_is_refused_is_renewed_once_and_the_call_repeated(
    bot: Running, wechat: WeChatServer, follower: Follower, code: int
) -> None:
    wechat.end_token()
    before = len(wechat.called("stable_token"))
    if code == 42001:
        wechat.fail(SEND, Code(code))

    await bot.say(follower.member.id, says("news"))
    await follower.hears()

    assert len(wechat.called("stable_token")) == before + 1
    assert len(wechat.called(SEND)) == 2


async def test_a_token_refused_although_wechat_calls_it_good_is_made_anew(bot: Running, wechat: WeChatServer, follower: Follower) -> None:
    wechat.fail(SEND, Code(40001))

    await bot.say(follower.member.id, says("news"))
    await follower.hears()

    assert [call.body["force_refresh"] for call in wechat.called("stable_token")][-2:] == [False, True]
    assert wechat.called("stable_token")[-1].body["appid"] == APP_ID


@pytest.mark.parametrize("code", [45015, 45047])
async def test_what_wechat_takes_no_more_goes_with_the_members_next_message(
    bot: Running, wechat: WeChatServer, follower: Follower, code: int
) -> None:
    if code == 45015:
        follower.member.is_shut = True
    else:
        follower.member.quota = 0
    await bot.say(follower.member.id, says("first news", button("mend", "mend:1")))
    await bot.say(follower.member.id, says("second news"))
    await until_waiting(bot)

    await follower.types("hello again")

    assert await follower.hears() == (
        "first news\n1. mend\n（回前面的数字就行）\n\nsecond news\n\ntook hello again\n2. yes\n3. no\n（回前面的数字就行）"
    )
    assert len(wechat.called(SEND)) == 1
    await follower.types("3")
    assert (await follower.hears()).startswith("took =1.1.k.no")
    assert await bot.settled() == []


async def test_a_member_who_was_silent_for_two_days_is_not_even_tried(
    sqlite_store: Store, wechat: WeChatServer, follower: Follower, tmp_path: Path
) -> None:
    later = [timedelta()]
    async with running(sqlite_store, wechat, Echo(), tmp_path, clock=lambda: now() + later[0]) as bot:
        await follower.types("hello")
        later[0] = timedelta(hours=48)
        await bot.say(follower.member.id, says("news"))
        await until_waiting(bot)
        assert wechat.called(SEND) == []
        wechat.clock = (now() + later[0]).timestamp

        await follower.types("back")

    assert follower.heard[-1].startswith("news\n\ntook back")


async def test_a_member_who_left_is_written_to_no_more_and_staff_see_it(bot: Running, wechat: WeChatServer, follower: Follower) -> None:
    follower.member.follows = False  # and we were not told
    await bot.say(follower.member.id, says("first"))
    dead = await bot.settled()
    await bot.say(follower.member.id, says("second"))
    dead = await bot.settled()

    assert [job.reason for job in dead] == ["not following"] * 2
    assert len(wechat.called(SEND)) == 1


async def test_a_member_who_unfollows_and_comes_back_is_written_to_again(bot: Running, wechat: WeChatServer, follower: Follower) -> None:
    await follower.unsubscribes()
    await bot.say(follower.member.id, says("lost on them"))
    assert [job.reason for job in await bot.settled()] == ["not following"]
    assert wechat.called(SEND) == []

    await follower.subscribes()
    await follower.hears()
    await bot.say(follower.member.id, says("welcome back"))

    assert await follower.hears() == "welcome back"


async def test_what_waits_for_a_member_who_unfollows_is_given_up(bot: Running, wechat: WeChatServer, follower: Follower) -> None:
    follower.member.is_shut = True
    await bot.say(follower.member.id, says("news"))
    await until_waiting(bot)

    await follower.unsubscribes()

    assert [job.reason for job in await bot.settled()] == ["not following"]


async def test_an_account_that_may_only_answer_answers_and_keeps_the_rest_for_the_next_message(
    bot: Running, wechat: WeChatServer, follower: Follower
) -> None:
    wechat.may_write = False
    with structlog.testing.capture_logs() as logs:
        await bot.say(follower.member.id, says("news"))
        await until_waiting(bot)
    await bot.say(follower.member.id, says("more news"))

    await follower.types("hello again")

    assert (await follower.hears()).startswith("news\n\nmore news\n\ntook hello again")
    assert len(wechat.called(SEND)) == 1
    assert "wechat_only_answers" in {log["event"] for log in logs}


@pytest.mark.parametrize("code", [40003, 45002, 99999])
async def test_what_wechat_will_never_take_is_given_up_for_staff_to_see(
    bot: Running, wechat: WeChatServer, follower: Follower, code: int
) -> None:
    wechat.fail(SEND, Code(code))

    await bot.say(follower.member.id, says("first"))
    await bot.say(follower.member.id, says("second"))

    assert await follower.hears() == "second"
    assert [job.reason for job in await bot.settled()] == [f"refused: {code}"]


async def test_an_answer_lost_once_doubles_that_one_text_at_most(bot: Running, wechat: WeChatServer, follower: Follower) -> None:
    wechat.fail(SEND, CutAfter())

    await bot.say(follower.member.id, says("first"))
    await bot.say(follower.member.id, says("second"))
    await follower.hears(3)

    assert follower.heard[1:] == ["first", "first", "second"]
    assert await bot.settled() == []


async def test_answers_lost_twice_are_unknown_and_staff_are_told(bot: Running, wechat: WeChatServer, follower: Follower) -> None:
    wechat.fail(SEND, CutAfter(), CutAfter())

    await bot.say(follower.member.id, says("first"))
    dead = await bot.settled()

    assert [job.reason for job in dead] == ["unknown"]
    assert follower.heard[1:] == ["first", "first"]


async def test_nothing_is_risked_a_second_time_before_wechat_answers_at_all(bot: Running, wechat: WeChatServer, follower: Follower) -> None:
    wechat.fail(SEND, CutBefore())
    wechat.fail("get_api_domain_ip", *[CutBefore()] * 3)

    await bot.say(follower.member.id, says("news"))
    await follower.hears()

    assert len(wechat.called("get_api_domain_ip")) == 4
    assert len(wechat.called(SEND)) == 2
    assert await bot.settled() == []


async def test_while_wechat_hangs_nothing_else_is_held_up(bot: Running, wechat: WeChatServer, follower: Follower) -> None:
    silence = Silence(60)
    wechat.fail(SEND, *[silence] * 30)
    for number in range(30):
        await bot.say(f"oMadeUpFollower10000000000{number:02}", says("news"))
    await wechat.until(lambda: len(wechat.called(SEND)) >= 20)

    await follower.types("hello again")

    assert (await follower.hears()).startswith("took hello again")
    silence.over.set()


async def test_a_text_longer_than_wechat_takes_goes_in_pieces(bot: Running, wechat: WeChatServer, follower: Follower) -> None:
    long = "\n".join(f"第{number}行，一共有很多很多行" for number in range(150))

    await bot.say(follower.member.id, says(long, button("yes", "=1.1.k.yes")))
    await follower.hears(3)

    assert "\n".join(follower.heard[1:]) == f"{long}\n1. yes\n（回前面的数字就行）"


async def test_a_long_answer_begins_with_the_push_and_goes_on_by_itself(bot: Running, wechat: WeChatServer, follower: Follower) -> None:
    long = "很长的话。" * 120
    await follower.types(long)
    await follower.hears(1)
    passive = follower.member.passive
    await follower.types(long * 2)
    await follower.hears(2)

    assert follower.member.passive >= passive + 1
    assert "".join(follower.heard[-2:]).count("很长的话。") == 240
    await follower.types("1")
    assert (await follower.hears()).startswith("took =1.1.k.yes")


async def test_a_wrong_secret_is_named_in_the_log_and_everything_waits(
    sqlite_store: Store, wechat: WeChatServer, follower: Follower, tmp_path: Path
) -> None:
    wechat.fail("stable_token", *[Code(40125)] * 50)
    with structlog.testing.capture_logs() as logs:
        async with running(sqlite_store, wechat, Echo(), tmp_path) as bot:
            await follower.types("hello")
            await bot.say(follower.member.id, says("news"))
            await until_waiting(bot)

    assert {"wechat_settings_refused"} <= {log["event"] for log in logs}
    assert follower.member.passive == len(follower.heard) == 1


async def test_an_old_text_that_comes_again_does_not_take_the_letters_of_the_last_one(store: Store) -> None:
    def work(conn: Connection) -> tuple[str | None, str | None]:
        old, new = now() - timedelta(seconds=9), now()
        notices.queue(conn, Chat("wechat", "o1"), says("old"), locale="zh_CN", now=old)
        job = conn.execute(select(jobs.c.id)).scalar_one()
        chats.heard(conn, "o1", new, (Choice(1, "没领过", "=1.1.paid_this_year.0", False, is_letter=True),))
        texts.leaving(conn, job, "o1", (Choice(0, "上一题", "back", True),), new)
        return chosen("A", chats.choices(conn, "o1")), chosen("上一题", chats.choices(conn, "o1"))

    assert await store.write(work) == ("=1.1.paid_this_year.0", "back")
