"""SIGKILL at any moment while members of all channels answer: no answer is lost, none counts twice, no notice is lost."""

from __future__ import annotations

import random
import shutil
import sqlite3
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from bot import jobs
from tests.process.members import a_conversation, undisturbed
from tests.process.running import Bot
from tests.process.siege import Force, Siege, besieged, doubles, numbers, revisions, told_twice_by_one, updates_by_channel

SEED, CONVERSATIONS = 20261123, 24
LONGEST_WAIT_S = 10.0
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
        async with bot.store() as store:
            given_up = await store.read(jobs.dead)
            kept = await store.read(revisions)
            counts = await store.read(updates_by_channel)

    fresh = databases(sqlite_template, tmp_path)
    expected = {tuple(talk.lines): await undisturbed(next(fresh), "wechat", talk.lines) for talk in siege.talks}
    doubled = [talk.doubled(expected[tuple(talk.lines)]).total() for talk in siege.talks]
    told = numbers(platforms.wecom.group)
    sys.stdout.write(report(siege, sum(doubled), told.total() - len(told)))

    assert given_up == []
    said = {("wechat", talk.follower.member.id): len(talk.lines) for talk in siege.talks}
    said |= {(told.channel, told.chat): told.updates for told in siege.told}
    assert kept == said
    assert counts == totals(said)
    for (channel, *lines), heard in siege.transcripts():
        assert heard == await undisturbed(next(fresh), channel, lines)
    assert [(first, second) for first, second in doubles(platforms.telegram) if first.folder == second.folder] == []
    for talk in siege.talks:
        assert talk.lost(expected[tuple(talk.lines)]) == Counter()
        assert talk.doubled_by_one(expected[tuple(talk.lines)]).total() <= talk.cut_off
    assert set(told) == set(siege.claims)
    assert told_twice_by_one(platforms.wecom) == set()
    assert numbers(platforms.wecom.inbox) == Counter(siege.claims)
    assert siege.longest_wait_s() < LONGEST_WAIT_S
    if not where:
        assert is_whole(bot)


def databases(template: Path, folder: Path) -> Iterator[str]:
    """One fresh database after the other."""
    (place := folder / "fresh").mkdir()
    number = 0
    while True:
        number += 1
        yield f"sqlite:///{shutil.copy(template, place / f'{number}.db')}"


def totals(said: dict[tuple[str, str], int]) -> Counter[str]:
    """How many updates there were on each channel."""
    found: Counter[str] = Counter()
    for (channel, _), count in said.items():
        found[channel] += count
    return found


def report(siege: Siege, doubled_on_wechat: int, doubled_in_the_group: int) -> str:
    """The figures."""
    return (
        f"seed {SEED}: {len(siege.ready)} kills, {siege.answers} answers in {len(siege.told) + len(siege.talks)} chats of "
        f"{siege.force.web + siege.force.telegram + siege.force.wechat} members at a time; "
        f"{len(siege.claims)} claims told to staff; {siege.repeats} answers repeated by the page; "
        f"doubled, for the platform's answer was lost: "
        f"{siege.doubled} on Telegram, {doubled_on_wechat} on WeChat, {doubled_in_the_group} in the WeCom group; "
        f"next question at most {siege.longest_wait_s():.1f} s after a restart "
        f"({siege.with_restarts_s():.1f} s with all restarts in between); "
        f"ready after {sorted(siege.starts)[len(siege.starts) // 2]:.1f} s (median)\n"
    )


def is_whole(bot: Bot) -> bool:
    """What SQLite says of its file."""
    with closing(sqlite3.connect(bot.data / "niangjia.db")) as database:
        return database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
