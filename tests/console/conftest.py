"""A running console over each database, and over SQLite alone for what does not depend on it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.store import Keyring, Store
from tests.console.running import Console, running_console


@pytest.fixture
async def console(sqlite_store: Store, keyring: Keyring, tmp_path: Path) -> AsyncIterator[Console]:
    async with running_console(sqlite_store, keyring, tmp_path / "files") as console:
        yield console


@pytest.fixture
async def any_console(store: Store, keyring: Keyring, tmp_path: Path) -> AsyncIterator[Console]:
    async with running_console(store, keyring, tmp_path / "files") as console:
        yield console
