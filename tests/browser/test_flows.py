"""The funnels in a real browser: legible on a phone and a desk, in light and dark, and for those who listen to them."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from bot.conversation import counting
from bot.demo.counts import happened
from bot.store import Keyring, Store
from calculator import load
from tests.browser.test_console import Desk, wrong_with
from tests.claims.making import NOW, Stay, claim_for, hire, plant
from tests.console.running import running_console

pytestmark = pytest.mark.browser


@pytest_asyncio.fixture(loop_scope="session")
async def desk(sqlite_store: Store, keyring: Keyring, tmp_path: Path) -> AsyncIterator[Desk]:
    counted = happened(random.Random(7), NOW.date(), load("changchun"))  # noqa: S311  # made up
    async with running_console(sqlite_store, keyring, tmp_path / "files") as console:
        await sqlite_store.write(counting.write, counted)
        claim = await sqlite_store.write(lambda conn: claim_for(conn, Stay(plant(conn).east_base)))
        reviewer = await sqlite_store.write(hire, "li.ming")
        yield Desk(console, claim, reviewer, reviewer)


@pytest.mark.parametrize(("width", "dark"), [(320, False), (390, True), (1280, False)])
async def test_every_bar_of_a_funnel_is_seen_whole_and_nothing_is_wrong_with_the_page(
    browser: Browser, desk: Desk, width: int, *, dark: bool
) -> None:
    page = await desk.page(browser, desk.reviewer, width=width, dark=dark)
    await page.goto(f"{desk.console.base}/flows?span=90_days")
    await page.locator("summary", has_text="每一问的数字").first.click()

    assert await wrong_with(page, "/flows") == []
    steps = page.locator(".funnel li")
    assert await steps.count() > 20
    bars = await page.locator(".funnel svg").evaluate_all("all => all.map(bar => bar.getBoundingClientRect().width)")
    assert min(bars) > 150
    over = "all => all.filter(one => one.scrollWidth > one.clientWidth + 1).map(one => one.textContent)"
    assert await page.locator(".funnel span").evaluate_all(over) == []


async def test_the_longest_red_is_at_the_question_named_as_the_one_most_leave_at(browser: Browser, desk: Desk) -> None:
    page = await desk.page(browser, desk.reviewer)
    await page.goto(f"{desk.console.base}/overview")
    await page.get_by_role("link", name="看看会员答到哪里停下").click()
    await page.get_by_role("link", name="最近 90 天").click()
    card = page.locator("section.card").first

    widths = await card.locator(".went-away").evaluate_all("all => all.map(one => one.getBoundingClientRect().width)")
    named = await card.locator("li").nth(widths.index(max(widths[1:]))).locator(".step-name").inner_text()

    assert "停下最多" in named
    await expect(card.locator("p").nth(1)).to_contain_text(f"“{named.split()[0]}”")


async def test_own_days_are_chosen_and_kept_in_the_form(browser: Browser, desk: Desk) -> None:
    page = await desk.page(browser, desk.reviewer)
    await page.goto(f"{desk.console.base}/flows")
    await page.locator("summary", has_text="自己选日期").click()
    await page.get_by_label("从").fill("2025-01-01")
    await page.get_by_label("到").fill("2025-01-31")
    await page.get_by_role("button", name="看", exact=True).click()

    await expect(page.get_by_text("2025年1月1日到2025年1月31日")).to_be_visible()
    await expect(page.get_by_text("这些天里还没有人开始问。")).to_be_visible()
    await expect(page.get_by_label("从")).to_have_value("2025-01-01")
