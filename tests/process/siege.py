"""A bot that is killed again and again while members of all channels answer and staff are told of claims."""

from __future__ import annotations

import asyncio
import random
import re
import time
from collections import Counter
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, select

from bot.channels.web.tables import web_chats
from bot.conversation.tables import conversations, updates
from bot.jobs.tables import WAITS
from bot.jobs.tables import jobs as jobs_table
from tests.claims.making import Stay, claim_for, plant
from tests.fakes import telegram as on_telegram
from tests.fakes import wechat as on_wechat
from tests.fakes import wecom as on_wecom
from tests.fakes.phone import Phone
from tests.fakes.telegram import Call, TelegramServer
from tests.fakes.wechat import WeChatServer
from tests.fakes.wechat_phone import Follower
from tests.fakes.wecom import WeComServer
from tests.process.followers import Talk
from tests.process.members import PATIENCE_S, TelegramMember, Waits, WebChat
from tests.process.running import Bot, running

QUICK_START_S = 1.5
HOURLY = ("seal", "daily", "remind", "retention")
"""Jobs that always wait for their hour."""


@dataclass(frozen=True)
class Force:
    """How many kills, and how many members at a time on each channel. Every so many kills, staff have a new claim."""

    kills: int
    web: int
    telegram: int
    wechat: int
    claim_every: int = 2


@dataclass(frozen=True)
class Told:
    """What one chat said and heard. `chat`: its id, on the web the hash of its cookie."""

    channel: str
    chat: str
    said: list[str]
    heard: list[str]

    @property
    def updates(self) -> int:
        """How many there were: what was said, and on the web the opening of the page."""
        return len(self.said) + (self.channel == "web")


@dataclass
class Platforms:
    """The stand-ins, and who calls them: each life of the process calls at addresses of its own, so that its calls are known."""

    telegram: TelegramServer
    wechat: WeChatServer
    wecom: WeComServer

    def settings(self, caller: str) -> dict[str, str]:
        """All accounts, at the addresses of this caller."""
        return {
            "TELEGRAM_TOKEN": on_telegram.TOKEN,
            "TELEGRAM_API_URL": f"{self.telegram.url}/{caller}",
            "TELEGRAM_FILE_URL": self.telegram.url,
            "WECHAT_APP_ID": on_wechat.APP_ID,
            "WECHAT_TOKEN": on_wechat.TOKEN,
            "WECHAT_SECRET": on_wechat.SECRET,
            "WECHAT_AES_KEY": on_wechat.AES_KEY,
            "WECHAT_API_URL": f"{self.wechat.url}/{caller}",
            "WECOM_WEBHOOK_URL": f"{self.wecom.url}/{caller}/cgi-bin/webhook/send?key={on_wecom.KEY}",
            "WECOM_CORP_ID": on_wecom.CORP_ID,
            "WECOM_AGENT_ID": str(on_wecom.AGENT_ID),
            "WECOM_SECRET": on_wecom.SECRET,
            "WECOM_API_URL": f"{self.wecom.url}/{caller}",
        }

    def name(self, caller: str, bot: Bot) -> None:
        """From now on this is who calls, and who answers pushes."""
        bot.environment |= self.settings(caller)
        self.wechat.caller = caller
        self.wechat.callback = f"{bot.address}/wechat"


@asynccontextmanager
async def besieged(folder: Path, **more: str) -> AsyncIterator[tuple[Bot, Platforms]]:
    """The real process with an account on every platform."""
    async with TelegramServer() as telegram, WeChatServer() as wechat, WeComServer() as wecom:
        platforms = Platforms(telegram, wechat, wecom)
        async with running(folder, **platforms.settings("life-0"), **more) as bot:
            platforms.name("life-0", bot)
            yield bot, platforms


