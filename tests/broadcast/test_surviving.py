"""A process dies, a job is given up, a member is erased: the broadcast goes on, and nobody gets it again who need not."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace

from sqlalchemy import Connection, select, update

from bot.broadcast import course, recipients
from bot.broadcast import sending as leaving
from bot.broadcast.outgoing import AT_ONCE
from bot.broadcast.states import Fate, State
from bot.broadcast.tables import broadcast_recipients
from bot.channels.web.send import WebChannel
from bot.channels.web.streams import Streams
from bot.channels.web.tables import web_messages
from bot.jobs import Job
from bot.jobs.tables import DEAD, jobs
from bot.message import Chat, Notice
from bot.notices import Channel
from bot.reminders import announcements
from bot.store import Store
from tests.broadcast.sending import Page, begun, dying, got, now, outgoing, phones, telegram_channel, working
from tests.broadcast.writing import fates, phones_leaving
from tests.fakes.telegram import TelegramServer


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


async def test_a_message_whose_job_was_given_up_has_failed_and_holds_up_nothing(store: Store, page: Page) -> None:
    await store.write(lambda conn: conn.execute(update(jobs).where(jobs.c.kind == recipients.MESSAGE).values(state=DEAD)))

    async with working(page.work):
        await page.going.over()

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


async def test_a_broadcast_whose_job_was_given_up_is_taken_up_at_the_next_start(store: Store) -> None:
    _, going = await begun(store, [Chat("web", "a-page")])
    await store.write(lambda conn: conn.execute(update(jobs).values(state=DEAD, reason="tries used up", attempts=12)))
    await store.write(course.take_up, now())

    async with working(outgoing(store, {"web": WebChannel(store, Streams(), now)})):
        assert (await going.over()).state is State.DONE
    assert await store.read(fates) == [Fate.SENT]
    assert await store.read(lambda conn: conn.scalar(select(jobs.c.id).limit(1))) is None


async def test_a_message_that_arrived_is_not_counted_as_kept_back_by_what_its_member_said_after(store: Store, page: Page) -> None:
    job = Job(7, recipients.MESSAGE, {"recipient": 1}, 1)
    await leaving.sender(page.work)(job)
    await store.write(recipients.settle, 1, Fate.LEAVING)  # the process died before it noted that
    await store.write(announcements.stop, page.chat, now())

    await leaving.sender(page.work)(replace(job, attempts=2))

    assert await store.read(fates) == [Fate.SENT]
    assert len(await store.read(lambda conn: list(conn.scalars(select(web_messages.c.id))))) == 1


async def test_a_member_who_is_erased_leaves_no_row(store: Store) -> None:
    chat = Chat("web", "a-page")
    _, going = await begun(store, [chat])
    async with working(outgoing(store, {"web": WebChannel(store, Streams(), now)})):
        await going.over()

    await store.write(recipients.forget, chat)

    assert await store.read(fates) == []
    assert (await going.progress()).fates == {Fate.SENT: 1}
