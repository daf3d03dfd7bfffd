"""A real browser (Debian's Chromium, headless) and a running web chat to open in it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, async_playwright

from bot.store import Keyring, Store
from tests.channels.web.running import Running, running_chat

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

Visit = Callable[..., Awaitable[Page]]


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        await chromium.close()


@pytest.fixture
async def chat(sqlite_store: Store, keyring: Keyring, tmp_path: Path) -> AsyncIterator[Running]:
    async with running_chat(sqlite_store, keyring, tmp_path / "files") as running:
        yield running


@pytest.fixture
async def visit(browser: Browser, chat: Running) -> AsyncIterator[Visit]:
    """Open the chat as a new visitor, 390 px wide unless said otherwise; afterwards no script may have failed on any page."""
    failures: list[str] = []

    async def open_chat(width: int = 390, height: int = 760, **options: Any) -> Page:
        phone = {"viewport": {"width": width, "height": height}, "locale": "zh-CN", "has_touch": width < 800}
        context = await browser.new_context(**{**phone, **options})
        context.set_default_timeout(10_000)
        page = await context.new_page()
        page.on("pageerror", lambda error: failures.append(str(error)))
        page.on("console", lambda said: failures.append(said.text) if "Content Security Policy" in said.text else None)
        await page.goto(chat.address)
        await page.locator(".latest .choice").first.wait_for()
        return page

    yield open_chat

    assert failures == []