@dataclass
class Siege:
    """Members at work on a bot that is killed again and again."""

    bot: Bot
    platforms: Platforms
    force: Force
    conversations: list[list[str]]
    ready: list[float] = field(default_factory=list)  # when it was up again, in monotonic seconds
    starts: list[float] = field(default_factory=list)  # how long that took
    over: asyncio.Event = field(default_factory=asyncio.Event)
    waits: Waits = field(default_factory=Waits)
    told: list[Told] = field(default_factory=list)
    talks: list[Talk] = field(default_factory=list)
    claims: list[str] = field(default_factory=list)
    repeats: int = 0
    doubled: int = 0
    is_away_at_times: bool = False
    """The web chat may say that it cannot take an answer now."""

    async def run(self, dice: random.Random, trouble: Coroutine[Any, Any, None] | None = None) -> None:
        """Until all kills, or another trouble, are over and every member has ended their conversation."""
        force = self.force
        async with asyncio.TaskGroup() as tasks:
            for number in range(force.web):
                tasks.create_task(self._on_the_web(random.Random(f"{dice.random()} {number}")))  # noqa: S311 - any will do
            for number in range(force.telegram):
                tasks.create_task(self._on_telegram(number, random.Random(dice.random())))  # noqa: S311
            for number in range(force.wechat):
                tasks.create_task(self._on_wechat(number, random.Random(dice.random())))  # noqa: S311
            tasks.create_task(self._kill(dice) if trouble is None else self._through(trouble))

    async def _kill(self, dice: random.Random) -> None:
        """Kill and start again, each time at any moment of its work."""
        async with self.bot.store() as store:
            town = await store.write(plant)
            for kill in range(1, self.force.kills + 1):
                if kill % self.force.claim_every == 0:
                    claim = await store.write(claim_for, Stay(town.east_base), now=datetime.now(UTC))
                    self.claims.append(claim.number)
                await asyncio.sleep(dice.uniform(0.02, 1.6) * self._slowness())
                self.bot.kill()
                self.platforms.name(f"life-{kill}", self.bot)
                self.starts.append(await self.bot.start())
                self.ready.append(time.monotonic())
        self.over.set()

    async def _through(self, trouble: Coroutine[Any, Any, None]) -> None:
        """Another trouble than kills; then members go on until each has had an answer."""
        await self.bot_has_answered(3)
        await trouble
        self.ready.append(time.monotonic())
        await self.bot_has_answered(1)
        self.over.set()

    async def bot_has_answered(self, times: int) -> None:
        """Wait until there have been so many answers more for each of the members, on the average."""
        wanted = len(self.waits.all) + times * (self.force.web + self.force.telegram + self.force.wechat)
        async with asyncio.timeout(PATIENCE_S):
            while len(self.waits.all) < wanted:  # noqa: ASYNC110 - members say nothing to each other
                await asyncio.sleep(0.05)

    def _slowness(self) -> float:
        """How much longer a life must be for as much to happen in it, judged by how long the last start took."""
        return min(4.0, max(1.0, self.starts[-1] / QUICK_START_S)) if self.starts else 1.0

    async def _on_the_web(self, dice: random.Random) -> None:
        """One conversation after the other, each in a chat of its own."""
        while not self.over.is_set():
            said = dice.choice(self.conversations)
            async with WebChat(self.bot.address, dice, is_away_at_times=self.is_away_at_times) as chat:
                await chat.hears(1)
                for line in said:
                    await chat.answers(line, self.waits)
                kept = await chat.history()
                assert [event["id"] for event in kept] == list(chat.seen)
                self.told.append(Told("web", chat.token_hash, said, chat.heard))
                self.repeats += chat.repeats

    async def _on_telegram(self, number: int, dice: random.Random) -> None:
        """One conversation after the other, all in the same chat."""
        member = TelegramMember(Phone(self.platforms.telegram, 9000 + number))
        while not self.over.is_set():
            for line in ["/start", *dice.choice(self.conversations)]:
                await member.answers(line, self.waits)
        self.told.append(Told("telegram", str(member.phone.person), member.said, member.heard))
        self.doubled += member.doubled

    async def _on_wechat(self, number: int, dice: random.Random) -> None:
        """One conversation after the other, each of another person."""
        while not self.over.is_set():
            lines = ["/start", *dice.choice(self.conversations)]
            self.talks.append(Talk(Follower(self.platforms.wechat, f"oKilled{number:03}{len(self.talks):010}"), lines, dice))
            await self.talks[-1].held(self.waits)

    @property
    def answers(self) -> int:
        """How many members gave."""
        return len(self.waits.all)

    def transcripts(self) -> list[tuple[tuple[str, ...], list[str]]]:
        """What was said over web and Telegram, and what was heard: each different pair once."""
        pairs = {((told.channel, *told.said), tuple(told.heard)) for told in self.told}
        return [(said, list(heard)) for said, heard in pairs]

    def longest_wait_s(self) -> float:
        """From the confirmation, or the last restart before the answer, to the answer."""
        return max(came - max([confirmed, *(up for up in self.ready if up <= came)]) for confirmed, came in self.waits.all)

    def with_restarts_s(self) -> float:
        """The same with all restarts in between."""
        return max(came - confirmed for confirmed, came in self.waits.all)

    async def settled(self) -> None:
        """Wait until staff know of every claim, and every job is done or given up."""
        wecom = self.platforms.wecom
        await wecom.until(lambda: set(self.claims) <= set(numbers(wecom.group)) & set(numbers(wecom.inbox)), 2 * PATIENCE_S)
        async with asyncio.timeout(2 * PATIENCE_S), self.bot.store() as store:
            while await store.read(is_anything_left):  # noqa: ASYNC110 - only the database knows
                await asyncio.sleep(0.1)


def numbers(cards: list[on_wecom.Json]) -> Counter[str]:
    """How often each claim stands on these cards."""
    return Counter(number for card in cards for number in re.findall(r"C-\d{4}-\d{4}", on_wecom.said(card)))


def told_twice_by_one(wecom: WeComServer) -> set[str]:
    """Claims that one process told the group of more than once."""
    told = Counter(
        (call.folder, number) for call in wecom.called("webhook/send") for number in numbers([call.body["template_card"]]).elements()
    )
    return {number for (_, number), times in told.items() if times > 1}


def is_anything_left(conn: Connection) -> bool:
    """Whether a job still waits."""
    return conn.execute(select(jobs_table.c.id).where(WAITS, jobs_table.c.kind.not_in(HOURLY)).limit(1)).first() is not None


def revisions(conn: Connection) -> dict[tuple[str, str], int]:
    """How many updates each conversation has taken, by its own count; on the web by the hash of its cookie."""
    by_id = {row.id: row.token_hash for row in conn.execute(select(web_chats.c.id, web_chats.c.token_hash))}
    rows = conn.execute(select(conversations.c.channel, conversations.c.chat, conversations.c.revision))
    return {(row.channel, by_id[row.chat] if row.channel == "web" else row.chat): row.revision for row in rows}


def updates_by_channel(conn: Connection) -> Counter[str]:
    """How many updates are on record."""
    rows = conn.execute(select(updates.c.channel, func.count().label("times")).group_by(updates.c.channel))
    return Counter({row.channel: row.times for row in rows})


def doubles(telegram: TelegramServer) -> list[tuple[Call, Call]]:
    """Each message that came twice running in its chat, as sent first and again.

    A process that dies before it has noted the answer may leave one such in a chat. One process never sends the same twice.
    """
    last: dict[int, Call] = {}
    found = []
    for call in telegram.called("sendMessage"):
        before = last.get(chat := int(call.parameters["chat_id"]))
        if before and before.parameters["text"] == call.parameters["text"]:
            found.append((before, call))
        last[chat] = call
    return found
