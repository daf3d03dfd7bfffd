"""The database is stuck, full or away in the middle of a burst: nothing is confirmed that is not stored, and all goes on by itself."""

from __future__ import annotations

import asyncio
import random
import resource
import sqlite3
import sys
from collections.abc import Awaitable, Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from tests.claims.making import Stay, claim_for, plant
from tests.clusters import address, cluster, restart, stop
from tests.process.aftermath import is_whole, nothing_is_lost
from tests.process.members import a_conversation
from tests.process.running import Bot
from tests.process.siege import Force, Siege, besieged

SEED, CONVERSATIONS = 20261125, 12
BURST = Force(0, 6, 3, 5)
DURABLE = ("fsync=off", "full_page_writes=off", "max_connections=50", "listen_addresses=")
"""A server that is killed, on a machine that is not, keeps what it has committed."""

Trouble = Callable[[Bot], Awaitable[None]]


async def outlived(folder: Path, template: Path, trouble: Trouble, **settings: str) -> Bot:
    """Members of all channels, and staff with a new claim, through this trouble; what they said and heard is as if nothing had happened."""
    dice = random.Random(SEED)  # noqa: S311 - any will do

    async with besieged(folder, **settings) as (bot, platforms):
        siege = Siege(bot, platforms, BURST, [a_conversation(dice) for _ in range(CONVERSATIONS)], is_away_at_times=True)
        life = bot.process
        await siege.run(dice, with_a_claim(siege, trouble))
        await siege.settled()
        assert bot.process is life
        assert await bot.stop() == 0
        figures = await nothing_is_lost(siege, template, folder)
        sys.stdout.write(f"{trouble.__name__}: {figures}")
    return bot


async def with_a_claim(siege: Siege, trouble: Trouble) -> None:
    """The trouble, right after a claim that staff are to be told of."""
    async with siege.bot.store() as store:
        town = await store.write(plant)
        claim = await store.write(claim_for, Stay(town.east_base), now=datetime.now(UTC))
    siege.claims.append(claim.number)
    await trouble(siege.bot)


@pytest.mark.parametrize("seconds", [3, pytest.param(30, marks=pytest.mark.faults)])
async def test_a_database_locked_in_a_burst_is_waited_for(tmp_path: Path, sqlite_template: Path, seconds: float) -> None:
    async def locked(bot: Bot) -> None:
        with closing(sqlite3.connect(bot.data / "niangjia.db", isolation_level=None, timeout=20)) as other:
            other.execute("BEGIN IMMEDIATE")
            await asyncio.sleep(seconds)
            other.execute("ROLLBACK")

    assert is_whole(await outlived(tmp_path, sqlite_template, locked))


async def test_a_disk_full_in_a_burst_confirms_nothing_and_all_goes_on_once_there_is_room(tmp_path: Path, sqlite_template: Path) -> None:
    async def full(bot: Bot) -> None:
        assert bot.process is not None
        size = (bot.data / "niangjia.db-wal").stat().st_size
        resource.prlimit(bot.process.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
        await asyncio.sleep(3)
        resource.prlimit(bot.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))

    assert is_whole(await outlived(tmp_path, sqlite_template, full))


async def test_a_postgresql_restarted_in_a_burst_is_found_again(tmp_path: Path, sqlite_template: Path) -> None:
    with cluster(DURABLE) as directory:

        async def restarted(_: Bot) -> None:
            await asyncio.to_thread(restart, directory)

        with psycopg.connect(f"host={directory} user=niangjia dbname=postgres", autocommit=True) as conn:
            conn.execute("CREATE DATABASE burst")
        try:
            await outlived(tmp_path, sqlite_template, restarted, DATABASE_URL=address(directory, "burst"))
        finally:
            stop(directory)
