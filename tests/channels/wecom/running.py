"""WeCom at work for tests: real stores, real jobs and real HTTP, against the stand-in; as many processes as a test wants."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, select

from bot import wording
from bot.channels.wecom import JOB_KIND, WeCom
from bot.channels.wecom.tables import wecom_news
from bot.claims import news
from bot.claims.claim import Claim
from bot.jobs import Dead, Job, Worker, dead
from bot.settings import Settings
from bot.store import Store
from tests.channels.telegram.running import _waiting, now
from tests.claims.making import NOW, Stay, claim_for, plant
from tests.fakes.telegram import PATIENCE_S
from tests.fakes.wecom import AGENT_ID, CORP_ID, SECRET, WeComServer

KINDS = frozenset({JOB_KIND, news.STAFF_NEWS})


@dataclass
class Running:
    """One process, and what a test may do behind its back."""

    store: Store
    channel: WeCom

    async def settled(self) -> list[Dead]:
        """Wait until no job is left to do; those given up."""
        async with asyncio.timeout(PATIENCE_S):
            while await self.store.read(_waiting, KINDS):  # noqa: ASYNC110 - only the database knows
                await asyncio.sleep(0.02)
        return await self.store.read(dead)

    async def left(self) -> int:
        """How many rows are still in the outbox."""
        return int(await self.store.read(lambda conn: conn.execute(select(func.count()).select_from(wecom_news)).scalar_one()))


def settings(wecom: WeComServer, *, robot: bool = True, app: bool = False, **more: Any) -> Settings:
    """As for the stand-in's group and app."""
    values: dict[str, Any] = {"public_url": "https://here.example", "wecom_api_url": wecom.url}
    values |= {"wecom_webhook_url": wecom.webhook} if robot else {}
    values |= {"wecom_corp_id": CORP_ID, "wecom_agent_id": AGENT_ID, "wecom_secret": SECRET} if app else {}
    return Settings(_env_file=None, **values | more)


@asynccontextmanager
async def running(store: Store, used: Settings) -> AsyncIterator[Running]:
    """The channel and a worker, until the end of the block."""
    channel = WeCom(used, store, wording.say, now)

    async def tell(job: Job) -> None:
        await store.write(news.tell_staff_once, job, used.public_url, channel.post, now())

    worker = Worker(store, {**channel.jobs, news.STAFF_NEWS: tell}, now, lease_s=6)
    working = asyncio.create_task(worker.run())
    try:
        yield Running(store, channel)
    finally:
        await worker.stop()
        await working
        await channel.close()


async def claimed(store: Store, count: int = 1) -> list[Claim]:
    """So many claims of one member, told to nobody yet."""

    def work(conn: Connection) -> list[Claim]:
        town = plant(conn)
        return [claim_for(conn, Stay(town.east_base), now=NOW) for _ in range(count)]

    return await store.write(work)
