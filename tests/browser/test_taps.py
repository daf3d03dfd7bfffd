"""Old buttons, two taps at once and two devices, in a real browser on the real process; and a picture for the staff, there and back."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from PIL import Image
from playwright.async_api import Browser, Page, expect

from tests.browser.test_journey import LINK, becomes_administrator, last, opened, says, taps
from tests.process.running import Bot, running

pytestmark = pytest.mark.browser

TO_THE_AMOUNT = ["[住院了]", "45", "[在职]", "152000", "[没领过]"]


@pytest_asyncio.fixture(loop_scope="session")
async def bot(tmp_path: Path) -> AsyncIterator[Bot]:
    """The real process."""
    async with running(tmp_path) as made:
        yield made


async def begun(browser: Browser, bot: Bot, *lines: str) -> Page:
    """A member's chat, so far."""
    page = await opened(browser, f"{bot.address}/chat", [], width=390)
    await expect(page.locator(".latest .choice").first).to_be_visible()
    for line in lines:
        await says(page, line)
    return page


async def test_an_old_button_changes_its_answer_and_says_what_that_does(browser: Browser, bot: Bot) -> None:
    page = await begun(browser, bot, *TO_THE_AMOUNT)
    await expect(last(page)).to_contain_text("12,160.00")
    own = page.locator(".message.in")
    while await own.count() < len(TO_THE_AMOUNT) + 1:  # one so soon after the last would be the same tap twice
        await page.locator(".choice", has_text=re.compile("^已退休$")).tap()

    await expect(last(page)).to_contain_text("改好了：已退休")
    await expect(last(page)).to_contain_text("12,160.00 元变成 0.00 元")


async def test_two_devices_answer_the_same_question_at_once_and_show_the_same(browser: Browser, bot: Bot) -> None:
    first = await begun(browser, bot, "[住院了]", "45")
    second = await first.context.new_page()
    await second.goto(f"{bot.address}/chat")
    await expect(second.locator(".latest .choice").first).to_be_visible()
    heard = await first.locator(".message.out").count()

    devices = ((first, "在职"), (second, "已退休"))
    buttons = [await page.locator(".latest .choice", has_text=re.compile(f"^{label}$")).element_handle() for page, label in devices]
    await asyncio.gather(*(button.evaluate("button => button.click()") for button in buttons if button))

    for page in (first, second):
        await expect(page.locator(".message.out")).to_have_count(heard + 2)
        await expect(last(page)).to_contain_text("改好了")
    assert await last(first).inner_text() == await last(second).inner_text()


async def test_two_buttons_tapped_at_once_are_two_answers_of_which_the_last_stands(browser: Browser, bot: Bot) -> None:
    page = await begun(browser, bot, "[住院了]", "45")

    heard = await page.locator(".message.out").count()
    await page.evaluate("() => document.querySelectorAll('.latest .choice').forEach((choice, at) => { if (at < 2) choice.click(); })")

    await expect(page.locator(".message.out")).to_have_count(heard + 2)
    await expect(last(page)).to_contain_text("改好了：已退休")
    await expect(page.locator(".message.in")).to_have_count(4)


async def test_a_picture_for_the_staff_is_seen_in_the_console_and_stays_in_the_chat(browser: Browser, bot: Bot, tmp_path: Path) -> None:
    photo = tmp_path / "bill.jpg"
    Image.effect_noise((640, 480), 60).convert("RGB").save(photo, "JPEG")
    member = await begun(browser, bot, "人工")

    await member.set_input_files("#attach", photo)
    await expect(last(member)).to_contain_text("图片交给工作人员了")
    await expect(member.locator(".file img[src^='/chat/pictures/']")).to_have_count(1)
    await says(member, "这张行吗")

    faults: list[str] = []
    staff = await opened(browser, LINK.findall(bot.printed)[0], faults, width=1280)
    await becomes_administrator(staff)
    await staff.get_by_role("link", name="会话").click()
    await staff.get_by_role("link", name="会话 1").click()
    shown = staff.get_by_role("img", name="会员发的图片，第 1 张")
    await expect(shown).to_be_visible()
    assert await shown.evaluate("image => [image.naturalWidth, image.naturalHeight]") == [640, 480]
    await expect(staff.get_by_role("main")).to_contain_text("这张行吗")
    assert await staff.evaluate("() => document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert faults == []
    stranger = await begun(browser, bot)
    source = await member.locator(".file img[src^='/chat/pictures/']").get_attribute("src")
    answered = await stranger.context.request.get(f"{bot.address}{source}")
    assert answered.status == 404


async def test_the_conversation_goes_on_after_the_page_was_closed(browser: Browser, bot: Bot) -> None:
    page = await begun(browser, bot, *TO_THE_AMOUNT[:-1])
    again = await page.context.new_page()
    await page.close()

    await again.goto(f"{bot.address}/chat")
    await taps(again, "没领过")

    await expect(last(again)).to_contain_text("12,160.00")
