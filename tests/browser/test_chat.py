"""The web chat as people use it: with thumbs, with a keyboard alone, on bad networks, with photos."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped] # it comes without types
from PIL import Image
from playwright.async_api import FilePayload, Page, Route, expect
from sqlalchemy import func, select

from bot.channels.web.tables import web_chats, web_messages
from bot.message import Message
from tests.browser.conftest import Visit
from tests.channels.web.running import Running, said

pytestmark = pytest.mark.browser
phones = pytest.mark.parametrize("width", [320, 390])
MESSAGES = "**/chat/messages"
FILES = "**/chat/files/*"


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A picture that does not compress: about 250 KB."""
    path = tmp_path / "receipt.jpg"
    Image.effect_noise((800, 600), 90).convert("RGB").save(path, "JPEG", quality=85)
    return path


async def write(page: Page, text: str) -> None:
    await page.locator("#text").fill(text)
    await page.keyboard.press("Enter")


async def answered(page: Page, text: str) -> None:
    await expect(page.locator(".message.out").last).to_contain_text(text)


async def own(page: Page) -> list[str]:
    """The member's own bubbles."""
    return [text.removeprefix("您：").strip() for text in await page.locator(".message.in .bubble").all_inner_texts()]


async def stored(chat: Running) -> int:
    """How many messages the member has sent, as the server has it."""
    mine = select(func.count()).select_from(web_messages).where(web_messages.c.direction == "in")
    return await chat.store.read(lambda conn: int(conn.execute(mine).scalar_one()))


async def speak(chat: Running, text: str) -> None:
    """Have the bot say something to the only visitor."""
    one = await chat.store.read(lambda conn: str(conn.execute(select(web_chats.c.id)).scalar_one()))
    await chat.say(one, Message((said(text),)))


async def overflow(page: Page) -> int:
    """By how many pixels the page is wider than its window."""
    return int(await page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth"))


async def serious(page: Page) -> list[Any]:
    results = await Axe().run(page)
    return [
        (found["id"], found["nodes"][0]["html"]) for found in results.response["violations"] if found["impact"] in {"serious", "critical"}
    ]


@phones
async def test_a_tap_becomes_ones_own_bubble_and_old_buttons_turn_quiet_but_stay(visit: Visit, width: int) -> None:
    page = await visit(width)

    await page.get_by_role("button", name="在职").tap()

    await answered(page, "answer:work")
    assert await own(page) == ["在职"]
    assert await page.locator(".latest .choice").count() == 2
    assert await page.locator(".choice:visible").count() == 4
    await page.get_by_role("button", name="已退休").first.tap()
    await answered(page, "answer:retired")


@phones
async def test_nothing_is_wider_than_the_screen_and_all_targets_are_large(visit: Visit, width: int) -> None:
    page = await visit(width)
    await write(page, "很长的单词" * 20 + "x" * 300)
    await answered(page, "很长")

    sizes = [await target.bounding_box() for target in await page.locator(".latest .choice:visible, .icon:visible, #text").all()]

    assert await overflow(page) == 0
    assert len(sizes) == 7
    assert all(box and box["width"] >= 44 and box["height"] >= 44 for box in sizes)


@phones
async def test_the_keyboard_alone_suffices(visit: Visit, width: int) -> None:
    page = await visit(width, has_touch=False)
    tab, focused = page.keyboard.press, page.locator(":focus")

    await tab("Tab")
    await expect(focused).to_have_text("跳到输入框")
    await tab("Tab")
    await page.keyboard.press("Enter")
    await expect(page.locator("#menu")).to_be_visible()
    await tab("Tab")
    await page.keyboard.press("Escape")
    await expect(focused).to_have_attribute("aria-label", "菜单")
    await expect(page.locator("#menu")).to_be_hidden()
    await tab("Tab")
    await expect(focused).to_have_role("log")
    await tab("Tab")
    await page.keyboard.press("Enter")
    await answered(page, "answer:work")
    await expect(focused).to_have_text("在职")
    await page.locator("#text").focus()
    await page.keyboard.type("打字也行")
    await page.keyboard.press("Shift+Enter")
    await page.keyboard.type("第二行")
    await page.keyboard.press("Enter")
    await answered(page, "打字也行")

    assert await own(page) == ["在职", "打字也行\n第二行"]
    await expect(focused).to_have_attribute("id", "text")


@phones
async def test_a_photo_shows_its_progress_and_then_its_safe_picture(visit: Visit, photo: Path, width: int) -> None:
    page = await visit(width)
    network = await page.context.new_cdp_session(page)
    slow = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 100_000}
    await network.send("Network.enable")
    await network.send("Network.emulateNetworkConditions", slow)

    await page.set_input_files("#attach", photo)

    bar = page.get_by_role("progressbar")
    await expect(bar).to_be_visible()
    await expect(page.locator(".file img")).to_have_attribute("src", re.compile("^blob:"))
    await expect(bar).to_have_attribute("value", re.compile(r"^0\.[0-9]*[1-9]"))
    await answered(page, "UploadSettled")
    await expect(page.locator(".file img")).to_have_attribute("src", re.compile(r"^/chat/pictures/[\w-]+/0$"))
    await expect(bar).to_have_count(0)
    assert await page.locator(".file img").evaluate("image => image.naturalWidth") == 800


