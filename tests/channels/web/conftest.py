"""A running web chat, on SQLite and on PostgreSQL, and a page of it without a browser."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.store import Keyring, Store
from tests.channels.web.page import Page, says
from tests.channels.web.running import Running, running_chat


@pytest.fixture
async def running(store: Store, keyring: Keyring, tmp_path: Path) -> AsyncIterator[Running]:
    async with running_chat(store, keyring, tmp_path / "files") as chat:
        yield chat


@pytest.fixture
async def page(running: Running) -> AsyncIterator[Page]:
    """A visitor who has opened the page and seen the greeting."""
    async with Page(running.server) as visitor:
        await visitor.open()
        await visitor.until(says("start"))
        yield visitor


@pytest.fixture
async def stranger(running: Running) -> AsyncIterator[Page]:
    """Somebody else, with a chat of their own."""
    async with Page(running.server) as visitor:
        await visitor.open()
        await visitor.until(says("start"))
        yield visitor
