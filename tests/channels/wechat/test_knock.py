"""A card for a member who was silent for days: when one goes, that it goes once, and that the news behind it is told whole and once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from aiohttp import ClientSession

from bot.message import Message, Say
from tests.channels.telegram.running import says
from tests.channels.wechat.running import Clock
from tests.channels.wechat.silence import (
    HALF_AN_HOUR,
    SEND,
    Start,
    falls_silent,
    hears_all,
    later,
    news,
    say,
    until_looked_at,
)
from tests.fakes.wechat import WeChatServer
from tests.fakes.wechat_phone import Follower


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


async def test_the_page_behind_a_card_says_where_the_news_is_and_nothing_about_anybody(start: Start) -> None:
    async with start(public_url="https://bot.example.org") as bot, ClientSession() as http, http.get(f"{bot.address}/news") as answer:
        said = await answer.text()

    assert answer.status == 200
    assert "回复 1" in said and "reply 1" in said and "https://bot.example.org/chat" in said  # noqa: PT018


async def test_without_a_template_there_is_no_such_page(start: Start) -> None:
    async with start(wechat_template_id=None) as bot, ClientSession() as http, http.get(f"{bot.address}/news") as answer:
        assert answer.status == 404
