"""A broadcast over WeChat: sent to whom it lets us write, counted of everybody else, and never in the way of a conversation."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

from bot import wording
from bot.broadcast import find
from bot.broadcast.reaching import rehearse
from bot.broadcast.states import Fate, State
from bot.conversation.step import step
from bot.message import Chat
from bot.store import Store
from calculator import load
from tests.broadcast.sending import REACH, Going, begun, now, outgoing, working
from tests.broadcast.writing import EVERYBODY, WORDS, fates, signed
from tests.channels.wechat.running import Running, running
from tests.conversation.scene import ZONE
from tests.fakes.wechat import Code, WeChatServer
from tests.fakes.wechat_phone import Follower

TOLD = WORDS["zh_CN"]


@asynccontextmanager
async def account(store: Store, folder: Path) -> AsyncIterator[tuple[WeChatServer, Running]]:
    """The real channel and the real conversation, with an account of the stand-in."""
    async with WeChatServer() as wechat, running(store, wechat, partial(step, policies=load("changchun"), zone=ZONE), folder) as bot:
        yield wechat, bot


def chat_of(follower: Follower) -> Chat:
    return Chat("wechat", follower.member.id)


async def says(follower: Follower, line: str) -> str:
    """Text, or a number, and what is said to it."""
    follower.read = len(follower.heard)
    await follower.types(line)
    return await follower.hears()


def told(follower: Follower) -> int:
    """How often they got it."""
    return sum(TOLD in text for text in follower.heard)


async def test_it_is_sent_where_the_window_is_open_and_everybody_else_is_counted_by_the_reason(store: Store, tmp_path: Path) -> None:
    async with account(store, tmp_path) as (wechat, bot):
        here, silent, shut, gone = (Follower(wechat, f"oBroadcast{name:>018}") for name in ("here", "silent", "shut", "gone"))
        _, going = await begun(store, [chat_of(each) for each in (here, silent, shut, gone)])
        for each in (here, shut, gone):
            await says(each, "/start")
        await gone.unsubscribes()
        shut.member.is_shut = True  # as WeChat sees it; the bot learns it only when it is refused
        rehearsed = await store.read(rehearse, EVERYBODY, REACH, now())

        async with working(outgoing(store, {"wechat": bot.channel})):
            broadcast = await going.over()

        assert [told(each) for each in (here, silent, shut, gone)] == [1, 0, 0, 0]
        assert await store.read(fates) == [Fate.SENT, Fate.CLOSED, Fate.CLOSED, Fate.BLOCKED]
        assert (rehearsed.by_channel, rehearsed.not_sent) == ({"wechat": 2}, {Fate.CLOSED: 1, Fate.BLOCKED: 1})
        assert broadcast.state is State.DONE
        assert (await store.read(find.progress, broadcast)).fates == {Fate.SENT: 1, Fate.BLOCKED: 1, Fate.CLOSED: 2}
        assert TOLD not in await says(shut, "/start")  # an announcement that is days old does not come after all


async def test_while_wechat_is_only_busy_it_is_tried_again(store: Store, tmp_path: Path) -> None:
    async with account(store, tmp_path) as (wechat, bot):
        follower = Follower(wechat)
        _, going = await begun(store, [chat_of(follower)])
        await says(follower, "/start")
        wechat.fail("message/custom/send", Code(-1))

        async with working(outgoing(store, {"wechat": bot.channel})):
            await going.over()

        assert await store.read(fates) == [Fate.SENT]
        assert told(follower) == 1


async def test_a_number_typed_after_it_means_the_question_before_it(store: Store, tmp_path: Path) -> None:
    async with account(store, tmp_path) as (wechat, bot):
        follower = Follower(wechat)
        _, going = await begun(store, [chat_of(follower)])
        for line in ("/start", "1", "45"):
            asked = await says(follower, line)
        async with working(outgoing(store, {"wechat": bot.channel})):
            await going.over()
        assert "1. 在职" in asked
        assert TOLD in follower.heard[-1]

        answered = await says(follower, "1")

        assert wording.text("ask.out_of_pocket", "zh_CN") in answered


async def test_the_words_under_it_end_such_messages_and_bring_them_back(store: Store, tmp_path: Path) -> None:
    async with account(store, tmp_path) as (wechat, bot):
        follower = Follower(wechat)
        people, first = await begun(store, [chat_of(follower)])
        await says(follower, "/start")
        async with working(outgoing(store, {"wechat": bot.channel})):
            await first.over()
            assert wording.text("announce.off", "zh_CN") in await says(follower, "不再接收通知")
            second = Going(store, (await store.write(signed, people, pace=500, now=now())).id)
            await second.over()
            assert wording.text("announce.on", "zh_CN") in await says(follower, "重新接收通知")
            third = Going(store, (await store.write(signed, people, pace=500, now=now())).id)
            await third.over()

        assert await store.read(fates) == [Fate.SENT, Fate.OPTED_OUT, Fate.SENT]
        assert told(follower) == 2
