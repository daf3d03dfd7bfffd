"""Whose chat it is: the cookie alone opens it, and only to its holder."""

from __future__ import annotations

from pathlib import Path

from aiohttp import CookieJar
from sqlalchemy import Connection, func, select

from bot.channels.web.session import COOKIE
from bot.channels.web.tables import web_chats
from bot.store import Keyring, Store
from tests.channels.web.page import Page, says
from tests.channels.web.running import Running, running_chat


def chats(conn: Connection) -> int:
    return int(conn.execute(select(func.count()).select_from(web_chats)).scalar_one())


async def test_the_cookie_is_random_hidden_from_scripts_and_kept_only_as_a_hash(page: Page, running: Running) -> None:
    cookie = next(cookie for cookie in page.client.cookie_jar if cookie.key == COOKIE)
    kept = await running.store.read(lambda conn: conn.execute(select(web_chats.c.token_hash)).scalar_one())

    assert len(cookie.value) == 43
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert not cookie["secure"]
    assert cookie.value not in kept


async def test_under_https_the_cookie_is_secure(sqlite_store: Store, keyring: Keyring, tmp_path: Path) -> None:
    async with (
        running_chat(sqlite_store, keyring, tmp_path / "files", public_url="https://chat.test") as running,
        Page(running.server) as page,
    ):
        response = await page.begin()

        assert response[COOKIE]["secure"]


async def test_a_forged_cookie_opens_nothing_and_the_page_begins_a_chat_of_its_own(running: Running) -> None:
    jar = CookieJar(unsafe=True)
    jar.update_cookies({COOKIE: "A" * 43}, running.server.make_url("/chat"))
    async with Page(running.server, jar) as forger:
        assert (await forger.get("/chat/events?after=1")).status == 401
        assert (await forger.write("您好")).status == 401
        await forger.open()
        assert [event["lines"] for event in await forger.until(says("start"))] == [["Command: start"]]

        assert {cookie.value for cookie in forger.client.cookie_jar} > {"A" * 43}


async def test_without_a_cookie_nothing_but_the_page_is_open(running: Running) -> None:
    async with Page(running.server) as nobody:
        assert (await nobody.get("/chat/events?after=1")).status == 401
        assert (await nobody.write("您好")).status == 401
        assert (await nobody.put(b"x")).status == 401
        assert (await nobody.get("/chat/pictures/abc")).status == 401
        assert (await nobody.get("/chat/pictures/abc/0")).status == 401


async def test_a_browser_that_wants_english_is_greeted_in_english(running: Running) -> None:
    async with Page(running.server) as page:
        text = await page.open(**{"Accept-Language": "en-GB,en;q=0.9"})

        assert '<html lang="en">' in text
        await page.begin(**{"Accept-Language": "en-GB,en;q=0.9"})
        assert '<html lang="en">' in await page.open()


async def test_a_crawler_that_reads_the_page_stores_nothing_and_gets_no_cookie(running: Running) -> None:
    async with Page(running.server) as crawler:
        await crawler.open()
        answer = await crawler.get("/chat")

        assert (answer.status, dict(answer.cookies)) == (200, {})
        assert await running.store.read(chats) == 0


async def test_another_sites_page_begins_no_chat(running: Running) -> None:
    async with Page(running.server) as page:
        address = running.server.make_url("/chat/events")
        async with page.client.get(address, headers={"Sec-Fetch-Site": "cross-site"}) as response:
            assert response.status == 401

        assert await running.store.read(chats) == 0


async def test_a_head_request_begins_no_chat(running: Running) -> None:
    async with Page(running.server) as page, page.client.head(running.server.make_url("/chat")) as response:
        assert response.status == 405


async def test_the_page_runs_no_script_but_its_own_file(page: Page) -> None:
    response = await page.get("/chat")
    policy, text = response.headers["Content-Security-Policy"], response.body.decode()

    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert " style=" not in text
    assert "<style" not in text
    assert " onclick" not in text


async def test_the_pages_files_are_kept_for_ever_only_under_their_own_digest(page: Page) -> None:
    address = (await page.open()).split('src="', 1)[1].split('"', 1)[0]

    today, older = await page.get(address), await page.get("/chat/static/older/chat.js")

    assert "immutable" in today.headers["Cache-Control"]
    assert (older.status, older.headers["Cache-Control"]) == (200, "no-store")
    assert (await page.get("/chat/static/x/..%2fpage.py")).status == 404
    assert (await page.get("/chat/static/x/chat.html")).status == 404
