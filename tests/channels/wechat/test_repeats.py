"""The same push several times: one effect, one answer, and none lost."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.documents.tables import uploads
from bot.store import Store
from tests.channels.telegram.running import Echo, now
from tests.channels.wechat.running import running
from tests.fakes.wechat import WeChatServer
from tests.fakes.wechat_phone import Follower


@pytest.fixture
def echo() -> Echo:
    """A conversation that repeats what it hears."""
    return Echo()


KINDS: dict[str, Callable[[WeChatServer, str], dict[str, str]]] = {
    "text": lambda wechat, member: wechat.fields(member, "text", Content="hello"),
    "picture": lambda wechat, member: wechat.fields(member, "image", MediaId="m"),
    "menu": lambda wechat, member: wechat.fields(member, "event", Event="CLICK", EventKey="status"),
    "file": lambda wechat, member: wechat.fields(member, "file", Title="a.pdf"),
}


@pytest.mark.parametrize("kind", KINDS)
async def test_five_copies_at_once_have_one_effect_and_one_answer(
    store: Store, wechat: WeChatServer, follower: Follower, echo: Echo, tmp_path: Path, kind: str
) -> None:
    fields = KINDS[kind](wechat, follower.member.id)

    async with running(store, wechat, echo, tmp_path) as bot:
        pushes = await asyncio.gather(*(wechat.try_push(fields) for _ in range(5)))
        await bot.settled()

    assert [pushed.status for pushed in pushes] == [200] * 5
    assert len(echo.taken) == (kind != "file")
    assert len(follower.heard) == 1
    assert await store.read(lambda conn: conn.scalar(select(func.count()).select_from(uploads))) == (kind == "picture")


async def test_copies_one_after_the_other_have_one_effect_and_one_answer(
    store: Store, wechat: WeChatServer, follower: Follower, echo: Echo, tmp_path: Path
) -> None:
    fields = wechat.fields(follower.member.id, "text", Content="hello")

    async with running(store, wechat, echo, tmp_path) as bot:
        for _ in range(3):
            await wechat.try_push(fields)
        await bot.settled()

    assert len(echo.taken) == len(follower.heard) == 1


async def test_an_old_push_that_comes_late_changes_nothing(
    sqlite_store: Store, wechat: WeChatServer, follower: Follower, echo: Echo, tmp_path: Path
) -> None:
    async with running(sqlite_store, wechat, echo, tmp_path) as bot:
        for text in ("one", "two", "three"):
            await follower.types(text)
        for fields in reversed(follower.sent):
            await wechat.try_push(fields)
        await bot.settled()

    assert [incoming.update_id for incoming in echo.taken] == [fields["MsgId"] for fields in follower.sent]
    assert len(follower.heard) == 3


async def test_an_answer_that_was_written_and_yet_lost_is_given_to_the_next_try(
    sqlite_store: Store, wechat: WeChatServer, follower: Follower, echo: Echo, tmp_path: Path
) -> None:
    fields, later = wechat.fields(follower.member.id, "text", Content="hello"), [timedelta()]

    async with running(sqlite_store, wechat, echo, tmp_path, clock=lambda: now() + later[0]) as bot:
        first = await wechat.try_push(fields)
        await bot.settled()
        follower.heard.clear()  # nobody saw it
        later[0] = timedelta(seconds=5)
        second = await wechat.try_push(fields)

    assert first.body != "success" != second.body
    assert len(follower.heard) == len(echo.taken) == 1


async def test_where_wechat_hung_up_before_the_answer_the_member_gets_it_all_the_same(
    sqlite_store: Store, wechat: WeChatServer, follower: Follower, echo: Echo, tmp_path: Path
) -> None:
    query, body = wechat.signed(wechat.fields(follower.member.id, "text", Content="hello"))
    follower.member.quota = 5

    async with running(sqlite_store, wechat, echo, tmp_path) as bot:
        host, port = bot.address.split("/")[2].split(":")
        _, writer = await asyncio.open_connection(host, int(port))
        asked = "&".join(f"{name}={value}" for name, value in query.items())
        writer.write(f"POST /wechat?{asked} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body.encode())}\r\n\r\n{body}".encode())
        await writer.drain()
        writer.transport.abort()
        await follower.hears()
        await bot.settled()

    assert len(echo.taken) == len(follower.heard) == 1
    assert follower.member.passive == 0


async def test_two_members_may_tap_in_the_same_second(
    sqlite_store: Store, wechat: WeChatServer, follower: Follower, echo: Echo, tmp_path: Path
) -> None:
    other = Follower(wechat, "oMadeUpFollower0000000000002")
    wechat.clock = partial(float, wechat.clock())

    async with running(sqlite_store, wechat, echo, tmp_path):
        await asyncio.gather(follower.clicks("status"), other.clicks("status"))

    assert len(follower.heard) == len(other.heard) == 1


async def test_one_member_may_tap_twice_in_a_second(
    sqlite_store: Store, wechat: WeChatServer, follower: Follower, echo: Echo, tmp_path: Path
) -> None:
    wechat.clock = partial(float, wechat.clock())

    async with running(sqlite_store, wechat, echo, tmp_path):
        await follower.clicks("status")
        await follower.clicks("menu")

    assert len(follower.heard) == len(echo.taken) == 2
