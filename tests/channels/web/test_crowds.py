"""More visitors than there is room for: whoever has a chat still hears everything, and new ones are asked to wait a little."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from sqlalchemy import Connection, func, select

from bot.channels.web.doorway import Doorway
from bot.channels.web.events import BEAT_S, LOOK_AGAIN_S, look_again_s
from bot.channels.web.tables import web_chats
from bot.store import Keyring, Store
from tests.channels.web.page import Page, says
from tests.channels.web.running import Running, running_chat

STREAMS, NEW_CHATS = 3, 5


@pytest.fixture
async def small(sqlite_store: Store, keyring: Keyring, tmp_path: Path) -> AsyncIterator[Running]:
    """A chat with few lasting streams, where few may begin."""
    limits = {"web_streams": STREAMS, "web_new_chats": NEW_CHATS}
    async with running_chat(sqlite_store, keyring, tmp_path / "files", limits=limits) as running:
        yield running


def chats(conn: Connection) -> int:
    return int(conn.execute(select(func.count()).select_from(web_chats)).scalar_one())


def newest(conn: Connection) -> str:
    return str(conn.execute(select(web_chats.c.id).order_by(web_chats.c.created_at.desc()).limit(1)).scalar_one())


async def whole(page: Page) -> str:
    """The stream as it stands in the answer, to its end."""
    async with asyncio.timeout(60), page.client.get(page.server.make_url("/chat/events")) as response:
        assert response.status == 200
        return await response.text()


async def status(page: Page) -> tuple[int, str | None]:
    """What a page gets that begins to listen, and when it is to come again."""
    async with page.client.get(page.server.make_url("/chat/events")) as response:
        return response.status, response.headers.get("Retry-After")


async def listen(pages: AsyncExitStack, server: Running) -> None:
    """Open a page whose stream lasts."""
    visitor = await pages.enter_async_context(Page(server.server))
    await anext(await pages.enter_async_context(visitor.stream()))


async def test_with_all_streams_taken_a_page_gets_everything_and_is_told_to_come_back(small: Running) -> None:
    async with AsyncExitStack() as pages, Page(small.server) as member:
        await member.until(says("start"))
        for _ in range(STREAMS):
            await listen(pages, small)

        await member.write("还在吗")
        heard = ""
        async with asyncio.timeout(60):
            while "Text: 还在吗" not in heard:
                heard = await whole(member)

        assert small.streams.in_all == STREAMS
        assert "retry: 5000\nevent: ready\n" in heard
        assert "消息会晚几秒到" in heard


async def test_a_flood_of_streams_holds_no_more_than_there_are(small: Running) -> None:
    async with AsyncExitStack() as pages:
        for _ in range(STREAMS):
            await listen(pages, small)
        for _ in range(3):
            visitor = await pages.enter_async_context(Page(small.server))
            assert "event: ready" in await whole(visitor)

        assert small.streams.in_all == STREAMS


async def test_a_stream_that_ends_makes_room_for_a_lasting_one(small: Running) -> None:
    async with Page(small.server) as member:
        async with AsyncExitStack() as pages:
            for _ in range(STREAMS):
                await listen(pages, small)
            await small.streams.close()
        small.streams.closing = False
        async with asyncio.timeout(60):
            while small.streams.in_all:  # noqa: ASYNC110 - the product needs no event for it
                await asyncio.sleep(0)

        async with member.stream() as events:
            await anext(events)
            await anext(events)

            assert small.streams.count(await small.store.read(newest)) == 1


async def test_more_new_chats_than_may_begin_are_asked_to_wait_and_nothing_is_stored_for_them(small: Running) -> None:
    statuses = []
    for _ in range(2 * NEW_CHATS + 3):
        async with Page(small.server) as visitor:
            statuses.append(await status(visitor))
    begun = await small.store.read(chats)

    assert statuses.count((200, None)) == begun == 2 * NEW_CHATS
    assert statuses[-1] == (503, "5")


async def test_whoever_has_a_chat_is_not_asked_to_wait_for_those_who_begin(small: Running) -> None:
    async with Page(small.server) as member, Page(small.server) as newcomer:
        await member.until(says("start"))
        for _ in range(2 * NEW_CHATS):
            async with Page(small.server) as visitor:
                await status(visitor)

        assert (await newcomer.get("/chat/events")).json()["reason"] == "crowded"
        assert (await member.write("我先来的")).status == 202
        await member.until(says("我先来的"))


def test_the_door_opens_again_as_time_passes_and_saves_up_no_more_than_two_minutes() -> None:
    clock = [0.0]
    doorway = Doorway(6, lambda: clock[0])

    assert [doorway.admits() for _ in range(13)] == [True] * 12 + [False]
    clock[0] += 10
    assert [doorway.admits(), doorway.admits()] == [True, False]
    clock[0] += 3600
    assert [doorway.admits() for _ in range(13)] == [True] * 12 + [False]


@pytest.mark.parametrize(("pages", "seconds"), [(1, LOOK_AGAIN_S), (400, LOOK_AGAIN_S), (2000, 10.0), (100_000, BEAT_S)])
def test_the_more_pages_are_open_the_more_rarely_each_looks(pages: int, seconds: float) -> None:
    assert look_again_s(pages) == seconds
