"""A real browser (Debian's Chromium, headless) and a running web chat to open in it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

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

PATIENCE_MS = 60_000
"""What a page shows late is slow, not wrong."""

Visit = Callable[..., Awaitable[Page]]

expect.set_options(timeout=PATIENCE_MS)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All tests here share one event loop, and so one browser; each has a context, and mostly a server, of its own."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        await chromium.close()


@pytest_asyncio.fixture(loop_scope="session")
async def sqlite_store(sqlite_url: str, keyring: Keyring) -> AsyncIterator[Store]:
    """The store of that name, in the browser's loop."""
    opened = Store.open(sqlite_url, keyring)
    yield opened
    await opened.close()


@pytest_asyncio.fixture(loop_scope="session")
async def chat(sqlite_store: Store, keyring: Keyring, tmp_path: Path) -> AsyncIterator[Running]:
    async with running_chat(sqlite_store, keyring, tmp_path / "files") as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def visit(browser: Browser, chat: Running) -> AsyncIterator[Visit]:
    """Open the chat as a new visitor, 390 px wide unless said otherwise; afterwards no script may have failed on any page."""
    failures: list[str] = []
    contexts: list[BrowserContext] = []

    async def open_chat(width: int = 390, height: int = 760, **options: Any) -> Page:
        phone = {"viewport": {"width": width, "height": height}, "locale": "zh-CN", "has_touch": width < 800}
        context = await browser.new_context(**{**phone, **options})
        contexts.append(context)
        context.set_default_timeout(PATIENCE_MS)
        page = await context.new_page()
        page.on("pageerror", lambda error: failures.append(str(error)))
        page.on("console", lambda said: failures.append(said.text) if "Content Security Policy" in said.text else None)
        await page.goto(chat.address)
        await page.locator(".latest .choice").first.wait_for()
        return page

    yield open_chat

    for context in contexts:
        await context.close()
    assert failures == []
