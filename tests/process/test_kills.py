"""SIGKILL at any moment while members of all channels answer: no answer is lost, none counts twice, no notice is lost."""

from __future__ import annotations

import random
import sys
from pathlib import Path

import psycopg
import pytest

from bot import app
from bot.channels.telegram import sharing
from tests.process.aftermath import is_whole, nothing_is_lost
from tests.process.members import a_conversation
from tests.process.siege import Force, Siege, besieged

SEED, CONVERSATIONS = 20261123, 24
PROMISED_S = 10.0
SHORT, FULL, SHARED = Force(12, 6, 3, 5), Force(100, 24, 12, 24), Force(30, 8, 4, 6)


@pytest.fixture(params=[SHORT, pytest.param(FULL, marks=pytest.mark.faults), pytest.param(SHARED, marks=pytest.mark.faults)])
def force(request: pytest.FixtureRequest) -> Force:
    """A short siege; with `make test-faults` a full one too, and one on PostgreSQL."""
    found: Force = request.param
    return found


@pytest.fixture
def where(force: Force, request: pytest.FixtureRequest) -> dict[str, str]:
    """The setting of the database: none, or an empty PostgreSQL."""
    if force != SHARED:
        return {}
    url: str = request.getfixturevalue("postgres_url")
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as conn:
        conn.execute("DROP SCHEMA public CASCADE")  # the process makes its tables itself
        conn.execute("CREATE SCHEMA public")
    return {"DATABASE_URL": url}


async def test_kills_under_all_channels_lose_no_answer_count_none_twice_and_lose_no_notice(
    tmp_path: Path, sqlite_template: Path, force: Force, where: dict[str, str]
) -> None:
    dice = random.Random(SEED)  # noqa: S311 - any moment will do

    async with besieged(tmp_path, **where) as (bot, platforms):
        siege = Siege(bot, platforms, force, [a_conversation(dice) for _ in range(CONVERSATIONS)])
        await siege.run(dice)
        await siege.settled()
        assert await bot.stop() == 0
        figures = await nothing_is_lost(siege, sqlite_template, tmp_path)

    sys.stdout.write(f"seed {SEED}: {force.kills} kills, {figures}")
    if not where:
        assert is_whole(bot)


def test_what_a_dead_process_held_is_free_before_its_members_have_waited_as_long_as_promised() -> None:
    assert max(app.LEASE_S, sharing.LEASE_S) < PROMISED_S