async def test_several_photos_at_once_come_in_their_order_and_stay_after_a_reload(visit: Visit, photo: Path) -> None:
    page = await visit()

    await page.set_input_files("#attach", [photo, photo, photo])

    await expect(page.locator(".file img[src^='/chat/pictures/']")).to_have_count(3)
    await page.reload()
    await expect(page.locator(".file img[src^='/chat/pictures/']")).to_have_count(3)


async def test_an_upload_can_be_cancelled(visit: Visit, chat: Running, photo: Path) -> None:
    page = await visit()
    held: list[Route] = []
    await page.route(FILES, lambda route: held.append(route))  # noqa: PLW0108 - playwright marks the function it is given

    await page.set_input_files("#attach", photo)
    await page.get_by_role("button", name="不发了").tap()

    await expect(page.locator(".message.in")).to_have_count(0)
    assert await stored(chat) == 0


async def test_a_failed_upload_is_tried_again_and_counts_once(visit: Visit, chat: Running, photo: Path) -> None:
    page = await visit()
    await page.route(FILES, lambda route: route.abort())
    await page.set_input_files("#attach", photo)
    await expect(page.locator(".failed")).to_contain_text("没传上去")
    await page.unroute(FILES)

    await page.get_by_role("button", name="再试一次").tap()

    await answered(page, "UploadSettled")
    assert await stored(chat) == 1


async def test_a_file_that_is_too_big_is_refused_before_it_is_sent(visit: Visit) -> None:
    page = await visit()
    await page.evaluate(
        """() => {
            const chosen = new DataTransfer();
            chosen.items.add(new File([new Uint8Array(20 * 1024 * 1024 + 1)], "big.pdf", { type: "application/pdf" }));
            document.getElementById("attach").files = chosen.files;
            document.getElementById("attach").dispatchEvent(new Event("change"));
        }"""
    )

    await expect(page.locator(".failed")).to_contain_text("超过 20 MB")


async def test_what_is_no_picture_is_said_to_be_unreadable(visit: Visit) -> None:
    page = await visit()

    await page.set_input_files("#attach", FilePayload(name="notes.jpg", mimeType="image/jpeg", buffer=b"just text"))

    await answered(page, "UploadSettled")
    await expect(page.locator(".file .name")).to_contain_text("打不开")


async def test_a_reload_keeps_the_conversation_and_the_draft(visit: Visit) -> None:
    page = await visit()
    await write(page, "第一句")
    await answered(page, "第一句")
    await page.locator("#text").fill("写了一半")
    before = await page.locator(".bubble").all_inner_texts()

    await page.reload()

    await expect(page.locator(".bubble")).to_have_count(len(before))
    assert await page.locator(".bubble").all_inner_texts() == before
    await expect(page.locator("#text")).to_have_value("写了一半")


