"""One member in several chats, over the real process and every platform's own HTTP: linked by a code, gone on with, told, parted again."""

from __future__ import annotations

import random
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, select

from bot import wording
from bot.claims import decide
from bot.claims.claim import Claim
from bot.linking.tables import linked_chats
from bot.message import Chat
from bot.staff.accounts import Staff
from bot.threads import answer
from bot.threads.thread import newest
from tests.channels.telegram.test_journey import a_photo
from tests.claims.making import Stay, claim_for, hire
from tests.fakes.phone import Phone
from tests.fakes.telegram import PATIENCE_S, TelegramServer
from tests.fakes.telegram import TOKEN as TELEGRAM_TOKEN
from tests.fakes.wechat import AES_KEY, APP_ID, SECRET, TOKEN, WeChatServer
from tests.fakes.wechat_phone import Follower
from tests.process.members import WebChat
from tests.process.running import Bot, running
from tests.threads.talking import all_threads, words_of

CODE = re.compile(r"\d{4} \d{4}")
ELSEWHERE = "在别的地方继续"
APART = "断开这个聊天"


@dataclass
class Town:
    """The bot, and one member with three ways to it."""

    bot: Bot
    phone: Phone
    wechat: Follower
    web: WebChat

    async def on_phone(self, line: str) -> str:
        """Text, a [button] or a （照片） on Telegram; the bot's next words there."""
        self.phone.read = len(self.phone.heard)
        if line.startswith("（"):
            self.phone.sends_photo(a_photo())
        elif line.startswith("["):
            self.phone.taps(line[1:-1])
        else:
            self.phone.types(line)
        return await self.phone.hears()

    async def on_web(self, line: str) -> str:
        """Text or a [button] in the browser."""
        await self.web.answers(line)
        return self.web.heard[-1]

    async def on_wechat(self, line: str) -> str:
        """Text or a numbered choice on WeChat."""
        self.wechat.read = len(self.wechat.heard)
        await (self.wechat.picks(line[1:-1]) if line.startswith("[") else self.wechat.types(line))
        return await self.wechat.hears()

    async def answered_by_staff(self, staff: Staff, words: str) -> None:
        """In the console, on the only thread."""

        def work(conn: Connection) -> None:
            (thread,) = all_threads(conn)
            answer.answer(conn, thread.id, staff, words, seen=newest(conn, thread.id), now=datetime.now(UTC))

        async with self.bot.store() as store:
            await store.write(work)

    async def chats(self) -> set[str]:
        """The channels that are one member's."""
        async with self.bot.store() as store:
            return set(await store.read(lambda conn: list(conn.scalars(select(linked_chats.c.channel)))))


@asynccontextmanager
async def town(folder: Path) -> AsyncIterator[Town]:
    """The real process on all three platforms."""
    async with TelegramServer() as telegram, WeChatServer() as wechat:
        account = {"WECHAT_APP_ID": APP_ID, "WECHAT_TOKEN": TOKEN, "WECHAT_SECRET": SECRET, "WECHAT_AES_KEY": AES_KEY}
        account |= {"WECHAT_API_URL": wechat.url, "TELEGRAM_TOKEN": TELEGRAM_TOKEN, "TELEGRAM_API_URL": telegram.url}
        async with running(folder, **account) as bot, WebChat(bot.address, random.Random(1)) as web:  # noqa: S311 - any ids will do
            wechat.callback = f"{bot.address}/wechat"
            await wechat.until(lambda: wechat.menu)
            await web.hears(1)
            yield Town(bot, Phone(telegram), Follower(wechat), web)


def code_in(text: str) -> str:
    found = CODE.search(text)
    assert found, text
    return found[0]


async def test_begun_on_telegram_gone_on_with_on_the_web_and_parted_again(tmp_path: Path) -> None:
    async with town(tmp_path) as here:
        await begun_on_telegram(here)
        await linked_once_the_first_chat_says_so(here)
        await gone_on_with_on_the_web(here)

        staff, claim = await a_claim(here, Chat("telegram", str(here.phone.person)))
        await told_where_the_member_is(here, claim)
        await answered_where_the_member_asked(here, staff)
        await answered_where_the_member_is_by_then(here, staff, claim)

        await parted(here)
        await answered_where_the_claim_was_made(here, staff, claim)
        assert await here.bot.stop() == 0
        assert "Traceback" not in here.bot.complaints


async def begun_on_telegram(here: Town) -> None:
    for line in ("/start", "[住院了]", "45", "[在职]"):
        asked = await here.on_phone(line)

    assert wording.text("ask.out_of_pocket", "zh_CN") in asked


async def linked_once_the_first_chat_says_so(here: Town) -> None:
    code = code_in(await here.on_phone(ELSEWHERE))
    here.phone.read = len(here.phone.heard)
    assert "Telegram" in await here.on_web(code)
    await here.on_web("[两边都是我，接上]")
    assert "网页" in await here.phone.hears()
    assert await here.chats() == set()

    before = len(here.web.heard)
    await here.on_phone("[是我，接上]")
    await here.web.hears(before + 1)


