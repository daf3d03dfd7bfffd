"""The page while there is too much at once: it says so, and goes on by itself."""

from __future__ import annotations

import pytest
from playwright.async_api import Route, expect

from tests.browser.conftest import Visit
from tests.browser.test_chat import FILES, answered, photo, stored, write
from tests.channels.web.running import Running

__all__ = ["photo"]
pytestmark = pytest.mark.browser
MANY = 10_000


async def test_a_page_without_a_lasting_stream_hears_every_answer_and_says_that_it_may_be_late(visit: Visit, chat: Running) -> None:
    chat.streams.in_all += MANY
    page = await visit()
    away = page.locator("#away")

    await expect(away).to_contain_text("消息会晚几秒到")
    await write(page, "人多吗")
    await answered(page, "人多吗")
    await expect(away).to_contain_text("消息会晚几秒到")
    chat.streams.in_all -= MANY

    await expect(away).to_have_text("", timeout=60_000)


async def test_a_file_for_which_there_is_no_room_goes_again_by_itself(visit: Visit, chat: Running, photo: str) -> None:
    page = await visit()
    sentence = "现在用的人有点多，过几秒会自动再试，您不用管。"

    async def full(route: Route) -> None:
        await route.fulfill(status=503, headers={"Retry-After": "1"}, json={"reason": "crowded", "sentence": sentence})

    await page.route(FILES, full, times=1)
    await page.set_input_files("#attach", photo)

    await expect(page.locator(".message.in")).to_contain_text(sentence)
    await answered(page, "UploadSettled")
    assert await stored(chat) == 1
