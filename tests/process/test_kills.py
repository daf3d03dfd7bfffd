"""SIGKILL at any moment while members answer: no answer is lost, none counts twice, no notice is lost."""

from __future__ import annotations

import asyncio
import random
import shutil
import sqlite3
import sys
import time
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Connection, func, select

from bot import jobs
from bot.channels.web.tables import web_chats
from bot.conversation.tables import conversations, updates
from tests.fakes.phone import Phone
from tests.fakes.telegram import TOKEN, Call, TelegramServer
from tests.process.members import TelegramMember, Waits, WebChat, a_conversation, undisturbed
from tests.process.running import Bot, running

SEED, KILLS = 20261123, 20
WEB, TELEGRAM, CONVERSATIONS = 12, 6, 24
LONGEST_WAIT_S = 10.0
LEFT = "SELECT 1 FROM jobs WHERE state = 'waiting' AND kind NOT IN ('seal', 'daily', 'remind', 'retention') LIMIT 1"
"""The others always wait for their hour."""


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
class Siege:
    """Members at work on a bot that is killed again and again."""

    bot: Bot
    telegram: TelegramServer
    conversations: list[list[str]]
    killed: list[float] = field(default_factory=list)  # when, in monotonic seconds
    ready: list[float] = field(default_factory=list)  # when it was up again
    over: asyncio.Event = field(default_factory=asyncio.Event)
    waits: Waits = field(default_factory=Waits)
    told: list[Told] = field(default_factory=list)
    repeats: int = 0
    doubled: int = 0

    async def kill(self, dice: random.Random) -> None:
        """Kill and start again, so many times, each time at any moment of its work."""
        for _ in range(KILLS):
            await asyncio.sleep(dice.uniform(0.02, 1.6))
            self.bot.kill()
            self.killed.append(time.monotonic())
            self.bot.environment["TELEGRAM_API_URL"] = f"{self.telegram.url}/after-{len(self.killed)}"
            await self.bot.start()
            self.ready.append(time.monotonic())
        self.over.set()

    async def on_the_web(self, dice: random.Random) -> None:
        """One conversation after the other, each in a chat of its own."""
        while not self.over.is_set():
            said = dice.choice(self.conversations)
            async with WebChat(self.bot.address, dice) as chat:
                await chat.hears(1)
                for line in said:
                    await chat.answers(line, self.waits)
                kept = await chat.history()
                assert [event["id"] for event in kept] == list(chat.seen)
                self.told.append(Told("web", chat.token_hash, said, chat.heard))
                self.repeats += chat.repeats

    async def on_telegram(self, number: int, dice: random.Random) -> None:
        """One conversation after the other, all in the same chat."""
        member = TelegramMember(Phone(self.telegram, 9000 + number))
        while not self.over.is_set():
            for line in ["/start", *dice.choice(self.conversations)]:
                await member.answers(line, self.waits)
        self.told.append(Told("telegram", str(member.phone.person), member.said, member.heard))
        self.doubled += member.doubled

    def transcripts(self) -> list[tuple[tuple[str, ...], list[str]]]:
        """What was said over which channel, and what was heard: each different pair once."""
        pairs = {((told.channel, *told.said), tuple(told.heard)) for told in self.told}
        return [(said, list(heard)) for said, heard in pairs]

    def longest_wait_s(self) -> float:
        """From the confirmation, or the last restart before the answer, to the answer."""
        return max(came - max([confirmed, *(up for up in self.ready if up <= came)]) for confirmed, came in self.waits.all)

    def report(self) -> str:
        """The figures."""
        slowest = max(came - confirmed for confirmed, came in self.waits.all)
        return (
            f"seed {SEED}: {len(self.killed)} kills, {len(self.waits.all)} answers in {len(self.told)} chats, "
            f"{self.repeats} repeated by the page, {self.doubled} messages doubled on Telegram, "
            f"next question at most {self.longest_wait_s():.1f} s after a restart "
            f"({slowest:.1f} s with all restarts in between)\n"
        )


async def test_twenty_kills_lose_no_answer_count_none_twice_and_lose_no_notice(tmp_path: Path, sqlite_template: Path) -> None:
    dice = random.Random(SEED)  # noqa: S311 - any moment will do

    async with TelegramServer() as telegram, running(tmp_path, TELEGRAM_TOKEN=TOKEN, TELEGRAM_API_URL=telegram.url) as bot:
        siege = Siege(bot, telegram, [a_conversation(dice) for _ in range(CONVERSATIONS)])
        async with asyncio.TaskGroup() as tasks:
            for _ in range(WEB):
                tasks.create_task(siege.on_the_web(random.Random(dice.random())))  # noqa: S311
            for number in range(TELEGRAM):
                tasks.create_task(siege.on_telegram(number, random.Random(dice.random())))  # noqa: S311
            tasks.create_task(siege.kill(dice))
        await nothing_left_to_do(bot)
        assert await bot.stop() == 0
        async with bot.store() as store:
            given_up = await store.read(jobs.dead)
            kept = [await store.read(revision_of, told) for told in siege.told]
            count = await store.read(telegram_updates)

    sys.stdout.write(siege.report())
    assert given_up == []
    assert kept == [(told.updates, told.updates) for told in siege.told]
    assert count == sum(len(told.said) for told in siege.told if told.channel == "telegram")
    for number, ((channel, *said), heard) in enumerate(siege.transcripts()):
        path = shutil.copy(sqlite_template, tmp_path / f"{number}.db")
        assert heard == await undisturbed(f"sqlite:///{path}", channel, said)
    assert [(first, second) for first, second in doubles(telegram) if first.folder == second.folder] == []
    assert siege.longest_wait_s() < LONGEST_WAIT_S
    with closing(sqlite3.connect(bot.data / "niangjia.db")) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


async def nothing_left_to_do(bot: Bot) -> None:
    """Wait until every job is done or given up."""
    async with asyncio.timeout(60):
        with closing(sqlite3.connect(f"file:{bot.data}/niangjia.db?mode=ro", uri=True)) as database:
            while database.execute(LEFT).fetchone():  # noqa: ASYNC110 - only the database knows
                await asyncio.sleep(0.1)


def revision_of(conn: Connection, told: Told) -> tuple[int, int]:
    """How many updates the conversation has taken, by its own count and by the updates on record."""
    chat = told.chat
    if told.channel == "web":
        chat = conn.execute(select(web_chats.c.id).where(web_chats.c.token_hash == told.chat)).scalar_one()
    here = (conversations.c.channel == told.channel, conversations.c.chat == chat)
    revision = conn.execute(select(conversations.c.revision).where(*here)).scalar_one()
    if told.channel == "telegram":
        return revision, revision
    own = (
        select(func.count())
        .select_from(updates)
        .where(updates.c.channel == "web", updates.c.update_id.startswith(f"{chat}:", autoescape=True))
    )
    return revision, conn.execute(own).scalar_one()


def telegram_updates(conn: Connection) -> int:
    """How many updates from Telegram have been taken."""
    return conn.execute(select(func.count()).select_from(updates).where(updates.c.channel == "telegram")).scalar_one()


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
