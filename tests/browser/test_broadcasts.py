"""A broadcast in a real browser: written by one, signed by another, its progress renewed on the page while it is sent."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect
from sqlalchemy import Connection

from bot.broadcast import course, find, write
from bot.broadcast.means import Means
from bot.broadcast.write import Draft
from bot.channels.preview import PREVIEWS
from bot.channels.web.send import WebChannel
from bot.channels.web.streams import Streams
from bot.message import Chat
from bot.staff.accounts import Staff
from bot.store import Keyring, Store
from tests.broadcast.sending import Going, now, open_to_all, outgoing, working
from tests.broadcast.writing import EVERYBODY, Office, enrol_all, office, signed
from tests.browser.test_console import wrong_with
from tests.claims.making import NOW
from tests.console.running import Console, running_console

pytestmark = pytest.mark.browser

MEMBERS = 120


@dataclass
class Desk:
    """A console, two who may write to many, and members with a page open."""

    console: Console
    office: Office

    async def page(self, browser: Browser, staff: Staff, *, width: int = 1280, dark: bool = False) -> Page:
        token = (await self.console.signed_in(staff)).cookie
        context = await browser.new_context(
            viewport={"width": width, "height": 800}, color_scheme="dark" if dark else "light", locale="zh-CN"
        )
        await context.add_cookies([{"name": "console_session", "value": token, "url": self.console.base}])
        page = await context.new_page()
        page.on("pageerror", lambda error: pytest.fail(str(error)))
        page.on("console", lambda said: pytest.fail(said.text) if "Content Security Policy" in said.text else None)
        return page


@pytest_asyncio.fixture(loop_scope="session")
async def desk(sqlite_store: Store, keyring: Keyring, tmp_path: Path) -> AsyncIterator[Desk]:
    def work(conn: Connection) -> Office:
        people = office(conn)
        enrol_all(conn, people.town.east_base, [Chat("web", f"page-{number}") for number in range(MEMBERS)])
        return people

    means = Means(dict.fromkeys(PREVIEWS, open_to_all), PREVIEWS)
    async with running_console(sqlite_store, keyring, tmp_path / "files", means) as console:
        yield Desk(console, await sqlite_store.write(work))


async def test_it_is_written_signed_and_watched_without_a_reload(browser: Browser, desk: Desk) -> None:
    writer = await desk.page(browser, desk.office.writer)
    await writer.goto(desk.console.base + "/")
    await writer.get_by_role("link", name="群发").click()
    await writer.get_by_role("link", name="写一条群发").click()
    await writer.get_by_label("中文").fill("元旦放假三天。")
    await writer.get_by_label("每秒几条").fill("25")
    await writer.get_by_role("button", name="保存，看效果").click()
    await expect(writer.get_by_role("main")).to_contain_text(f"{MEMBERS} 人里，{MEMBERS} 人收得到。")
    await writer.get_by_role("button", name="交给另一人看").click()
    await expect(writer.get_by_role("main")).to_contain_text("要由别人同意")

    signer = await desk.page(browser, desk.office.signer, width=390)
    await signer.goto(desk.console.base + "/broadcasts/1")
    await signer.get_by_role("button", name="同意，开始发").click()
    await expect(signer.get_by_role("main")).to_contain_text("正在发")
    store = desk.console.store
    going = Going(store, 1)
    async with working(outgoing(store, {"web": WebChannel(store, Streams(), now)})):
        await going.until(lambda broadcast: broadcast.gathered_at)
        await expect(signer.get_by_role("progressbar")).to_be_visible()
        await going.over()
    await expect(signer.get_by_role("main")).to_contain_text(f"{MEMBERS} 人里，{MEMBERS} 人已有结果。")
    await expect(signer.get_by_role("main")).to_contain_text("已发完")
    assert await signer.locator("[data-live]").count() == 0


async def test_a_press_in_the_moment_of_renewal_still_works(browser: Browser, desk: Desk) -> None:
    store = desk.console.store
    await store.write(signed, desk.office, pace=1, now=NOW)
    page = await desk.page(browser, desk.office.writer, width=390)
    await page.goto(desk.console.base + "/broadcasts/1")
    await page.get_by_role("button", name="暂停").focus()
    async with page.expect_response("**/broadcasts/1"):
        pass

    await expect(page.get_by_role("button", name="暂停")).to_be_focused()
    await page.get_by_role("button", name="暂停").click()

    await expect(page.get_by_role("status")).to_have_text("暂停了。")


async def test_a_double_tap_on_what_came_by_a_renewal_is_sent_once(browser: Browser, desk: Desk) -> None:
    store = desk.console.store
    await store.write(signed, desk.office, pace=1, now=NOW)
    page = await desk.page(browser, desk.office.writer)
    await page.goto(desk.console.base + "/broadcasts/1")
    await page.locator("#live").evaluate("place => { place.dataset.first = 'yes'; }")
    await expect(page.locator("#live[data-first]")).to_have_count(0)

    refused = await page.locator("form[action$='/pause']").evaluate("""form => {
        const tap = () => form.dispatchEvent(new SubmitEvent("submit", { bubbles: true, cancelable: true }));
        return [!tap(), !tap()];
    }""")

    assert refused == [False, True]


@pytest.mark.parametrize(("width", "dark"), [(320, False), (390, True), (1280, False)])
async def test_the_pages_of_broadcasts_fit_and_have_no_serious_finding(browser: Browser, desk: Desk, width: int, dark: bool) -> None:
    store = desk.console.store

    def work(conn: Connection) -> None:
        first = signed(conn, desk.office, now=NOW)
        course.pause(conn, first.id, desk.office.writer, revision=first.revision, now=NOW)
        signed(conn, desk.office, now=NOW)
        draft = Draft({"zh_CN": "放假三天。" * 60}, EVERYBODY)
        write.write(conn, draft, desk.office.writer, now=NOW)
        write.hand_in(conn, write.write(conn, draft, desk.office.writer, now=NOW), desk.office.writer, revision=1, now=NOW)

    await store.write(work)
    page = await desk.page(browser, desk.office.signer, width=width, dark=dark)
    findings: list[str] = []
    for path in (
        "/broadcasts",
        "/broadcasts/new",
        "/broadcasts/1",
        "/broadcasts/2",
        "/broadcasts/3",
        "/broadcasts/4",
        "/broadcasts/4/edit",
    ):
        await page.goto(f"{desk.console.base}/broadcasts{path}")
        findings += await wrong_with(page, path)

    assert findings == []
    assert len(await store.read(find.listed, "/")) == 4
