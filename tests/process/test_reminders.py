"""SIGKILL again and again while a morning's reminders go out: everybody is reminded, nobody twice."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, insert, select

from bot import jobs
from bot.channels.web.tables import web_chats, web_messages
from bot.conversation.tables import conversations
from bot.reminders import rounds
from bot.reminders.tables import reminders
from tests.process.running import running

MEMBERS, SEED, KILLS = 300, 20261123, 4


def left_half_way(conn: Connection) -> None:
    """So many members gave their age two days ago, and no more."""
    at = datetime.now(UTC) - timedelta(days=2)
    for number in range(1, MEMBERS + 1):
        chat = f"member-{number}"
        place = {"flow": "benefit", "about": {"benefit": "hospital"}, "answers": {"age": 45}}
        conn.execute(insert(web_chats).values(id=chat, token_hash=chat, locale="zh_CN", created_at=at))
        row = {"id": number, "channel": "web", "chat": chat, "locale": "zh_CN", "revision": 1, "state": place, "changed_at": at}
        conn.execute(insert(conversations).values(row))
        conn.execute(insert(reminders).values(conversation_id=number, look_at=at, passed=0))
    jobs.add(conn, rounds.JOB_KIND, {}, now=at)


def reminded(conn: Connection) -> Counter[str]:
    """How often each chat was reminded."""
    rows = conn.execute(select(web_messages.c.chat, web_messages.c.payload))
    return Counter(row.chat for row in rows if row.payload["message"]["lines"][0]["key"] == "remind.benefit")


async def test_kills_leave_everybody_reminded_once(tmp_path: Path) -> None:
    dice = random.Random(SEED)  # noqa: S311 - any moment will do

    async with running(tmp_path, QUIET_HOURS="0-0") as bot, bot.store() as store:
        assert await bot.stop() == 0
        await store.write(left_half_way)
        counts = []
        for _ in range(KILLS):
            await bot.start()
            await asyncio.sleep(dice.uniform(0.05, 0.4))
            bot.kill()
            counts.append((await store.read(reminded)).total())
        await bot.start()
        async with asyncio.timeout(60):
            while (await store.read(reminded)).total() < MEMBERS:  # noqa: ASYNC110 - only the database knows
                await asyncio.sleep(0.1)
        assert await bot.stop() == 0
        told = await store.read(reminded)

    assert counts[0] < MEMBERS, "the first kill came too late to try anything"
    assert set(told.values()) == {1}
    assert len(told) == MEMBERS
