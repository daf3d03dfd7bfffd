"""Everybody gets a broadcast once, in their language, at its pace, whatever the platform does; who cannot be reached is counted."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, select

from bot import audit
from bot.broadcast.feeding import AHEAD_S
from bot.broadcast.states import Fate, State
from bot.channels.web.send import WebChannel
from bot.channels.web.streams import Streams
from bot.channels.web.tables import web_messages
from bot.jobs.tables import DEAD, jobs
from bot.message import Chat
from bot.reminders.reach import Reach
from bot.store import Store
from tests.broadcast.sending import Going, begun, got, now, outgoing, phones, telegram_channel, working
from tests.broadcast.writing import enrol, fates, office, signed
from tests.fakes.telegram import CutAfter, CutBefore, TelegramServer, TooMany


async def test_three_hundred_members_get_it_once_and_in_order(store: Store, telegram: TelegramServer) -> None:
    chats = phones(telegram, 300)
    _, going = await begun(store, chats)

    async with telegram_channel(store, telegram) as channel, working(outgoing(store, {"telegram": channel})):
        broadcast = await going.over()

    assert broadcast.state is State.DONE
    assert got(telegram) == {int(chat.id): 1 for chat in chats}
    (message,) = telegram.chats[10_000].messages
    assert message["text"] == "元旦放假三天。"
    assert [button["text"] for row in message["reply_markup"]["inline_keyboard"] for button in row] == ["不再接收通知"]
    progress = await going.progress()
    assert (progress.people, progress.settled, progress.fates) == (300, 300, {Fate.SENT: 300})
    sent = [int(call.parameters["chat_id"]) for call in telegram.called("sendMessage")]
    assert max(abs(place - (chat - 10_000)) for place, chat in enumerate(sent)) < 20  # a few at a time

    def look(conn: Connection) -> None:
        assert conn.scalar(select(jobs.c.id).limit(1)) is None
        last = audit.history(conn, broadcast.subject)[-1]
        assert (last.actor, last.action, last.detail) == ("system", "broadcast_ended", {"counts": {"sent": 300}})

    await store.read(look)


async def test_it_keeps_to_the_pace_that_was_set(sqlite_store: Store, telegram: TelegramServer) -> None:
    _, going = await begun(sqlite_store, phones(telegram, 160), pace=40)
    start = time.monotonic()

    async with telegram_channel(sqlite_store, telegram) as channel, working(outgoing(sqlite_store, {"telegram": channel})):
        await going.over()

    times = sorted(call.at for call in telegram.called("sendMessage"))
    assert len(times) == 160
    assert times[-1] - start >= 159 / 40 - 0.2
    most = max(sum(one <= at < one + 1 for at in times) for one in times)
    assert most <= (AHEAD_S + 1) * 40  # where the machine was stuck, what was queued follows at once


async def test_who_blocked_the_bot_is_counted_and_not_tried_again(store: Store, telegram: TelegramServer) -> None:
    chats = phones(telegram, 12)
    telegram.chats[10_003].blocked = True
    people, going = await begun(store, chats)

    async with telegram_channel(store, telegram) as channel, working(outgoing(store, {"telegram": channel})):
        await going.over()
        assert (await going.progress()).fates == {Fate.SENT: 11, Fate.BLOCKED: 1}
        again = Going(store, (await store.write(signed, people, pace=500, now=now())).id)
        await again.over()

    assert (await again.progress()).fates == {Fate.SENT: 11, Fate.BLOCKED: 1}
    assert [call.parameters["chat_id"] for call in telegram.called("sendMessage")].count("10003") == 1

    def look(conn: Connection) -> None:
        assert conn.scalar(select(jobs.c.id).where(jobs.c.state == DEAD)) is None

    await store.read(look)


async def test_the_wait_that_telegram_asks_for_is_kept_and_nobody_is_left_out(sqlite_store: Store, telegram: TelegramServer) -> None:
    chats = phones(telegram, 20)
    _, going = await begun(sqlite_store, chats)
    telegram.fail("sendMessage", *[TooMany(2)])

    async with telegram_channel(sqlite_store, telegram) as channel, working(outgoing(sqlite_store, {"telegram": channel})):
        await going.over()

    calls = telegram.called("sendMessage")
    refused_at = calls[0].at
    assert all(call.at - refused_at >= 1.9 for call in calls[8:])  # at most those that were on their way already
    assert got(telegram) == {int(chat.id): 1 for chat in chats}


async def test_cut_connections_lose_nobody_and_double_only_where_the_answer_was_lost(sqlite_store: Store, telegram: TelegramServer) -> None:
    chats = phones(telegram, 10)
    _, going = await begun(sqlite_store, chats)
    telegram.fail("sendMessage", CutBefore(), CutAfter(), CutBefore())

    async with telegram_channel(sqlite_store, telegram) as channel, working(outgoing(sqlite_store, {"telegram": channel})):
        await going.over()

    assert sorted(got(telegram)) == [int(chat.id) for chat in chats]
    assert sum(got(telegram).values()) <= 10 + 3
    assert (await going.progress()).fates == {Fate.SENT: 10}


async def test_a_page_keeps_it_and_what_wechat_does_not_take_now_is_not_sent(store: Store) -> None:
    def waits(_: Connection, __: str, ___: datetime) -> Reach:
        return Reach.WAITS

    page = Chat("web", "a-page")
    _, going = await begun(store, [page, Chat("wechat", "an-openid"), Chat("elsewhere", "1")])
    work = outgoing(store, {"web": WebChannel(store, Streams(), now)})
    work = replace(work, by_channel={**work.by_channel, "wechat": waits})

    async with working(work):
        await going.over()

    assert await store.read(fates) == [Fate.SENT, Fate.CLOSED, Fate.BLOCKED]
    assert await store.read(lambda conn: list(conn.scalars(select(web_messages.c.chat)))) == [page.id]


async def test_each_member_gets_it_in_their_language_and_the_page_keeps_its_own(store: Store) -> None:
    def work(conn: Connection) -> int:
        people = office(conn)
        enrol(conn, people.town.east_base, 1, Chat("web", "a-page"), locale="en")
        return signed(conn, people, now=now()).id

    going = Going(store, await store.write(work))
    async with working(outgoing(store, {"web": WebChannel(store, Streams(), now)})):
        await going.over()

    (payload,) = await store.read(lambda conn: list(conn.scalars(select(web_messages.c.payload))))
    assert payload["locale"] == "en"
    assert payload["message"]["lines"][0]["figures"] == {"text": "Three days off at New Year."}