async def test_what_was_written_offline_is_sent_once_when_the_network_is_back(visit: Visit, chat: Running) -> None:
    page = await visit()
    await page.context.set_offline(True)
    await expect(page.locator("#away")).to_contain_text("网断了")

    await write(page, "没网时写的")
    await expect(page.locator(".on-its-way")).to_contain_text("没网，连上就发")
    await page.context.set_offline(False)

    await answered(page, "没网时写的")
    await expect(page.locator("#away")).to_be_hidden()
    assert await own(page) == ["没网时写的"]
    assert await stored(chat) == 1


async def test_a_message_the_server_fails_at_lets_the_next_ones_through(visit: Visit, chat: Running) -> None:
    page = await visit()
    tries = []

    async def fail(route: Route) -> None:
        if "有毒" not in (route.request.post_data or ""):
            await route.continue_()
            return
        tries.append(route)
        await route.fulfill(status=500, json={"sentence": "没能办成（编号 77）"})

    await page.route(MESSAGES, fail)
    await write(page, "有毒")
    await write(page, "后面一句")

    await answered(page, "后面一句")
    await expect(page.locator(".failed")).to_contain_text("编号 77")
    assert len(tries) == 3
    await page.unroute(MESSAGES)
    await page.get_by_role("button", name="再试一次").tap()
    await answered(page, "有毒")
    assert await stored(chat) == 2


async def test_a_server_that_is_away_is_tried_until_it_is_back(visit: Visit, chat: Running) -> None:
    page = await visit()
    tries = []

    async def away(route: Route) -> None:
        tries.append(route)
        await route.fulfill(status=503, json={})

    await page.route(MESSAGES, away, times=4)
    await page.clock.install()
    await write(page, "等等我")
    for _ in range(4):
        await expect(page.locator(".on-its-way")).to_contain_text("稍后会自动再发")
        await page.clock.fast_forward(16_000)

    await answered(page, "等等我")
    assert len(tries) == 4


async def test_a_lost_answer_makes_no_double(visit: Visit, chat: Running) -> None:
    page = await visit()
    losses = []

    async def lose_the_answer(route: Route) -> None:
        losses.append(await route.fetch())
        await route.abort()

    await page.route(MESSAGES, lose_the_answer, times=2)
    await write(page, "只算一次")

    await answered(page, "只算一次")
    assert losses
    assert await own(page) == ["只算一次"]
    assert await stored(chat) == 1


async def test_what_could_not_be_sent_outlives_a_reload(visit: Visit, chat: Running) -> None:
    page = await visit()
    await page.route(MESSAGES, lambda route: route.abort())
    await write(page, "先记着")
    await expect(page.locator(".on-its-way")).to_contain_text("先记着")
    await page.reload()
    await expect(page.locator(".on-its-way")).to_contain_text("先记着")

    await page.unroute(MESSAGES)

    await answered(page, "先记着")
    assert await stored(chat) == 1


async def test_a_chat_the_server_knows_no_more_begins_anew(visit: Visit) -> None:
    page = await visit()
    await write(page, "从前")
    await answered(page, "从前")
    await page.context.clear_cookies()

    await page.evaluate("() => window.dispatchEvent(new Event('online'))")

    await expect(page.locator(".bubble")).to_have_count(1)
    await answered(page, "Command: start")


async def test_a_double_tap_counts_once(visit: Visit, chat: Running) -> None:
    page = await visit()

    await page.get_by_role("button", name="在职").dblclick()

    await answered(page, "answer:work")
    await write(page, "好")
    await answered(page, "好")
    assert await own(page) == ["在职", "好"]


async def test_a_text_too_long_is_kept_for_mending(visit: Visit) -> None:
    page = await visit()

    await write(page, "长" * 2001)

    await expect(page.get_by_role("alert")).to_contain_text("2,000")
    assert len(await page.locator("#text").input_value()) == 2001
    assert await own(page) == []


