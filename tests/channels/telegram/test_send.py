"""Sending: once, at Telegram's pace, through whatever breaks."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest
from sqlalchemy import Connection, select

from bot.channels import ledger
from bot.channels.tables import sends
from bot.jobs.tables import jobs
from bot.store import Store
from tests.channels.telegram.running import Echo, button, now, running, says
from tests.fakes.phone import Phone
from tests.fakes.telegram import PATIENCE_S, CutAfter, CutBefore, Fault, Status, TelegramServer, TooMany


async def test_a_notice_arrives_with_its_buttons(store: Store, telegram: TelegramServer, phone: Phone) -> None:
    async with running(store, telegram, Echo(), receives=False) as bot:
        await bot.say(phone.person, says("hello", button("yes", "=1.1.k.yes")))
        await bot.settled()

    assert phone.heard == ["hello"]
    assert phone.buttons() == ["yes"]


async def test_one_notice_after_another_arrives_though_the_queue_runs_empty_between(
    sqlite_store: Store, telegram: TelegramServer, phone: Phone
) -> None:
    async with running(sqlite_store, telegram, Echo(), receives=False) as bot:
        for text in ("one", "two"):
            await bot.say(phone.person, says(text))
            await bot.settled()

    assert phone.heard == ["one", "two"]


async def test_the_wait_that_telegram_asks_for_is_kept(sqlite_store: Store, telegram: TelegramServer, phone: Phone) -> None:
    telegram.fail("sendMessage", TooMany(2))

    async with running(sqlite_store, telegram, Echo(), receives=False) as bot:
        await bot.say(phone.person, says("patience"))
        await bot.settled()

    first, second = telegram.called("sendMessage")
    assert second.at - first.at >= 2.0
    assert phone.heard == ["patience"]


async def test_while_telegram_asks_for_patience_nobody_else_is_written_to(sqlite_store: Store, telegram: TelegramServer) -> None:
    phones = [Phone(telegram, 8000 + number) for number in range(20)]
    telegram.fail("sendMessage", TooMany(3))

    async with running(sqlite_store, telegram, Echo(), receives=False) as bot:
        await bot.say(phones[0].person, says("first"))
        async with asyncio.timeout(PATIENCE_S):
            while not await sqlite_store.read(lambda conn: conn.scalar(select(sends.c.failures))):  # noqa: ASYNC110 - until the refusal was read
                await asyncio.sleep(0.01)
        await asyncio.gather(*(bot.say(phone.person, says("news")) for phone in phones[1:]))
        assert await bot.settled() == []

    calls = telegram.called("sendMessage")
    refused = calls[0].at
    assert len(calls) == 21
    assert calls[1].at - refused >= 3.0
    assert calls[1].parameters["chat_id"] == "8000"


@pytest.mark.parametrize("faults", [[Status(500)], [Status(502), Status(500)], [CutBefore()]])
async def test_what_did_not_arrive_is_sent_until_it_does(
    sqlite_store: Store, telegram: TelegramServer, phone: Phone, faults: list[Fault]
) -> None:
    telegram.fail("sendMessage", *faults)

    async with running(sqlite_store, telegram, Echo(), receives=False) as bot:
        await bot.say(phone.person, says("stubborn"))
        assert await bot.settled() == []

    assert phone.heard == ["stubborn"]
    assert len(telegram.called("sendMessage")) == len(faults) + 1


async def test_a_message_whose_answer_was_lost_is_repeated_once(sqlite_store: Store, telegram: TelegramServer, phone: Phone) -> None:
    telegram.fail("sendMessage", CutAfter())

    async with running(sqlite_store, telegram, Echo(), receives=False) as bot:
        await bot.say(phone.person, says("twice at most"))
        assert await bot.settled() == []

    assert phone.heard == ["twice at most"] * 2


async def test_a_second_lost_answer_is_left_to_staff(sqlite_store: Store, telegram: TelegramServer, phone: Phone) -> None:
    telegram.fail("sendMessage", CutAfter(), Status(500), CutAfter())

    async with running(sqlite_store, telegram, Echo(), receives=False) as bot:
        await bot.say(phone.person, says("twice at most"))
        await bot.say(phone.person, says("the next"))
        dead = await bot.settled()

    assert [job.reason for job in dead] == ["unknown"]
    assert phone.heard == ["twice at most", "twice at most", "the next"]


async def test_a_message_that_may_have_left_before_a_crash_is_repeated_until_the_fourth(
    sqlite_store: Store, telegram: TelegramServer, phone: Phone
) -> None:
    async with running(sqlite_store, telegram, Echo(), receives=False) as bot:
        for crashes in range(1, 5):
            await bot.say(phone.person, says(f"{crashes} crashes"))
            await sqlite_store.write(_crashed, crashes)
        dead = await bot.settled()

    assert phone.heard == ["1 crashes", "2 crashes", "3 crashes"]
    assert [job.reason for job in dead] == ["unknown"]


def _crashed(conn: Connection, times: int) -> None:
    newest = conn.scalars(select(jobs.c.id).order_by(jobs.c.id.desc())).first()
    assert newest is not None
    for _ in range(times):
        ledger.leaving(conn, newest, now=now())


async def test_who_blocked_the_bot_is_not_tried_again_until_they_write(sqlite_store: Store, telegram: TelegramServer, phone: Phone) -> None:
    phone.chat.blocked = True
    async with running(sqlite_store, telegram, Echo()) as bot:
        await bot.say(phone.person, says("news"))
        await bot.settled()
        await bot.say(phone.person, says("more news"))
        dead = await bot.settled()

        assert [job.reason for job in dead] == ["blocked", "blocked"]
        assert len(telegram.called("sendMessage")) == 1

        phone.chat.blocked = False
        phone.types("back again")
        await phone.hears(3)

    assert phone.heard == ["news", "more news", "took back again"]


async def test_who_unblocks_the_bot_gets_the_newest_of_what_they_missed(
    sqlite_store: Store, telegram: TelegramServer, phone: Phone
) -> None:
    async with running(sqlite_store, telegram, Echo(), quick=True) as bot:
        phone.blocks()
        await telegram.until(lambda: not telegram.pending)
        for number in range(12):
            await bot.say(phone.person, says(str(number)))
        await bot.settled()
        phone.blocks(blocked=False)
        await phone.hears(10)
        dead = await bot.settled()

    assert phone.heard == [str(number) for number in range(2, 12)]
    assert [job.reason for job in dead] == ["blocked", "blocked"]


async def test_a_block_that_telegram_reports_is_enough(sqlite_store: Store, telegram: TelegramServer, phone: Phone) -> None:
    async with running(sqlite_store, telegram, Echo()) as bot:
        phone.blocks()
        await telegram.until(lambda: not telegram.pending)
        await bot.say(phone.person, says("news"))
        dead = await bot.settled()

    assert [job.reason for job in dead] == ["blocked"]
    assert telegram.called("sendMessage") == []


async def test_what_telegram_refuses_is_left_to_staff_and_holds_up_nothing(
    sqlite_store: Store, telegram: TelegramServer, phone: Phone
) -> None:
    async with running(sqlite_store, telegram, Echo(), receives=False) as bot:
        await bot.say(phone.person, says("x", button("too long", "=" + "y" * 64)))
        await bot.say(99, says("nobody there"))
        await bot.say(phone.person, says("the next"))
        dead = await bot.settled()

    assert sorted(job.reason for job in dead) == ["refused: Button_data_invalid", "refused: Chat not found"]
    assert phone.heard == ["the next"]


async def test_a_long_message_goes_on_where_it_was_interrupted(sqlite_store: Store, telegram: TelegramServer, phone: Phone) -> None:
    lines = [f"{number} " + "字" * 1000 for number in range(10)]
    async with running(sqlite_store, telegram, Echo(), receives=False) as bot:
        sending = bot.say(phone.person, says("\n".join(lines), button("yes", "=1.1.k.yes")))
        await sending
        await phone.hears()
        telegram.fail("sendMessage", Status(500))
        await bot.settled()

    assert "\n".join(phone.heard) == "\n".join(lines)
    assert ["reply_markup" in message for message in phone.chat.messages] == [False, False, True]


async def test_messages_to_one_chat_leave_at_telegrams_pace(sqlite_store: Store, telegram: TelegramServer, phone: Phone) -> None:
    async with running(sqlite_store, telegram, Echo(), receives=False) as bot:
        for number in range(3):
            await bot.say(phone.person, says(str(number)))
        await bot.settled()

    times = [call.at for call in telegram.called("sendMessage")]
    assert times[-1] - times[0] >= 1.0  # two seconds when they leave; the way of the first may take most of one
    assert phone.heard == ["0", "1", "2"]


async def test_news_to_many_chats_leave_at_telegrams_pace(sqlite_store: Store, telegram: TelegramServer) -> None:
    phones = [Phone(telegram, 8000 + number) for number in range(60)]
    async with running(sqlite_store, telegram, Echo(), receives=False) as bot:
        await asyncio.gather(*(bot.say(phone.person, says("news")) for phone in phones))
        await bot.settled()

    times = sorted(call.at for call in telegram.called("sendMessage"))
    assert times[-1] - times[0] >= 1.0  # two seconds when they leave
    assert all(phone.heard == ["news"] for phone in phones)


async def test_a_storm_of_faults_loses_nothing_and_doubles_nothing_but_lost_answers(sqlite_store: Store, telegram: TelegramServer) -> None:
    phones = [Phone(telegram, 8000 + number) for number in range(60)]
    lost = 4
    telegram.fail("sendMessage", *[fault for _ in range(lost) for fault in (Status(500), CutBefore(), CutAfter(), Status(502))])

    async with running(sqlite_store, telegram, Echo(), receives=False) as bot:
        await asyncio.gather(*(bot.say(phone.person, says("news")) for phone in phones))
        unknown = [job for job in await bot.settled() if job.reason == "unknown"]

    heard = Counter(len(phone.heard) for phone in phones)
    assert heard[2] <= lost
    assert heard[0] <= len(unknown)
    assert max(heard) <= 2
