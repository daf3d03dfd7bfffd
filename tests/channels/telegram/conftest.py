"""A stand-in of the Bot API for each test, and a person with a phone."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.fakes.phone import Phone
from tests.fakes.telegram import TelegramServer


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramServer]:
    """A Bot API of its own."""
    async with TelegramServer() as server:
        yield server


@pytest.fixture
def phone(telegram: TelegramServer) -> Phone:
    """A member with a phone."""
    return Phone(telegram)
