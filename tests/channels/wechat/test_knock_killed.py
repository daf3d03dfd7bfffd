"""Cards for silent members while the real process is killed: one for everybody, and the news behind each told once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection

from bot import notices
from bot.channels.wechat import chats
from bot.message import Chat
from tests.channels.wechat.silence import SEND, news
from tests.fakes.wechat import WeChatServer
from tests.fakes.wechat_phone import Follower
from tests.fakes.wechat_templates import TEMPLATE_ID
from tests.process.running import Bot
from tests.process.test_wechat import all_said, bot_on

KILLS, NEWS_EACH_TIME = 3, 4


def _silent_with_news(conn: Connection, people: list[str]) -> None:
    """They were here three days ago, and now there is news for each."""
    moment = datetime.now(UTC)
    for number, person in enumerate(people):
        chats.heard(conn, person, moment - timedelta(days=3), [])
        notices.queue(conn, Chat("wechat", person), news(number), locale="zh_CN", now=moment)


async def tell(bot: Bot, followers: list[Follower]) -> None:
    """News for each of them, though they are silent."""
    for follower in followers:
        follower.member.is_shut = True
    async with bot.store() as store:
        await store.write(_silent_with_news, [follower.member.id for follower in followers])


async def one_more(wechat: WeChatServer, calls: int) -> None:
    """Wait for a call beyond so many."""
    await wechat.until(lambda: len(wechat.called(SEND)) > calls)


async def test_kills_lose_no_card_and_double_none_and_every_news_is_told_once(tmp_path: Path) -> None:
    everybody: list[Follower] = []
    async with WeChatServer() as wechat, bot_on(wechat, tmp_path, WECHAT_TEMPLATE_ID=TEMPLATE_ID) as bot:
        for number in range(KILLS):
            some = [Follower(wechat, f"oSilent{number}{each:021}") for each in range(NEWS_EACH_TIME)]
            everybody += some
            calls = len(wechat.called(SEND))
            await tell(bot, some)
            await one_more(wechat, calls)
            bot.kill()
            await bot.start()
        for follower in everybody:
            await follower.gets_a_card()
            await follower.types("1")
            assert "一张票看不清" in await follower.hears()
        await all_said(bot)

    assert [len(follower.cards) for follower in everybody] == [1] * len(everybody)
    assert [len(follower.heard) for follower in everybody] == [1] * len(everybody)
    assert [one for one in (follower.member.id for follower in everybody) if one in bot.printed + bot.complaints] == []
    assert "C-2611" not in bot.printed + bot.complaints
