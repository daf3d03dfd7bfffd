"""The main job in a real browser, by the real process: from the first tap to a claim number, decided in the console, told in the chat."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PIL import Image
from playwright.async_api import Browser, Locator, Page, expect

from tests.browser.conftest import PATIENCE_MS
from tests.process.running import running

pytestmark = pytest.mark.browser

LINK = re.compile(r"http://[^ ]+/console/start/[\w-]+")
TO_THE_AMOUNT = ["[住院了]", "45", "[在职]", "18000", "[没领过]"]
WHO = ["[现在申请]", "[同意]", "王芳", "110101198001010010", "总装", "[一汽总装工会]", "138 0013 8000", "[昨天]", "[生病]"]
SIDEWAYS, ORIENTATION = 6, 0x0112


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """As a phone takes it when held upright: the pixels lie on their side, and a mark says so."""
    path = tmp_path / "IMG_0001.jpg"
    marks = Image.Exif()
    marks[ORIENTATION] = SIDEWAYS
    Image.effect_noise((1600, 1200), 60).convert("RGB").save(path, "JPEG", quality=85, exif=marks)
    return path


async def test_from_the_first_question_to_the_decision_in_the_same_chat(browser: Browser, tmp_path: Path, photo: Path) -> None:
    faults: list[str] = []
    async with running(tmp_path) as bot:
        member = await opened(browser, f"{bot.address}/chat", faults, width=390)
        await expect(member.locator(".latest .choice").first).to_be_visible()
        for line in TO_THE_AMOUNT:
            await says(member, line)
        await expect(last(member)).to_contain_text("360.00")
        for line in WHO:
            await says(member, line)
        for number in range(1, 4):
            await sends(member, photo, number)
        for line in ["[齐了，下一步]", "6222021234567890128", "[提交]"]:
            await says(member, line)
        await expect(last(member)).to_contain_text(re.compile(r"C-\d{4}-0001"))
        await member.evaluate("() => { window.neverReloaded = true; }")

        staff = await opened(browser, LINK.findall(bot.printed)[0], faults, width=1280)
        await becomes_administrator(staff)
        await staff.get_by_role("link", name=re.compile(r"C-\d{4}-0001")).first.click()
        await expect(staff.get_by_role("main")).to_contain_text("王芳")
        picture = staff.locator("#picture")
        await expect(picture).to_be_visible()
        assert await picture.evaluate("image => [image.naturalWidth, image.naturalHeight]") == [1200, 1600]
        await staff.get_by_role("button", name="我来审").click()
        await expect(last(member)).to_contain_text("有人在看了")
        await staff.locator("summary", has_text="通过").first.click()
        await staff.get_by_role("button", name="确认通过").click()
        await expect(staff.get_by_text("通过了，会员会马上收到消息")).to_be_visible()

        await expect(last(member)).to_contain_text("通过了，可以领 360.00 元")
        assert await member.evaluate("() => window.neverReloaded")
        assert faults == []
        assert await bot.stop() == 0
        assert "Traceback" not in bot.complaints


async def opened(browser: Browser, address: str, faults: list[str], width: int) -> Page:
    """A page in a browser of its own."""
    context = await browser.new_context(viewport={"width": width, "height": 844}, locale="zh-CN", has_touch=width < 800)
    context.set_default_timeout(PATIENCE_MS)
    page = await context.new_page()
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    await page.goto(address)
    return page


def last(page: Page) -> Locator:
    """What the bot said last."""
    return page.locator(".message.out").last


async def says(page: Page, line: str) -> None:
    """Text or a [button], and the answer to it."""
    answers = page.locator(".message.out")
    before = await answers.count()
    if line.startswith("["):
        await taps(page, line[1:-1])
    else:
        await page.locator("#text").fill(line)
        await page.get_by_role("button", name="发送").tap()
    await expect(answers).to_have_count(before + 1)


async def taps(page: Page, label: str) -> None:
    """Tap until the page takes it: one so soon after the one before would be the same tap twice."""
    own = page.locator(".message.in")
    before = await own.count()
    while await own.count() == before:
        await page.locator(".latest .choice", has_text=re.compile(f"^{re.escape(label)}$")).tap()


async def sends(page: Page, photo: Path, number: int) -> None:
    """The so-many-th picture, until it is shown back and answered."""
    before = await page.locator(".message.out").count()
    await page.set_input_files("#attach", photo)
    await expect(page.locator(".file img[src^='/chat/pictures/']")).to_have_count(number)
    await expect(page.locator(".message.out")).to_have_count(before + 1)
    await expect(last(page)).to_contain_text("收到")


async def becomes_administrator(page: Page) -> None:
    """Through the one-time link."""
    await page.get_by_label("账号").fill("li.ming")
    await page.get_by_label("姓名").fill("李审核")
    await page.get_by_label("新密码").fill("a-long-made-up-password")
    await page.get_by_label("再输一次").fill("a-long-made-up-password")
    await page.get_by_role("button", name="设好并进入").click()
