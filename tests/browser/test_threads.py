"""A member asks for a person and reads the answer in the same chat; the staff answer on any screen, and lose nothing they typed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect
from sqlalchemy import Connection

from bot.message import Chat
from bot.staff.accounts import Staff
from bot.store import Keyring, Store
from bot.threads import ask
from handlers.on_behalf import Helper
from tests.browser.test_console import wrong_with
from tests.browser.test_journey import LINK, becomes_administrator, last, opened, says
from tests.claims.making import CHAT, NOW, Stay, claim_for, hire, plant
from tests.console.running import Console, running_console
from tests.process.running import running

pytestmark = pytest.mark.browser

QUESTION = "补办的医保还算数吗？"
ANSWER = "算的，住院那天已经生效就行。"


async def test_what_a_member_asks_is_answered_in_the_same_chat(browser: Browser, tmp_path: Path) -> None:
    faults: list[str] = []
    async with running(tmp_path) as bot:
        member = await opened(browser, f"{bot.address}/chat", faults, width=390)
        await expect(member.locator(".latest .choice").first).to_be_visible()
        for line in ["[住院了]", "45", "人工", QUESTION, "[给他们看]"]:
            await says(member, line)
        await expect(last(member)).to_contain_text("现在在职吗")

        staff = await opened(browser, LINK.findall(bot.printed)[0], faults, width=1280)
        await becomes_administrator(staff)
        await staff.get_by_role("link", name="会话").click()
        await staff.get_by_role("link", name="会话 1").click()
        await expect(staff.get_by_role("main")).to_contain_text(QUESTION)
        await expect(staff.get_by_role("main")).to_contain_text("45 岁")
        await staff.get_by_label("回复会员").fill(ANSWER)
        await staff.get_by_role("button", name="发给会员").click()
        await expect(staff.get_by_role("status")).to_have_text("发给会员了。")

        await expect(last(member)).to_contain_text(f"工作人员回您：{ANSWER}")
        await member.locator(".latest .choice", has_text="写给工作人员").last.tap()
        await expect(last(member)).to_contain_text("直接交给工作人员")
        await says(member, "谢谢")
        await expect(last(member)).to_contain_text("现在在职吗")
        await staff.reload()
        await expect(staff.get_by_role("main")).to_contain_text("谢谢")
    assert faults == []


@dataclass
class Desk:
    """A console with a question on a claim that somebody filed for a member, and one without a claim."""

    console: Console
    staff: Staff

    async def page(self, browser: Browser, *, width: int, dark: bool = False) -> Page:
        token = (await self.console.signed_in(self.staff)).cookie
        context = await browser.new_context(
            viewport={"width": width, "height": 800}, color_scheme="dark" if dark else "light", locale="zh-CN"
        )
        await context.add_cookies([{"name": "console_session", "value": token, "url": self.console.base}])
        page = await context.new_page()
        page.on("pageerror", lambda error: pytest.fail(str(error)))
        return page


@pytest_asyncio.fixture(loop_scope="session")
async def desk(sqlite_store: Store, keyring: Keyring, tmp_path: Path) -> AsyncIterator[Desk]:
    def work(conn: Connection) -> Staff:
        town = plant(conn)
        claim = claim_for(conn, Stay(town.east_base, more={"helper": Helper("parent", "李雷", "13900139000")}))
        ask.say(conn, CHAT, QUESTION, claim_id=claim.id, locale="zh_CN", now=NOW)
        ask.say(conn, CHAT, "还有，要不要交原件？", claim_id=claim.id, locale="zh_CN", now=NOW)
        ask.say(conn, Chat("telegram", "another"), "能领吗", claim_id=None, locale="zh_CN", now=NOW)
        return hire(conn, "li.ming")

    async with running_console(sqlite_store, keyring, tmp_path / "files") as console:
        yield Desk(console, await sqlite_store.write(work))


async def test_what_was_typed_stays_through_a_reload_and_goes_once_it_is_sent(browser: Browser, desk: Desk) -> None:
    page = await desk.page(browser, width=390)
    await page.goto(f"{desk.console.base}/threads/1")
    box = page.get_by_label("回复会员")

    await box.fill("写到一半")
    await page.reload()
    await expect(box).to_have_value("写到一半")
    await page.get_by_role("button", name="发给会员").click()

    await expect(page.get_by_role("status")).to_have_text("发给会员了。")
    await expect(box).to_have_value("")
    await page.goto(f"{desk.console.base}/threads/1")
    await expect(box).to_have_value("")


async def test_a_usual_answer_is_put_into_the_box_to_be_edited(browser: Browser, desk: Desk) -> None:
    page = await desk.page(browser, width=390)
    await page.goto(f"{desk.console.base}/threads/1")

    await page.get_by_text("常用的话").click()
    await page.get_by_role("button", name="您的问题看到了").click()

    await expect(page.get_by_label("回复会员")).to_have_value("您好，您的问题看到了。我们问清楚，马上回您。")
    await expect(page.get_by_label("回复会员")).to_be_focused()


async def test_signing_out_leaves_nothing_that_was_typed(browser: Browser, desk: Desk) -> None:
    page = await desk.page(browser, width=390)
    await page.goto(f"{desk.console.base}/threads/1")
    await page.get_by_label("回复会员").fill("写到一半")

    await page.get_by_role("button", name="退出").click()
    await page.wait_for_url("**/sign-in*")

    assert await page.evaluate("Object.keys(sessionStorage)") == []


@pytest.mark.parametrize(("width", "dark"), [(320, False), (390, True), (1280, False)])
async def test_the_pages_of_threads_fit_and_have_no_serious_finding(browser: Browser, desk: Desk, width: int, dark: bool) -> None:
    page = await desk.page(browser, width=width, dark=dark)
    findings: list[str] = []
    for path in ("/threads", "/threads?state=closed", "/threads/1", "/threads/2", "/claims/1", "/overview"):
        await page.goto(desk.console.base + path)
        await page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
        findings += await wrong_with(page, path)

    assert findings == []
