"""A broadcast is held up, goes on, is ended, and waits for the morning; whoever it had not reached by then is told apart."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from bot import audit
from bot.broadcast import course, feeding, recipients
from bot.broadcast import sending as leaving
from bot.broadcast.states import Fate, State
from bot.broadcast.tables import broadcasts
from bot.channels.web.send import WebChannel
from bot.channels.web.streams import Streams
from bot.jobs import Job, Later
from bot.jobs.tables import jobs
from bot.message import Chat
from bot.store import Store
from tests.broadcast.sending import Page, begun, got, handed_on, now, outgoing, phones, telegram_channel, working
from tests.broadcast.writing import fates
from tests.fakes.telegram import TelegramServer
from tests.jobs.working import HandClock


async def test_what_is_held_up_goes_on_where_it_stopped(store: Store, telegram: TelegramServer) -> None:
    chats = phones(telegram, 120)
    people, going = await begun(store, chats, pace=10)

    async with telegram_channel(store, telegram) as channel, working(outgoing(store, {"telegram": channel})):
        await telegram.until(lambda: len(got(telegram)) >= 5)
        paused = await store.write(course.pause, going.number, people.writer, revision=(await going.broadcast()).revision, now=now())
        async with asyncio.timeout(60):
            while await store.read(lambda conn: conn.scalar(select(jobs.c.id).limit(1))) is not None:  # noqa: ASYNC110 - only the database knows
                await asyncio.sleep(0.05)
        assert len(got(telegram)) < 120
        assert set(await store.read(fates)) == {Fate.SENT, Fate.WAITING}
        await store.write(lambda conn: conn.execute(update(broadcasts).values(pace=500)))
        await store.write(course.resume, going.number, people.signer, revision=paused.revision, now=now())
        assert (await going.over()).state is State.DONE

    assert got(telegram) == {int(chat.id): 1 for chat in chats}


async def test_what_is_cancelled_in_the_middle_reaches_nobody_else(store: Store, telegram: TelegramServer) -> None:
    people, going = await begun(store, phones(telegram, 120), pace=10)

    async with telegram_channel(store, telegram) as channel, working(outgoing(store, {"telegram": channel})):
        await telegram.until(lambda: len(got(telegram)) >= 5)
        await store.write(course.cancel, going.number, people.writer, revision=(await going.broadcast()).revision, now=now())
        broadcast = await going.over()

    assert broadcast.state is State.CANCELLED
    reached = len(got(telegram))
    assert 5 <= reached < 120
    progress = await going.progress()
    assert progress.fates == {Fate.SENT: reached, Fate.CANCELLED: 120 - reached}
    assert progress.settled == progress.people == 120


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


async def test_whose_job_still_stands_when_they_wait_again_is_not_queued_under_its_key(store: Store, page: Page) -> None:
    await store.write(recipients.settle, 1, Fate.WAITING)  # the quiet hours have begun; its job ends a moment later

    assert not await store.write(handed_on, page.going.number, page.work.by_channel, now())
    assert await store.read(fates) == [Fate.WAITING]
    await store.write(lambda conn: conn.execute(jobs.delete().where(jobs.c.kind == recipients.MESSAGE)))

    async with working(page.work):
        await page.going.over()
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