async def test_the_bots_own_news_appear_without_a_reload_and_are_announced(visit: Visit, chat: Running) -> None:
    page = await visit()
    log = page.get_by_role("log")
    await expect(log).to_have_attribute("aria-live", "polite")

    await speak(chat, "您的申请批下来了")

    await answered(page, "您的申请批下来了")
    await expect(log).to_contain_text("您的申请批下来了")


async def test_whoever_reads_above_is_not_pulled_down(visit: Visit, chat: Running) -> None:
    page = await visit(320, 480)
    for number in range(6):
        await write(page, f"第{number}句")
        await answered(page, f"第{number}句")
    await page.mouse.move(160, 200)
    await page.mouse.wheel(0, -900)
    await page.wait_for_timeout(200)
    top = await page.locator("#log").evaluate("log => log.scrollTop")

    await speak(chat, "新的")

    await page.get_by_role("button", name="有新消息").click()
    assert top < 500
    await expect(page.locator(".message.out").last).to_be_in_viewport()
    await expect(page.locator("#below")).to_be_hidden()


async def test_two_tabs_show_the_same(visit: Visit, chat: Running) -> None:
    first = await visit()
    second = await first.context.new_page()
    await second.goto(chat.address)

    await write(first, "两边都看得到")

    await answered(second, "两边都看得到")
    assert await own(second) == ["两边都看得到"]


async def test_the_page_follows_the_language_of_the_chat(visit: Visit) -> None:
    page = await visit()

    await page.get_by_role("button", name="菜单").tap()
    await page.get_by_role("button", name="English").tap()

    await expect(page.locator("html")).to_have_attribute("lang", "en")
    await expect(page.get_by_role("heading")).to_have_text("Niangjia")
    await expect(page.locator("#text")).to_have_attribute("placeholder", "Write here")
    await page.reload()
    await expect(page.get_by_role("heading")).to_have_text("Niangjia")


async def test_hostile_text_is_shown_and_not_run(visit: Visit) -> None:
    page = await visit()
    hostile = "<img src=x onerror='window.hacked=1'><script>window.hacked=1</script>"

    await write(page, hostile)

    await answered(page, hostile)
    assert await own(page) == [hostile]
    assert await page.evaluate("() => window.hacked") is None
    assert await page.locator(".bubble img, .bubble script").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 390, 1280])
async def test_axe_finds_nothing_serious(visit: Visit, photo: Path, width: int, scheme: str) -> None:
    page = await visit(width, color_scheme=scheme, bypass_csp=True, reduced_motion="reduce")
    await page.get_by_role("button", name="在职").click()
    await answered(page, "answer:work")
    await page.set_input_files("#attach", photo)
    await expect(page.locator(".file img[src^='/chat/pictures/']")).to_have_count(1)
    await page.route(FILES, lambda route: route.abort())
    await page.set_input_files("#attach", photo)
    await expect(page.locator(".failed")).to_be_visible()

    closed = await serious(page)
    await page.get_by_role("button", name="菜单").click()

    assert closed == []
    assert await serious(page) == []


async def test_a_zoom_of_200_percent_loses_nothing(visit: Visit) -> None:
    page = await visit(320, 400)
    await page.evaluate("() => { document.documentElement.style.fontSize = '200%'; }")

    await page.get_by_role("button", name="在职").tap()

    await answered(page, "answer:work")
    assert await overflow(page) == 0


async def test_who_wants_less_motion_gets_none(visit: Visit) -> None:
    page = await visit(reduced_motion="reduce")

    names = await page.locator(".typing i").evaluate_all("dots => dots.map((dot) => getComputedStyle(dot).animationName)")

    assert set(names) == {"none"}


async def test_a_picture_opens_large_and_closes_by_escape(visit: Visit, photo: Path) -> None:
    page = await visit()
    await page.set_input_files("#attach", photo)
    await expect(page.locator(".file img[src^='/chat/pictures/']")).to_have_count(1)

    await page.locator(".file button").click()
    await expect(page.locator("#viewed")).to_be_visible()
    await page.keyboard.press("Escape")

    await expect(page.locator("#viewed")).to_be_hidden()
    await expect(page.locator(".file button")).to_be_focused()
