"""Buttons after their answer."""

from __future__ import annotations

from bot.store import Store
from tests.channels.telegram.running import Echo, button, running, says
from tests.fakes.phone import Phone
from tests.fakes.telegram import CutAfter, Status, TelegramServer, TooMany

QUESTION = says("in work?", button("yes", "=1.1.k.yes"), button("no", "=1.1.k.no"))
NEWS = says("news", button("where is it", "status"))


async def test_after_a_tap_the_chosen_button_stays_as_a_mark(store: Store, telegram: TelegramServer, phone: Phone) -> None:
    async with running(store, telegram, Echo(), quick=True) as bot:
        await bot.say(phone.person, QUESTION)
        await phone.hears()
        phone.taps("no")
        assert await phone.hears() == "took =1.1.k.no"
        await bot.settled()

        assert telegram.answered == ["q1"]
        assert phone.chat.messages[0]["reply_markup"] == {"inline_keyboard": [[{"text": "✓ no", "callback_data": "-"}]]}


async def test_a_tap_on_the_mark_does_nothing_but_stop_the_phones_waiting(
    sqlite_store: Store, telegram: TelegramServer, phone: Phone
) -> None:
    echo = Echo()
    async with running(sqlite_store, telegram, echo, quick=True) as bot:
        await bot.say(phone.person, QUESTION)
        await phone.hears()
        phone.taps("no")
        await phone.hears()
        await bot.settled()
        phone.taps("✓ no")
        await telegram.until(lambda: telegram.answered == ["q1", "q2"])
        await bot.settled()

    assert len(echo.taken) == 1
    assert phone.chat.messages[0]["reply_markup"]["inline_keyboard"][0][0]["text"] == "✓ no"


async def test_an_answer_in_words_takes_the_buttons_away(sqlite_store: Store, telegram: TelegramServer, phone: Phone) -> None:
    async with running(sqlite_store, telegram, Echo(), quick=True) as bot:
        await bot.say(phone.person, QUESTION)
        await phone.hears()
        phone.types("yes I am")
        await phone.hears()
        await bot.settled()

    assert "reply_markup" not in phone.chat.messages[0]


async def test_news_in_between_leave_the_open_question_alone_and_keep_their_buttons(
    sqlite_store: Store, telegram: TelegramServer, phone: Phone
) -> None:
    async with running(sqlite_store, telegram, Echo(), quick=True) as bot:
        await bot.say(phone.person, QUESTION)
        await bot.say(phone.person, NEWS)
        await phone.hears(2)
        phone.taps("where is it")
        await phone.hears()
        phone.types("yes I am")
        await phone.hears()
        await bot.settled()

    question, news, *_ = phone.chat.messages
    assert question["reply_markup"]["inline_keyboard"][0][0]["text"] == "yes"
    assert news["reply_markup"]["inline_keyboard"][0][0]["text"] == "where is it"


async def test_a_failing_edit_is_tried_again_and_holds_up_no_answer(sqlite_store: Store, telegram: TelegramServer, phone: Phone) -> None:
    telegram.fail("editMessageReplyMarkup", Status(500), CutAfter(), TooMany(1))
    telegram.fail("answerCallbackQuery", CutAfter())
    async with running(sqlite_store, telegram, Echo(), quick=True) as bot:
        await bot.say(phone.person, QUESTION)
        await phone.hears()
        phone.taps("yes")
        assert await phone.hears() == "took =1.1.k.yes"
        assert await bot.settled() == []

    assert phone.chat.messages[0]["reply_markup"]["inline_keyboard"][0][0]["text"] == "✓ yes"
