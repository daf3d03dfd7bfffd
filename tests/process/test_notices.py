"""A storm of notices: the process is killed again and again, and the platforms refuse, fail and cut; nobody misses theirs."""

from __future__ import annotations

import asyncio
import random
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection, insert, select

from bot import jobs, notices
from bot.channels.web.tables import web_chats, web_messages
from bot.channels.wechat import chats as wechat_chats
from bot.message import Chat, Message, Say
from bot.store import Store
from tests.fakes import telegram as on_telegram
from tests.fakes import wechat as on_wechat
from tests.fakes.phone import Phone
from tests.fakes.telegram import CutAfter, CutBefore, Status, TooMany
from tests.fakes.wechat import QUOTA, Code, Member
from tests.process.running import Bot
from tests.process.siege import Platforms, besieged, is_anything_left

SEED = 20261123
ON_TELEGRAM: list[on_telegram.Fault] = [TooMany(1), Status(500), Status(502), CutBefore(), CutAfter()]
ON_WECHAT: list[on_wechat.Fault] = [Code(-1), Code(45009), Status(500), CutBefore(), CutAfter()]


@dataclass(frozen=True)
class Storm:
    """How many kills, and how many notices are queued before each start."""

    kills: int
    telegram: int = 5
    wechat: int = 4
    web: int = 1


@dataclass
class Sent:
    """Who was sent a notice, in the order of their numbers."""

    platforms: Platforms
    chats: list[Chat] = field(default_factory=list)

    def more(self, storm: Storm) -> list[Chat]:
        """New chats, to be sent one each."""
        fresh = [self._telegram() for _ in range(storm.telegram)] + [self._wechat() for _ in range(storm.wechat)]
        fresh += [Chat("web", f"stormy-{len(self.chats)}-{number}") for number in range(storm.web)]
        self.chats += fresh
        return fresh

    def _telegram(self) -> Chat:
        chats = self.platforms.telegram.chats
        return Chat("telegram", str(Phone(self.platforms.telegram, 9000 + len(chats)).person))

    def _wechat(self) -> Chat:
        members = self.platforms.wechat.members
        found = Member(f"oStormy{len(members):021}", quota=QUOTA)
        members[found.id] = found
        return Chat("wechat", found.id)

    def arrived(self, chat: Chat) -> int:
        """How often a chat got its notice."""
        if chat.channel == "telegram":
            return len(self.platforms.telegram.chats[int(chat.id)].messages)
        return len(self.platforms.wechat.members[chat.id].texts)

    def answers_lost(self, chat: Chat) -> int:
        """How often the answer to a call for it was lost, as far as can be known: cut off, or asked for by a process that died."""
        telegram, wechat = self.platforms.telegram.called("sendMessage"), self.platforms.wechat.called("message/custom/send")
        calls = [(call.folder, isinstance(call.fault, CutAfter)) for call in telegram if str(call.parameters["chat_id"]) == chat.id]
        calls += [(call.folder, isinstance(call.fault, CutAfter)) for call in wechat if call.body["touser"] == chat.id]
        return sum(is_cut for _, is_cut in calls) + len({folder for folder, _ in calls}) - 1


def queue(conn: Connection, chats: Iterable[Chat], now: datetime) -> None:
    """One notice for each."""
    for chat in chats:
        if chat.channel == "web":
            conn.execute(insert(web_chats).values(id=chat.id, token_hash=chat.id, locale="zh_CN", created_at=now))
        if chat.channel == "wechat":
            wechat_chats.heard(conn, chat.id, now, [])
        notices.queue(conn, chat, Message((Say("claim.submitted", {"number": chat.id}),)), locale="zh_CN", now=now)


async def raged(bot: Bot, sent: Sent, storm: Storm, store: Store) -> None:
    """Through all kills; the last start is left alone until everything is done or given up."""
    dice = random.Random(SEED)  # noqa: S311 - any moment will do
    bot.kill()
    for kill in range(1, storm.kills + 1):
        await store.write(queue, sent.more(storm), datetime.now(UTC))
        sent.platforms.telegram.fail("sendMessage", dice.choice(ON_TELEGRAM))
        sent.platforms.wechat.fail("message/custom/send", dice.choice(ON_WECHAT))
        sent.platforms.name(f"life-{kill}", bot)
        await bot.start()
        await asyncio.sleep(dice.uniform(0.0, 0.8))
        bot.kill()
    sent.platforms.name("the-last", bot)
    await bot.start()
    async with asyncio.timeout(180):
        while await store.read(is_anything_left):  # noqa: ASYNC110 - only the database knows
            await asyncio.sleep(0.1)


def shown_on_the_web(conn: Connection) -> Counter[str]:
    """How often each page shows its notice."""
    return Counter(conn.scalars(select(web_messages.c.chat)))


@pytest.mark.parametrize("storm", [Storm(8), pytest.param(Storm(100), marks=pytest.mark.faults)])
async def test_through_kills_and_faults_every_notice_arrives_and_only_lost_answers_double_one(tmp_path: Path, storm: Storm) -> None:
    async with besieged(tmp_path) as (bot, platforms):
        async with bot.store() as store:
            await raged(bot, sent := Sent(platforms), storm, store)
        assert await bot.stop() == 0
        async with bot.store() as store:
            unknown = await store.read(jobs.dead, 10_000)
            web = await store.read(shown_on_the_web)

    away = [chat for chat in sent.chats if chat.channel != "web"]
    times = {chat: sent.arrived(chat) for chat in away}
    doubled = {chat: count - 1 for chat, count in times.items() if count > 1}
    sys.stdout.write(
        f"seed {SEED}: {storm.kills} kills, {len(sent.chats)} notices; answers lost {sum(sent.answers_lost(chat) for chat in away)}, "
        f"doubled {sum(doubled.values())}, at most {max(times.values())} times, {len(unknown)} unknown to staff\n"
    )
    assert {job.reason for job in unknown} <= {"unknown"}
    assert sum(count == 0 for count in times.values()) <= len(unknown)
    assert {chat: extra for chat, extra in doubled.items() if extra > sent.answers_lost(chat)} == {}
    assert web == Counter(chat.id for chat in sent.chats if chat.channel == "web")
