"""However slow the database is, every push is answered in time, and none is confirmed that is not stored."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime
from pathlib import Path

import pytest
import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from bot.channels.wechat import inbox
from bot.channels.wechat.spool import Spool
from bot.message import Incoming
from bot.store import Store
from tests.channels.telegram.running import Echo, now
from tests.channels.wechat.running import running
from tests.fakes.wechat import WeChatServer
from tests.fakes.wechat_phone import Follower


@contextmanager
def locked(store: Store) -> Iterator[None]:
    """Nobody else can write to the database."""
    other = sqlite3.connect(str(store.engine.url.database), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.rollback()
        other.close()


@asynccontextmanager
async def locked_for(store: Store, seconds: float) -> AsyncIterator[None]:
    """The same, for so long from now on."""

    async def hold() -> None:
        with locked(store):
            await asyncio.sleep(seconds)

    holding = asyncio.create_task(hold())
    await asyncio.sleep(0)  # until it is locked
    yield
    await holding


async def test_a_database_slow_for_a_moment_still_lets_the_answer_go_with_the_push(
    sqlite_store: Store, wechat: WeChatServer, follower: Follower, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox, "PATIENCE_S", 60.0)
    async with running(sqlite_store, wechat, Echo(), tmp_path / "data"):
        async with locked_for(sqlite_store, 1.5):
            pushed = await follower.types("hello")

        assert pushed.seconds > 1.2
        assert follower.member.passive == 1
    assert list((tmp_path / "data" / "wechat").iterdir()) == []


async def test_a_push_into_a_stuck_database_is_confirmed_from_disk_and_answered_once_it_is_back(
    sqlite_store: Store, wechat: WeChatServer, follower: Follower, tmp_path: Path
) -> None:
    echo, folder = Echo(), tmp_path / "data" / "wechat"
    async with running(sqlite_store, wechat, echo, tmp_path / "data") as bot:
        with locked(sqlite_store):
            pushes = [await follower.types("hello")]
            pushes += [await wechat.try_push(follower.sent[0])]  # both answered while it is stuck
            on_disk = [path.read_bytes() for path in folder.iterdir()]
        await follower.hears()
        await bot.settled()
        await bot.channel.inbox.close()

        assert [(pushed.status, pushed.body) for pushed in pushes] == [(200, "success")] * 2
        assert len(on_disk) == 2
        assert not any(b"hello" in content for content in on_disk)
        assert [incoming.what for incoming in echo.taken] == [echo.taken[0].what]
        assert len(follower.heard) == 1
        assert list(folder.iterdir()) == []


async def test_of_a_crowd_at_a_stuck_database_only_a_few_wait_for_it(
    sqlite_store: Store, wechat: WeChatServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox, "PATIENCE_S", 60.0)
    crowd = [Follower(wechat, f"oMadeUpFollower{number:013}") for number in range(60)]
    async with running(sqlite_store, wechat, Echo(), tmp_path) as bot:
        with locked(sqlite_store):
            pushing = [asyncio.create_task(follower.types("hello")) for follower in crowd]
            await wechat.until(lambda: sum(push.done() for push in pushing) >= len(crowd) - inbox.CROWD)
        pushes = await asyncio.gather(*pushing)
        for follower in crowd:
            await follower.hears()
        assert await bot.settled() == []

    assert sum(pushed.body == "success" for pushed in pushes) >= len(crowd) - inbox.CROWD
    assert {pushed.status for pushed in pushes} == {200}
    assert all(len(follower.heard) == 1 for follower in crowd)


async def test_what_was_only_on_disk_when_the_process_died_is_taken_at_the_next_start(
    sqlite_store: Store, wechat: WeChatServer, follower: Follower, tmp_path: Path
) -> None:
    spool = Spool(tmp_path / "wechat", sqlite_store.keyring)
    for text in ("one", "two"):
        await spool.keep(text, now(), wechat.fields(follower.member.id, "text", Content=text))
    (tmp_path / "wechat" / "0-other.push").write_bytes(b"what no key opens")
    follower.member.quota = 5

    echo = Echo()
    async with running(sqlite_store, wechat, echo, tmp_path) as bot:
        await follower.hears(2)
        await bot.settled()

    assert [text.splitlines()[0] for text in follower.heard] == ["took one", "took two"]
    assert [path.suffix for path in (tmp_path / "wechat").iterdir()] == [".unreadable"]


async def test_a_push_that_can_be_kept_nowhere_is_not_confirmed_and_comes_again(
    sqlite_store: Store, wechat: WeChatServer, follower: Follower, tmp_path: Path
) -> None:
    echo, full = Echo(), [True]
    (tmp_path / "data").write_text("no folder can be made here")

    def disk_full(conn: Connection, incoming: Incoming, *, now: datetime) -> bool:
        if full:
            raise OperationalError("BEGIN", {}, Exception("disk full"))
        return echo(conn, incoming, now=now)

    async with running(sqlite_store, wechat, disk_full, tmp_path / "data") as bot:
        first = await follower.types("kept")
        assert echo.taken == []
        full.clear()
        await wechat.try_push(follower.sent[0])
        await bot.settled()

    assert first.status == 503
    assert len(follower.heard) == len(echo.taken) == 1


async def test_a_push_that_our_own_fault_keeps_failing_is_put_aside_and_named(
    sqlite_store: Store, wechat: WeChatServer, follower: Follower, tmp_path: Path
) -> None:
    echo = Echo(fails={"王芳": 99, "hiccup": 2})
    with structlog.testing.capture_logs() as logs:
        async with running(sqlite_store, wechat, echo, tmp_path) as bot:
            await follower.types("hiccup")
            await follower.types("王芳")
            dead = await bot.settled()

    assert follower.heard[0].startswith("took hiccup")
    assert "编号" in follower.heard[1]
    assert [job.kind for job in dead] == ["wechat_failed"]
    assert "王芳" not in str(logs)
