"""The real process under WeChat's pushes: killed at any moment, or stuck, it loses nothing that it has confirmed."""

from __future__ import annotations

import asyncio
import random
import shutil
import sqlite3
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Connection, func, select

from bot import jobs
from bot.conversation.tables import conversations, updates
from tests.channels.telling import said
from tests.fakes.wechat import AES_KEY, APP_ID, SECRET, TOKEN, WeChatServer
from tests.fakes.wechat_phone import Follower
from tests.process.members import PATIENCE_S, a_conversation, undisturbed
from tests.process.running import Bot, running

SEED, KILLS, MEMBERS, CONVERSATIONS = 20261124, 12, 8, 12
TRIED_AGAIN_S = 0.1
LEFT = "SELECT 1 FROM jobs WHERE state = 'waiting' AND kind IN ('notice', 'upload') LIMIT 1"


@asynccontextmanager
async def bot_on(wechat: WeChatServer, folder: Path, **more: str) -> AsyncIterator[Bot]:
    """The real process, with the account of the stand-in."""
    account = {"WECHAT_APP_ID": APP_ID, "WECHAT_TOKEN": TOKEN, "WECHAT_SECRET": SECRET, "WECHAT_AES_KEY": AES_KEY}
    async with running(folder, **account, WECHAT_API_URL=wechat.url, **more) as bot:
        wechat.callback = f"{bot.address}/wechat"
        yield bot


@dataclass
class Talk:
    """One conversation of one member, who says the next thing once the last was answered."""

    follower: Follower
    lines: list[str]
    dice: random.Random
    waits: list[float] = field(default_factory=list)

    async def held(self) -> None:
        """From the greeting to the estimate."""
        for line in self.lines:
            await asyncio.sleep(self.dice.uniform(0.0, 0.2))  # nobody types faster
            before, begun = len(self.heard), time.monotonic()
            await self._brought(line)
            await self._hears(before + 1)
            self.waits.append(time.monotonic() - begun)

    async def _hears(self, count: int) -> None:
        try:
            await self.follower.wechat.until(lambda: len(self.heard) >= count, PATIENCE_S)
        except TimeoutError:
            raise AssertionError(f"waited for {count} texts; there are {self.heard}") from None

    @property
    def heard(self) -> list[str]:
        """What the bot said, each thing once. Two that came in one text are two."""
        return told([piece for text in self.follower.heard for piece in said(text).split("\n\n")])

    @property
    def doubled(self) -> int:
        """How much of it came again."""
        return sum(len(said(text).split("\n\n")) for text in self.follower.heard) - len(self.heard)

    async def _brought(self, line: str) -> None:
        """WeChat brings a push again as long as nobody confirms it; here for as long as a restart takes."""
        pushed = await (self.follower.picks(line[1:-1]) if line.startswith("[") else self.follower.types(line))
        fields = self.follower.sent[-1]
        while pushed.status == 0:
            await asyncio.sleep(TRIED_AGAIN_S)
            pushed = await self.follower.wechat.try_push(fields)
        assert pushed.status == 200


