"""The console in a real browser: on a phone, by keyboard alone, with pictures to zoom and turn, and for everybody."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped] # it comes without types
from playwright.async_api import Browser, Page, expect
from sqlalchemy import Connection

from bot.claims import find
from bot.claims.claim import Claim
from bot.claims.states import State
from bot.demo.papers import picture
from bot.documents import uploads
from bot.documents.files import picture_key
from bot.message import UploadId
from bot.staff import links, passwords
from bot.staff.accounts import Staff
from bot.staff.roles import Role
from bot.store import Keyring, Store
from tests.claims.making import CHAT, NOW, Stay, claim_for, hire, plant, said, yuan
from tests.console.running import Console, running_console

pytestmark = pytest.mark.browser
PASSWORD = "correct horse battery"
PAGES = ("/", "/?state=paid", "/claims/1", "/overview", "/staff", "/records", "/account", "/claims/999")


@dataclass
class Desk:
    """A console with one small claim of two pictures, and its people."""

    console: Console
    claim: Claim
    reviewer: Staff
    admin: Staff

    async def page(self, browser: Browser, staff: Staff, *, width: int = 390, dark: bool = False) -> Page:
        """A browser of this person, signed in. Whatever it complains about fails the test."""
        token = (await self.console.signed_in(staff)).cookie
        context = await browser.new_context(
            viewport={"width": width, "height": 800}, color_scheme="dark" if dark else "light", reduced_motion="reduce", locale="zh-CN"
        )
        await context.add_cookies([{"name": "console_session", "value": token, "url": self.console.base}])
        page = await context.new_page()
        page.on("pageerror", lambda error: pytest.fail(str(error)))
        page.on("console", lambda message: pytest.fail(message.text) if "Content Security Policy" in message.text else None)
        return page


@pytest_asyncio.fixture(loop_scope="session")
async def desk(sqlite_store: Store, keyring: Keyring, tmp_path: Path) -> AsyncIterator[Desk]:
    kept = await passwords.seal(PASSWORD)

    def work(conn: Connection) -> tuple[Claim, UploadId, Staff, Staff]:
        paper = uploads.add(conn, CHAT, source={"raw": True}, name="a.jpg", now=NOW)
        uploads.settle(conn, paper, 2, now=NOW)
        stay = replace(Stay(plant(conn).east_base, out_of_pocket=1_800_000), more={"uploads": ((paper, "receipt"),)})
        reviewer = hire(conn, "li.ming", password_hash=kept)
        return claim_for(conn, stay), paper, reviewer, hire(conn, "admin", Role.ADMINISTRATOR, password_hash=kept)

    async with running_console(sqlite_store, keyring, tmp_path / "files") as console:
        claim, paper, reviewer, admin = await sqlite_store.write(work)
        for number in range(2):
            await console.files.put(picture_key(paper, number), picture(f"SAMPLE {number}", [("1", "2")]))
        yield Desk(console, claim, reviewer, admin)


async def test_a_claim_is_approved_on_a_phone(browser: Browser, desk: Desk) -> None:
    page = await (await browser.new_context(viewport={"width": 390, "height": 800}, locale="zh-CN")).new_page()

    await page.goto(f"{desk.console.base}/claims/{desk.claim.id}")
    await page.get_by_label("账号").fill("li.ming")
    await page.get_by_label("密码").fill(PASSWORD)
    await page.get_by_role("button", name="登录").click()
    await expect(page.get_by_role("heading", level=1)).to_contain_text(desk.claim.number)
    await page.get_by_role("button", name="我来审").click()
    await expect(page.get_by_role("status")).to_have_text("现在由您审。")
    await page.locator("summary", has_text="通过").first.click()
    await expect(page.get_by_label("核定金额（元）")).to_have_value("360.00")
    await page.get_by_role("button", name="确认通过").click()
    await expect(page.get_by_role("status")).to_contain_text("通过了")

    done = await desk.console.store.read(find.one, desk.claim.id)
    assert (done.state, done.approved) == (State.APPROVED, yuan(360))
    assert await desk.console.store.read(said) == ["news.in_review", "news.approved"]


async def test_a_claim_is_returned_by_keyboard_alone(browser: Browser, desk: Desk) -> None:
    page = await desk.page(browser, desk.reviewer)

    async def press_until(words: str) -> None:
        for _ in range(60):
            await page.keyboard.press("Tab")
            if words in (
                await page.evaluate("document.activeElement.textContent + document.activeElement.value + document.activeElement.name")
            ):
                return
        pytest.fail(f"no way to {words} by keyboard")

    await page.goto(f"{desk.console.base}/claims/{desk.claim.id}")
    await press_until("我来审")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**done=taken")
    await press_until("退回补材料")
    await page.keyboard.press("Enter")
    await press_until("discharge_note")
    await page.keyboard.press("Space")
    await press_until("reason")
    await page.keyboard.type("缺第 2 页")
    await press_until("退回给会员")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**done=returned")

    assert (await desk.console.store.read(find.one, desk.claim.id)).missing == ("discharge_note",)


async def test_a_picture_is_zoomed_and_turned_by_button_and_key(browser: Browser, desk: Desk) -> None:
    page = await desk.page(browser, desk.reviewer, width=1280)
    await page.goto(f"{desk.console.base}/claims/{desk.claim.id}")
    shown, stage = page.locator("#picture"), page.locator("#stage")
    await expect(page.locator(".sheet.placed")).to_be_visible()

    async def size() -> tuple[float, float]:
        box = await shown.bounding_box()
        assert box
        return round(box["width"]), round(box["height"])

    width, height = await size()
    assert height > width
    await page.get_by_role("button", name="右转").click()
    lying = await size()
    assert lying[0] > lying[1]
    await stage.focus()
    await page.keyboard.press("[")
    assert await size() == (width, height)
    for _ in range(3):
        await page.keyboard.press("+")
    assert (await size())[1] > 1.8 * height
    assert await stage.evaluate("stage => stage.scrollHeight > stage.clientHeight")
    await page.keyboard.press("0")
    assert await size() == (width, height)
    await page.locator("a.thumb").nth(1).click()
    await expect(shown).to_have_attribute("alt", "住院发票或医保结算单，第 2 页")
    assert urlsplit(page.url).path == f"/console/claims/{desk.claim.id}"


async def test_a_refused_decision_is_read_out_first(browser: Browser, desk: Desk) -> None:
    page = await desk.page(browser, desk.reviewer)
    await page.goto(f"{desk.console.base}/claims/{desk.claim.id}")
    await page.get_by_role("button", name="我来审").click()
    await page.locator("summary", has_text="通过").first.click()
    await page.get_by_label("核定金额（元）").fill("99999")
    await page.get_by_label("金额不一样的原因").fill("试试")
    await page.get_by_role("button", name="确认通过").click()

    await expect(page.get_by_role("alert")).to_contain_text("最多还能核 50,000.00 元")
    await expect(page.locator("#alert")).to_be_focused()
    await expect(page.get_by_label("金额不一样的原因")).to_have_value("试试")


@pytest.mark.parametrize(("width", "dark"), [(320, False), (390, True), (1280, False)])
async def test_every_page_fits_and_has_no_serious_finding(browser: Browser, desk: Desk, width: int, dark: bool) -> None:
    page = await desk.page(browser, desk.admin, width=width, dark=dark)
    findings: list[str] = []
    for path in PAGES:
        await page.goto(desk.console.base + path)
        await page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
        findings += await wrong_with(page, path)

    assert findings == []


async def test_the_pages_before_signing_in_have_no_serious_finding(browser: Browser, desk: Desk) -> None:
    token = await desk.console.store.write(lambda conn: links.invitation(conn, desk.reviewer.id, by="system", now=NOW))
    page = await (await browser.new_context(viewport={"width": 320, "height": 700}, locale="zh-CN")).new_page()
    findings: list[str] = []
    for path in ("/sign-in", f"/start/{token}"):
        await page.goto(desk.console.base + path)
        findings += await wrong_with(page, path)

    assert findings == []


async def wrong_with(page: Page, path: str) -> list[str]:
    """Serious findings of axe, targets too small to hit, and a page wider than its screen."""
    results = await Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]})
    findings = [
        f"{path} {found['id']}: {found['nodes'][0]['html'][:150]}"
        for found in results.response["violations"]
        if found["impact"] in {"serious", "critical"}
    ]
    wide = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return [*findings, *([f"{path} is {wide} px too wide"] if wide > 0 else [])]
