"""Everybody gets a broadcast once, at its pace, through whatever breaks; and nobody who does not want it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, select, update

from bot import audit
from bot.broadcast import course, feeding, recipients
from bot.broadcast import sending as leaving
from bot.broadcast.outgoing import AT_ONCE
from bot.broadcast.states import Fate, State
from bot.broadcast.tables import broadcast_recipients
from bot.channels.web.send import WebChannel
from bot.channels.web.streams import Streams
from bot.channels.web.tables import web_messages
from bot.jobs import Job, Later
from bot.jobs.tables import DEAD, jobs
from bot.message import Chat, Notice
from bot.notices import Channel
from bot.reminders import announcements
from bot.reminders.reach import Reach
from bot.store import Store
from tests.broadcast.sending import Going, dying, got, handed_on, now, outgoing, phones, telegram_channel, working
from tests.broadcast.writing import Office, enrol, enrol_all, fates, office, phones_leaving, signed
from tests.fakes.telegram import CutAfter, CutBefore, TelegramServer, TooMany
from tests.jobs.working import HandClock


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramServer]:
    async with TelegramServer() as server:
        yield server


async def begun(store: Store, chats: list[Chat], pace: int = 500) -> tuple[Office, Going]:
    """Everybody enrolled, and the broadcast signed."""

    def work(conn: Connection) -> tuple[Office, int]:
        people = office(conn)
        enrol_all(conn, people.town.east_base, chats)
        return people, signed(conn, people, pace=pace, now=now()).id

    people, number = await store.write(work)
    return people, Going(store, number)


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
    _, going = await begun(sqlite_store, phones(telegram, 60), pace=20)

    async with telegram_channel(sqlite_store, telegram) as channel, working(outgoing(sqlite_store, {"telegram": channel})):
        await going.over()

    times = sorted(call.at for call in telegram.called("sendMessage"))
    assert len(times) == 60
    assert times[-1] - times[0] >= 59 / 20 - 0.2
    assert max(sum(start <= at < start + 1 for at in times) for start in times) <= 2 * 20  # what was late may follow at once


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


async def test_who_opts_out_between_the_signature_and_their_turn_gets_nothing(store: Store, telegram: TelegramServer) -> None:
    chats = phones(telegram, 5)
    _, going = await begun(store, chats)
    await store.write(announcements.stop, chats[2], now())

    async with telegram_channel(store, telegram) as channel, working(outgoing(store, {"telegram": channel})):
        await going.over()

    assert got(telegram) == {10_000: 1, 10_001: 1, 10_003: 1, 10_004: 1}
    assert (await going.progress()).fates == {Fate.SENT: 4, Fate.OPTED_OUT: 1}


async def test_who_opts_out_when_the_message_is_queued_already_gets_nothing(store: Store, telegram: TelegramServer) -> None:
    chats = phones(telegram, 2)
    _, going = await begun(store, chats)
    async with telegram_channel(store, telegram) as channel:
        work = outgoing(store, {"telegram": channel})
        await going.gather(*chats, is_all=True)
        assert not await store.write(handed_on, going.number, work.by_channel, now())
        assert await store.read(fates) == [Fate.QUEUED, Fate.QUEUED]
        await store.write(announcements.stop, chats[0], now())

        async with working(work):
            await going.over()

    assert got(telegram) == {10_001: 1}
    assert await store.read(fates) == [Fate.OPTED_OUT, Fate.SENT]


async def test_what_is_held_up_goes_on_where_it_stopped(store: Store, telegram: TelegramServer) -> None:
    chats = phones(telegram, 120)
    people, going = await begun(store, chats, pace=60)

    async with telegram_channel(store, telegram) as channel, working(outgoing(store, {"telegram": channel})):
        await telegram.until(lambda: len(got(telegram)) >= 20)
        paused = await store.write(course.pause, going.number, people.writer, revision=(await going.broadcast()).revision, now=now())
        async with asyncio.timeout(20):
            while await store.read(lambda conn: conn.scalar(select(jobs.c.id).limit(1))) is not None:  # noqa: ASYNC110 - only the database knows
                await asyncio.sleep(0.05)
        stopped = len(got(telegram))
        assert stopped < 100
        assert set(await store.read(fates)) == {Fate.SENT, Fate.WAITING}
        await store.write(course.resume, going.number, people.signer, revision=paused.revision, now=now())
        assert (await going.over()).state is State.DONE

    assert got(telegram) == {int(chat.id): 1 for chat in chats}


async def test_what_is_cancelled_in_the_middle_reaches_nobody_else(store: Store, telegram: TelegramServer) -> None:
    people, going = await begun(store, phones(telegram, 120), pace=60)

    async with telegram_channel(store, telegram) as channel, working(outgoing(store, {"telegram": channel})):
        await telegram.until(lambda: len(got(telegram)) >= 20)
        await store.write(course.cancel, going.number, people.writer, revision=(await going.broadcast()).revision, now=now())
        broadcast = await going.over()

    assert broadcast.state is State.CANCELLED
    reached = len(got(telegram))
    assert 20 <= reached <= 20 + 8 + 20
    progress = await going.progress()
    assert progress.fates == {Fate.SENT: reached, Fate.CANCELLED: 120 - reached}
    assert progress.settled == progress.people == 120


@dataclass
class Dying:
    """A channel whose process dies after so many messages, each at the worst moment: it has arrived, and nobody has noted that."""

    inner: Channel
    left: int
    name: str = "telegram"

    async def send(self, notice: Notice, job: Job) -> None:
        await self.inner.send(notice, job)
        self.left -= 1
        if self.left <= 0:
            await asyncio.sleep(3600)


async def test_a_process_that_dies_in_the_middle_doubles_at_most_what_was_leaving(store: Store, telegram: TelegramServer) -> None:
    chats = phones(telegram, 100)
    _, going = await begun(store, chats)

    async with telegram_channel(store, telegram) as channel:
        async with dying(outgoing(store, {"telegram": Dying(channel, 40)})):
            await telegram.until(lambda: len(got(telegram)) >= 38 + AT_ONCE)
        were_leaving = await store.read(phones_leaving)
        assert 0 < len(were_leaving) <= AT_ONCE

        async with working(outgoing(store, {"telegram": channel})):
            await going.over()

    assert set(got(telegram)) == {int(chat.id) for chat in chats}
    assert {chat for chat, times in got(telegram).items() if times > 1} <= were_leaving
    assert max(got(telegram).values()) <= 2
    assert (await going.progress()).fates == {Fate.SENT: 100}


async def test_what_was_being_gathered_when_the_process_died_is_gathered_anew(store: Store, telegram: TelegramServer) -> None:
    chats = phones(telegram, 30)
    _, going = await begun(store, chats)
    await going.gather(*chats[:2])

    async with telegram_channel(store, telegram) as channel, working(outgoing(store, {"telegram": channel})):
        await going.over()

    assert got(telegram) == {int(chat.id): 1 for chat in chats}


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


async def test_nothing_leaves_in_the_quiet_hours(store: Store) -> None:
    _, going = await begun(store, [Chat("web", "a-page")])
    clock = HandClock()
    clock.now = datetime(2026, 11, 23, 22, 30, tzinfo=UTC)
    work = outgoing(store, {"web": WebChannel(store, Streams(), clock)}, quiet=(21, 8), clock=clock)
    revision = (await going.broadcast()).revision

    with pytest.raises(Later) as later:
        await feeding.feeder(work)(Job(1, "broadcast", {"broadcast": going.number, "revision": revision}, 1))

    assert later.value.after_s == timedelta(hours=9, minutes=30).total_seconds()
    assert await store.read(fates) == []


async def test_who_was_queued_when_the_quiet_hours_began_waits_for_the_morning(store: Store) -> None:
    chat = Chat("web", "a-page")
    _, going = await begun(store, [chat])
    clock = HandClock()
    clock.now = datetime(2026, 11, 23, 20, 59, tzinfo=UTC)
    work = outgoing(store, {"web": WebChannel(store, Streams(), clock)}, quiet=(21, 8), clock=clock)
    await going.gather(chat)
    await store.write(handed_on, going.number, work.by_channel, clock())
    clock.turn(61)

    await leaving.sender(work)(Job(7, recipients.MESSAGE, {"recipient": 1}, 1))

    assert await store.read(fates) == [Fate.WAITING]


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


async def test_a_message_whose_job_was_given_up_has_failed_and_holds_up_nothing(store: Store) -> None:
    chat = Chat("web", "a-page")
    _, going = await begun(store, [chat])
    work = outgoing(store, {"web": WebChannel(store, Streams(), now)})
    await going.gather(chat, is_all=True)
    await store.write(handed_on, going.number, work.by_channel, now())
    await store.write(lambda conn: conn.execute(update(jobs).where(jobs.c.kind == recipients.MESSAGE).values(state=DEAD)))

    async with working(work):
        await going.over()

    def look(conn: Connection) -> tuple[str, str]:
        row = conn.execute(select(broadcast_recipients.c.fate, broadcast_recipients.c.reason)).one()
        return row.fate, row.reason

    assert await store.read(look) == (Fate.FAILED, "lost")


async def test_a_broadcast_whose_job_is_gone_is_taken_up_at_the_next_start(store: Store) -> None:
    _, going = await begun(store, [Chat("web", "a-page")])
    await store.write(lambda conn: conn.execute(jobs.delete()))
    await store.write(course.take_up, now())
    await store.write(course.take_up, now())

    async with working(outgoing(store, {"web": WebChannel(store, Streams(), now)})):
        assert (await going.over()).state is State.DONE
    await store.write(course.take_up, now())
    assert await store.read(lambda conn: conn.scalar(select(jobs.c.id).limit(1))) is None


async def test_what_was_written_of_a_cancelled_message_under_way_says_that_nobody_knows(store: Store) -> None:
    chat = Chat("web", "a-page")
    people, going = await begun(store, [chat])
    work = outgoing(store, {})
    await going.gather(chat)
    await store.write(handed_on, going.number, work.by_channel, now())
    await store.write(recipients.settle, 1, Fate.LEAVING)
    await store.write(course.cancel, going.number, people.writer, revision=(await going.broadcast()).revision, now=now())

    async with working(work):
        await going.over()

    assert (await going.progress()).fates == {Fate.FAILED: 1}


async def test_a_member_who_is_erased_leaves_no_row(store: Store) -> None:
    chat = Chat("web", "a-page")
    _, going = await begun(store, [chat])
    async with working(outgoing(store, {"web": WebChannel(store, Streams(), now)})):
        await going.over()

    await store.write(recipients.forget, chat)

    assert await store.read(fates) == []
    assert (await going.progress()).fates == {Fate.SENT: 1}


async def test_a_broadcast_whose_job_was_given_up_is_taken_up_at_the_next_start(store: Store) -> None:
    _, going = await begun(store, [Chat("web", "a-page")])
    await store.write(lambda conn: conn.execute(update(jobs).values(state=DEAD, reason="tries used up", attempts=12)))
    await store.write(course.take_up, now())

    async with working(outgoing(store, {"web": WebChannel(store, Streams(), now)})):
        assert (await going.over()).state is State.DONE
    assert await store.read(fates) == [Fate.SENT]
    assert await store.read(lambda conn: conn.scalar(select(jobs.c.id).limit(1))) is None


async def test_a_message_that_arrived_is_not_counted_as_kept_back_by_what_its_member_said_after(store: Store) -> None:
    chat = Chat("web", "a-page")
    _, going = await begun(store, [chat])
    work = outgoing(store, {"web": WebChannel(store, Streams(), now)})
    await going.gather(chat, is_all=True)
    await store.write(handed_on, going.number, work.by_channel, now())
    job = Job(7, recipients.MESSAGE, {"recipient": 1}, 1)
    await leaving.sender(work)(job)
    await store.write(recipients.settle, 1, Fate.LEAVING)  # the process died before it noted that
    await store.write(announcements.stop, chat, now())

    await leaving.sender(work)(replace(job, attempts=2))

    assert await store.read(fates) == [Fate.SENT]
    assert len(await store.read(lambda conn: list(conn.scalars(select(web_messages.c.id))))) == 1


async def test_whoever_is_gathered_after_it_was_cancelled_is_not_written_down(store: Store) -> None:
    chats = [Chat("web", "a-page"), Chat("web", "another")]
    people, going = await begun(store, chats)
    await going.gather(chats[0])
    seen = await going.broadcast()
    await store.write(course.cancel, going.number, people.writer, revision=seen.revision, now=now())

    assert not await store.write(feeding.add, seen, [("member:2", chats[1])])
    assert not await store.write(feeding.all_there, seen, now())

    assert await store.read(fates) == [Fate.WAITING]
    assert (await going.broadcast()).gathered_at is None


async def test_whose_job_still_stands_when_they_wait_again_is_not_queued_under_its_key(store: Store) -> None:
    chat = Chat("web", "a-page")
    _, going = await begun(store, [chat])
    work = outgoing(store, {"web": WebChannel(store, Streams(), now)})
    await going.gather(chat, is_all=True)
    await store.write(handed_on, going.number, work.by_channel, now())
    await store.write(recipients.settle, 1, Fate.WAITING)  # the quiet hours have begun; its job ends a moment later

    assert not await store.write(handed_on, going.number, work.by_channel, now())
    assert await store.read(fates) == [Fate.WAITING]
    await store.write(lambda conn: conn.execute(jobs.delete().where(jobs.c.kind == recipients.MESSAGE)))

    async with working(work):
        await going.over()
    assert await store.read(fates) == [Fate.SENT]


async def test_what_is_held_up_for_a_month_or_stuck_is_cancelled_and_what_is_young_is_not(store: Store) -> None:
    people, going = await begun(store, [Chat("web", "a-page")])
    begun_at = (await going.broadcast()).began_at
    assert begun_at is not None
    paused = await store.write(course.pause, going.number, people.writer, revision=(await going.broadcast()).revision, now=now())

    await store.write(course.end_old, begun_at, now())
    assert (await going.broadcast()).revision == paused.revision
    await store.write(course.end_old, begun_at + timedelta(seconds=1), now())

    async with working(outgoing(store, {})):
        assert (await going.over()).state is State.CANCELLED
    history = await store.read(audit.history, paused.subject)
    assert ("system", "broadcast_cancelled") in [(entry.actor, entry.action) for entry in history]
