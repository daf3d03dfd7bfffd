"""Taps on old buttons, two taps at once and edited words, over the Bot API's own HTTP with the real conversation behind it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from functools import partial

import pytest
from sqlalchemy import Connection

from bot import wording
from bot.conversation.step import step
from bot.documents.files import Files
from bot.store import Keyring, Store
from bot.threads import answer
from bot.threads.thread import newest
from calculator import load
from tests.channels.telegram.running import Running, now, running
from tests.claims.making import hire
from tests.conversation.scene import ZONE, plant_unions
from tests.fakes.phone import Phone
from tests.fakes.telegram import TelegramServer
from tests.threads.talking import words_of

TO_THE_AMOUNT = ["/start", "[住院了]", "45", "[在职]", "152000", "[没领过]"]


@pytest.fixture
async def bot(sqlite_store: Store, telegram: TelegramServer, keyring: Keyring) -> AsyncIterator[Running]:
    """The bot in Changchun."""
    await sqlite_store.write(plant_unions)
    take = partial(step, policies=load("changchun"), zone=ZONE)
    async with running(sqlite_store, telegram, take, quick=True, files=Files("memory:///", keyring)) as made:
        yield made


async def goes(phone: Phone, *lines: str) -> None:
    """Texts and [buttons], each until it is answered."""
    for line in lines:
        if line.startswith("["):
            phone.taps(line[1:-1])
        else:
            phone.types(line)
        await phone.hears()


async def test_an_old_button_changes_the_answer_it_was_under_and_says_what_that_does(bot: Running, phone: Phone) -> None:
    await goes(phone, *TO_THE_AMOUNT)

    phone.taps("已退休")
    await phone.hears()

    assert phone.heard[-1].startswith("改好了：已退休。\n补贴从 12,160.00 元变成 0.00 元。")


async def test_two_taps_at_once_are_both_answered_and_the_last_stands(bot: Running, telegram: TelegramServer, phone: Phone) -> None:
    await goes(phone, "/start", "[住院了]", "45")

    phone.taps("在职")
    phone.taps("已退休")
    await phone.hears(2)
    dead = await bot.settled()

    assert len(telegram.answered) == 3
    assert wording.text("ask.out_of_pocket", "zh_CN") in phone.heard[-2]
    assert phone.heard[-1].startswith("改好了：已退休。")
    assert dead == []


async def test_one_tap_that_comes_twice_changes_nothing_more(bot: Running, phone: Phone) -> None:
    await goes(phone, *TO_THE_AMOUNT[:-1])

    phone.taps("没领过")
    phone.taps("没领过")
    await phone.hears(2)

    assert all("12,160.00" in text for text in phone.heard[-2:])


async def test_two_devices_of_one_account_answer_one_after_the_other(bot: Running, phone: Phone) -> None:
    await goes(phone, "/start", "[住院了]")
    question = phone.chat.messages[-1]

    phone.types("45")
    phone.replies(question, "46")
    await phone.hears(2)

    assert "46" in phone.heard[-1]


async def test_a_reply_to_the_staff_goes_to_them_and_an_edit_of_it_again(bot: Running, phone: Phone) -> None:
    await goes(phone, "/start", "[住院了]", "人工", "能领吗")

    def work(conn: Connection) -> None:
        answer.answer(conn, 1, hire(conn, "city"), "请问您多大", seen=newest(conn, 1), now=now())

    await bot.store.write(work)
    await phone.hears()
    said = phone.replies(phone.chat.messages[-1], "45")
    await phone.hears()
    phone.edits(said, "46")
    await phone.hears()

    assert await bot.store.read(words_of, 1) == ["能领吗", "请问您多大", "45", "46"]
    assert wording.text("ask.age", "zh_CN") in phone.heard[-1]
