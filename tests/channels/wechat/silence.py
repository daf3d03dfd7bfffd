"""Silent members, the news for them, and what waits: what the tests of cards have in common."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import Connection, bindparam, select

from bot import notices
from bot.channels.wechat import knock
from bot.jobs import Dead, dead
from bot.jobs.tables import WAITS, jobs
from bot.message import Chat, Message, Say
from tests.channels.wechat.running import Clock, Running
from tests.fakes.telegram import PATIENCE_S
from tests.fakes.wechat_phone import Follower

Start = Callable[..., AbstractAsyncContextManager[Running]]
SEND = "message/template/send"
HALF_AN_HOUR = timedelta(minutes=31)
"""After so long what waits is looked at again."""


def news(number: int = 42, key: str = "news.returned") -> Message:
    """A claim that was returned, or something else."""
    return Message((Say(key, {"number": f"C-2611-{number:04}", "reason": "一张票看不清", "amount": 1216000, "card": "7890"}),))


async def falls_silent(bot: Running, follower: Follower, clock: Clock, days: int = 3) -> None:
    """Say something, then nothing for days."""
    await follower.types("hello")
    await follower.hears()
    await bot.settled()
    later(follower, clock, timedelta(days=days))


def later(follower: Follower, clock: Clock, passed: timedelta) -> None:
    """Time passes, and the member says nothing."""
    clock.begins += passed
    follower.member.is_shut = True


async def say(bot: Running, follower: Follower, clock: Clock, message: Message) -> None:
    """Have the bot say something now."""
    await bot.store.write(partial(notices.queue, locale="zh_CN"), Chat("wechat", follower.member.id), message, now=clock())


async def until(bot: Running, condition: Callable[[list[Dead], int], object]) -> list[Dead]:
    """Until something is true of the jobs given up and of the number of knocks not yet sent; those given up."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            found, left = await bot.store.read(_jobs, bot.channel._clock())
            if condition(found, left):
                return found
            await asyncio.sleep(0.02)


def _jobs(conn: Connection, now: datetime) -> tuple[list[Dead], int]:
    soon = (jobs.c.kind == knock.KNOCK, jobs.c.due < now + timedelta(minutes=10))
    return dead(conn), len(conn.execute(select(jobs.c.id).where(*soon)).all())


async def until_queued(bot: Running, count: int) -> None:
    """Until so many knocks are on their way, or put off."""
    async with asyncio.timeout(PATIENCE_S):
        while len(await bot.store.read(lambda conn: conn.execute(select(jobs.c.id).where(jobs.c.kind == knock.KNOCK)).all())) < count:  # noqa: ASYNC110 - only the database knows
            await asyncio.sleep(0.02)


async def waiting(bot: Running) -> int:
    """How many notices wait."""
    return len(await bot.store.read(lambda conn: conn.execute(select(jobs.c.id).where(WAITS, jobs.c.kind == notices.JOB_KIND)).all()))


async def until_looked_at(bot: Running, clock: Clock) -> None:
    """Until all that waits has been looked at, and put off."""
    due = select(jobs.c.id).where(WAITS, jobs.c.lane.like("wechat:%"), jobs.c.holder.is_(None), jobs.c.due > bindparam("then"))
    async with asyncio.timeout(PATIENCE_S):
        while not await bot.store.read(lambda conn: conn.execute(due, {"then": clock() + timedelta(minutes=20)}).all()):  # noqa: ASYNC110 - only the database knows
            await asyncio.sleep(0.02)


async def hears_all(follower: Follower, texts: int = 1) -> str:
    """Answer the card with 1."""
    await follower.types("1")
    return await follower.hears(texts)