async def test_kills_lose_no_answer_count_none_twice_and_lose_no_notice(tmp_path: Path, sqlite_template: Path) -> None:
    dice = random.Random(SEED)  # noqa: S311 - any moment will do
    talks: list[Talk] = []
    over = asyncio.Event()
    conversations_held = [["/start", *a_conversation(dice)] for _ in range(CONVERSATIONS)]

    async def member(number: int, dice: random.Random) -> None:
        while not over.is_set():
            talks.append(Talk(Follower(wechat, f"oKilled{number:03}{len(talks):010}"), dice.choice(conversations_held), dice))
            await talks[-1].held()

    async def siege(bot: Bot) -> None:
        for _ in range(KILLS):
            await asyncio.sleep(dice.uniform(0.02, 1.6))
            bot.kill()
            await bot.start()
        over.set()

    async with WeChatServer() as wechat, bot_on(wechat, tmp_path) as bot:
        async with asyncio.TaskGroup() as tasks:
            for number in range(MEMBERS):
                tasks.create_task(member(number, random.Random(dice.random())))  # noqa: S311
            tasks.create_task(siege(bot))
        await all_said(bot)
        assert await bot.stop() == 0
        async with bot.store() as store:
            given_up = await store.read(jobs.dead)
            kept = await store.read(revisions)
            count = await store.read(lambda conn: conn.scalar(select(func.count()).select_from(updates)))

    doubled, answers = sum(talk.doubled for talk in talks), sum(len(talk.lines) for talk in talks)
    sys.stdout.write(f"{KILLS} kills, {answers} answers in {len(talks)} chats, {doubled} texts doubled, slowest {slowest(talks):.1f} s\n")
    assert given_up == []
    assert kept == {talk.follower.member.id: len(talk.lines) for talk in talks}
    assert count == answers
    for number, lines in enumerate({tuple(talk.lines) for talk in talks}):
        path = shutil.copy(sqlite_template, tmp_path / f"{number}.db")
        expected = told(await undisturbed(f"sqlite:///{path}", "wechat", list(lines)))
        assert [sorted(talk.heard) for talk in talks if tuple(talk.lines) == lines] == [sorted(expected)] * sum(
            tuple(talk.lines) == lines for talk in talks
        )
    assert doubled <= KILLS * MEMBERS
    assert slowest(talks) < 20
    with closing(sqlite3.connect(bot.data / "niangjia.db")) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def told(texts: list[str]) -> list[str]:
    """Each text once, and without the echo of an answer in words: where an old text came again, a member answers so."""
    return list(dict.fromkeys("\n".join(line for line in text.split("\n") if not line.startswith("记下了：")) for text in texts))


def slowest(talks: list[Talk]) -> float:
    """How long somebody waited for an answer, restarts among it, in seconds."""
    return max(wait for talk in talks for wait in talk.waits)


async def all_said(bot: Bot) -> None:
    """Wait until nothing waits to be said, or has been given up."""
    async with asyncio.timeout(PATIENCE_S):
        with closing(sqlite3.connect(f"file:{bot.data}/niangjia.db?mode=ro", uri=True)) as database:
            while database.execute(LEFT).fetchone():  # noqa: ASYNC110 - only the database knows
                await asyncio.sleep(0.1)


def revisions(conn: Connection) -> dict[str, int]:
    """How many updates each conversation has taken."""
    return {row.chat: row.revision for row in conn.execute(select(conversations.c.chat, conversations.c.revision))}


async def test_what_was_confirmed_while_the_database_was_stuck_outlives_a_kill(tmp_path: Path) -> None:
    async with WeChatServer() as wechat, bot_on(wechat, tmp_path) as bot:
        follower = Follower(wechat)
        await wechat.until(lambda: wechat.menu)
        with closing(sqlite3.connect(bot.data / "niangjia.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            pushed = await follower.types("/start")
            bot.kill()
            other.execute("ROLLBACK")
        assert (pushed.status, pushed.body, pushed.seconds < 5) == (200, "success", True)
        assert follower.heard == []

        await bot.start()
        await follower.hears()
        again = await wechat.try_push(follower.sent[0])
        await all_said(bot)

    assert again.body == "success"
    assert len(follower.heard) == 1


async def test_a_secret_of_wechat_never_stands_in_what_the_process_prints(tmp_path: Path) -> None:
    async with WeChatServer() as wechat, bot_on(wechat, tmp_path, LOG_LEVEL="debug") as bot:
        follower = Follower(wechat)
        await wechat.until(lambda: wechat.menu)
        await follower.types("王芳")
        query, body = wechat.signed(follower.sent[0])
        await wechat.post(query | {"msg_signature": "0" * 40}, body)
        assert await bot.stop() == 0

        printed = bot.printed + bot.complaints
    assert "wechat_refused" in printed
    assert [secret for secret in (SECRET, TOKEN, AES_KEY, wechat.token, "王芳", follower.member.id) if secret in printed] == []
