"""The block of an estimate as a card of the web chat: every line there, nothing cut off, read out in words."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.async_api import Page, expect
from sqlalchemy import select

from bot.channels.web.tables import web_chats
from bot.conversation.results import result
from bot.message import Message
from calculator import Facts, load
from calculator.estimate import estimate
from handlers.benefit import Estimated
from tests.browser.conftest import Visit
from tests.browser.test_chat import overflow, serious
from tests.channels.web.running import Running

pytestmark = pytest.mark.browser

SHOTS = os.environ.get("NIANGJIA_SHOTS")
"""A folder to look at pictures in, if wanted."""

CASES: dict[str, tuple[str, str, Facts]] = {
    "bands": ("changchun", "hospital", {"age": 45, "in_work": True, "out_of_pocket": 2_800_000, "paid_this_year": 0}),
    "sums": ("sanming", "hospital", {"year_self_pay": 3_000_000, "mutual_aid": 100_000, "paid_this_year": 0}),
    "parts": ("zhengzhou", "fire", {"loss": 25_000_000, "children_hurt": 2}),
}


def message(case: str) -> Message:
    place, benefit, facts = CASES[case]
    policies = load(place)
    edition = policies[benefit].editions[-1]
    return Message(*result(Estimated(benefit, edition, estimate(edition, facts), facts), policies))


async def told(visit: Visit, chat: Running, width: int, case: str, locale: str = "zh_CN") -> Page:
    page = await visit(width)
    one = await chat.store.read(lambda conn: str(conn.execute(select(web_chats.c.id)).scalar_one()))
    await chat.say(one, message(case), locale)
    await expect(page.locator(".block")).to_be_visible()
    if SHOTS:
        await page.evaluate("() => Promise.all(document.getAnimations().map((one) => one.finished))")
        await page.screenshot(path=str(Path(SHOTS) / f"{case}-{width}-{locale}.png"))
    return page


@pytest.mark.parametrize("width", [320, 390, 1280])
@pytest.mark.parametrize("case", CASES)
async def test_the_card_fits_and_has_a_label_and_words_for_every_line(visit: Visit, chat: Running, width: int, case: str) -> None:
    page = await told(visit, chat, width, case)
    rows = sum(line.key.startswith("block.") for line in message(case).lines)

    assert await page.locator(".block dt").count() == await page.locator(".block dd").count() == rows
    assert all(text.strip() for text in await page.locator(".block dd").all_inner_texts())
    assert await overflow(page) == 0
    assert await serious(page) == []


async def test_the_squares_show_the_band_and_are_not_read_out(visit: Visit, chat: Running) -> None:
    page = await told(visit, chat, 390, "bands")
    band = page.locator(".block div").nth(1)

    await expect(band.locator("dd")).to_have_text("20,000 元以上至 30,000 元")
    await expect(band.locator(".cells")).to_have_attribute("aria-hidden", "true")
    filled = await band.locator(".cells i").evaluate_all("cells => cells.map(cell => cell.classList.contains('filled'))")
    assert filled == [False, False, True, False, False, False, False]


async def test_the_card_is_worded_in_english_too(visit: Visit, chat: Running) -> None:
    page = await told(visit, chat, 390, "bands", "en")

    assert await page.locator(".block dt").all_inner_texts() == ["Sum", "Band", "Rate", "This year"]
