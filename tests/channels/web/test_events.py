"""The stream: everything once and in order, after any break, in every tab."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack

from sqlalchemy import select

from bot.channels.web import events as stream
from bot.channels.web.history import SHOWN, keep
from bot.channels.web.streams import Streams
from bot.channels.web.tables import web_chats
from bot.jobs import Job
from bot.message import Chat, Message, Notice
from tests.channels.web.page import Page, says
from tests.channels.web.running import Running, now, said


async def only_chat(running: Running) -> str:
    return await running.store.read(lambda conn: str(conn.execute(select(web_chats.c.id)).scalar_one()))


async def listening(running: Running, chat: str, pages: int) -> None:
    """Wait until so many pages are open."""
    async with asyncio.timeout(60):
        while running.streams.count(chat) < pages:  # noqa: ASYNC110 - the product needs no event for it
            await asyncio.sleep(0)


async def test_a_stream_cut_anywhere_goes_on_without_loss_or_double(page: Page) -> None:
    for number in range(6):
        await page.write(f"第{number}句")
    await page.until(says("第5句"))
    whole = [event["id"] for event in await page.history()]

    for cut in range(1, len(whole)):
        rest = await page.history(last=whole[cut - 1])

        assert whole[:cut] + [event["id"] for event in rest] == whole


async def test_what_is_said_while_the_page_is_away_is_there_when_it_comes_back(page: Page, running: Running) -> None:
    last = (await page.until(says("start")))[-1]["id"]

    await running.say(await only_chat(running), Message((said("批下来了"),)))

    assert [event["lines"] for event in await page.until(says("批下来了"), last=last)] == [["批下来了"]]


async def test_two_tabs_see_the_same_and_at_once(page: Page, running: Running) -> None:
    chat = await only_chat(running)

    async def listen() -> list[list[str]]:
        return [event["lines"] for event in await page.until(says("两边都有"))]

    tabs = [asyncio.create_task(listen()) for _ in range(2)]
    await listening(running, chat, 2)
    await running.say(chat, Message((said("两边都有"),)))

    assert await tabs[0] == await tabs[1] == [["Command: start"], ["两边都有"]]


async def test_a_message_stored_by_another_replica_is_found_by_looking(page: Page, running: Running) -> None:
    chat = await only_chat(running)
    last = (await page.until(says("start")))[-1]["id"]
    payload = {"message": Message((said("从别处"),)).to_json(), "locale": "zh_CN"}

    waiting = asyncio.create_task(page.until(says("从别处"), last=last))
    await listening(running, chat, 1)
    await running.store.write(lambda conn: keep(conn, chat, "out", "elsewhere", payload, now=now()))

    assert (await waiting)[-1]["lines"] == ["从别处"]


async def test_a_notice_sent_again_after_a_crash_is_shown_once(page: Page, running: Running) -> None:
    chat = await only_chat(running)
    notice, job = Notice(Chat("web", chat), Message((said("一次"),)), "zh_CN"), Job(77_000, "notice", {}, 1)

    for _ in range(3):
        await running.channel.send(notice, job)

    assert [event["lines"] for event in await page.history()] == [["Command: start"], ["一次"]]


async def test_nobody_hears_another_chats_messages(page: Page, stranger: Page) -> None:
    await page.write("我的事")
    await page.until(says("我的事"))

    assert not any("我的事" in line for event in await stranger.history() for line in event["lines"])


async def test_a_fresh_page_gets_the_newest_of_a_long_history(page: Page, running: Running) -> None:
    chat = await only_chat(running)
    await running.store.write(lambda conn: [keep(conn, chat, "in", f"n{n}", {"text": str(n)}, now=now()) for n in range(SHOWN + 50)])

    fresh, resumed = await page.history(), await page.history(last=1)

    assert [event["lines"] for event in fresh][-1] == [str(SHOWN + 49)]
    assert len(fresh) == SHOWN
    assert len(resumed) >= SHOWN + 50


async def test_an_odd_last_event_id_is_no_error(page: Page) -> None:
    for odd in ("-1", "x", "9" * 40, "1e3", "٣"):
        async with page.stream(path=f"/chat/events?after={odd}") as events:
            assert (await anext(events))["lines"] == ["Command: start"]


async def test_too_many_open_pages_are_told_so(page: Page, running: Running) -> None:
    chat = await only_chat(running)
    with ExitStack() as pages:
        for _ in range(stream.PAGES_AT_MOST):
            pages.enter_context(running.streams.listen(chat))

        assert (await page.get("/chat/events")).status == 429


async def test_closing_ends_every_stream(page: Page, running: Running) -> None:
    async with page.stream() as events:
        await anext(events)

        await running.streams.close()

        async with asyncio.timeout(60):
            assert [event async for event in events] in ([], [{"ready": True}])


def test_whoever_stops_listening_is_forgotten() -> None:
    streams = Streams()

    with streams.listen("a") as event:
        streams.wake("a")
        streams.wake("b")
        assert event.is_set()

    assert streams.count("a") == 0