async def gone_on_with_on_the_web(here: Town) -> None:
    assert wording.text("ask.out_of_pocket", "zh_CN") in await here.on_web("[接着刚才的办]")
    await here.on_web("152000")
    assert "12,160.00" in await here.on_web("[没领过]")


async def told_where_the_member_is(here: Town, claim: Claim) -> None:
    await here.web.hears(len(here.web.heard) + 1)

    assert claim.number in here.web.heard[-1]
    assert claim.number not in "\n".join(here.phone.heard)


async def answered_where_the_member_asked(here: Town, staff: Staff) -> None:
    await here.on_web("人工")
    await here.on_web("什么时候到账")
    silent, spoken = len(here.phone.heard), len(here.web.heard)

    await here.answered_by_staff(staff, "三天内到账")

    await here.web.hears(spoken + 1)
    assert "三天内到账" in here.web.heard[-1]
    assert len(here.phone.heard) == silent


async def answered_where_the_member_is_by_then(here: Town, staff: Staff, claim: Claim) -> None:
    """On the phone again, and there a picture goes back."""
    assert claim.number in await here.on_phone("我的申请")
    here.phone.read, spoken = len(here.phone.heard), len(here.web.heard)

    await here.answered_by_staff(staff, "请发一张银行卡照片")

    assert "请发一张银行卡照片" in await here.phone.hears()
    await replied_with_a_picture(here, "这张行吗")
    assert len(here.web.heard) == spoken


async def parted(here: Town) -> None:
    here.phone.read = len(here.phone.heard)
    assert "断开了" in await here.on_web(APART)
    await here.phone.hears()

    assert await here.chats() == set()


async def answered_where_the_claim_was_made(here: Town, staff: Staff, claim: Claim) -> None:
    assert claim.number not in await here.on_web("我的申请")
    here.phone.read, spoken = len(here.phone.heard), len(here.web.heard)

    await here.answered_by_staff(staff, "收到")

    assert "收到" in await here.phone.hears()
    assert len(here.web.heard) == spoken


async def a_claim(here: Town, chat: Chat) -> tuple[Staff, Claim]:
    """A claim made from a chat, which somebody of the staff has now begun to look at."""

    def work(conn: Connection) -> tuple[Staff, Claim]:
        staff = hire(conn, "somebody")
        claim = claim_for(conn, Stay(2, chat=chat), now=datetime.now(UTC))
        return staff, decide.take(conn, claim.id, claim.revision, staff, now=datetime.now(UTC))

    async with here.bot.store() as store:
        return await store.write(work)


async def replied_with_a_picture(here: Town, words: str) -> None:
    """A photo as a reply to what the staff said last, with words beside it."""
    said = here.phone.chat.messages[-1]
    here.phone.read = len(here.phone.heard)
    here.phone.sends_photo(a_photo(), caption=words, reply_to_message=dict(said))
    assert wording.text("thread.picture_sent", "zh_CN") in await here.phone.hears()
    async with here.bot.store() as store:
        assert (await store.read(words_of, 1))[-1] == words


async def test_begun_on_wechat_gone_on_with_on_telegram_and_back(tmp_path: Path) -> None:
    async with town(tmp_path) as here:
        for line in ("/start", "[住院了]", "45"):
            await here.on_wechat(line)

        code = code_in(await here.on_wechat(ELSEWHERE))
        here.wechat.read = len(here.wechat.heard)
        await here.on_phone(code)
        await here.on_phone("[两边都是我，接上]")
        await here.wechat.hears()
        here.phone.read = len(here.phone.heard)
        await here.on_wechat("[是我，接上]")
        await here.phone.hears()
        await here.on_phone("[接着刚才的办]")
        await here.on_phone("[在职]")
        assert await here.chats() == {"wechat", "telegram"}

        asked_last = await here.on_wechat("152000")
        amount = await here.on_wechat("[没领过]")

        assert "今年" in asked_last
        assert "12,160.00" in amount
        here.wechat.read = len(here.wechat.heard)
        silent = len(here.phone.heard)
        _, claim = await a_claim(here, Chat("telegram", str(here.phone.person)))
        assert claim.number in await here.wechat.hears(seconds=PATIENCE_S)
        assert len(here.phone.heard) == silent


async def test_a_code_typed_on_wechat_is_agreed_to_by_its_number_alone(tmp_path: Path) -> None:
    async with town(tmp_path) as here:
        await here.on_wechat("/start")
        code = code_in(await here.on_phone(ELSEWHERE))
        here.phone.read = len(here.phone.heard)

        asked = await here.on_wechat(code)
        assert "1. 不接" in asked
        assert "2. 两边都是我，接上" in asked
        assert "网页" not in await here.on_wechat("好")
        assert here.phone.heard[here.phone.read :] == []
        assert "回到Telegram" in await here.on_wechat("两边都是我，接上")
        assert "微信" in await here.phone.hears()
        assert await here.chats() == set()
        await here.on_phone("[是我，接上]")
        await here.wechat.hears()
        assert await here.chats() == {"wechat", "telegram"}

        code = code_in(await here.on_phone(ELSEWHERE))
        await here.web.answers(code)
        assert "没有接上" in await here.on_web("[不接]")
