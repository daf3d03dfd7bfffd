"""A stand-in of Telegram for broadcasts, and one that is queued for a single page."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.channels.web.send import WebChannel
from bot.channels.web.streams import Streams
from bot.message import Chat
from bot.store import Store
from tests.broadcast.sending import Page, begun, handed_on, now, outgoing
from tests.fakes.telegram import TelegramServer


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramServer]:
    async with TelegramServer() as server:
        yield server


@pytest.fixture
async def page(store: Store) -> Page:
    """A broadcast to one page of the web chat: its message is queued, and nobody works on it yet."""
    chat, work = Chat("web", "a-page"), outgoing(store, {"web": WebChannel(store, Streams(), now)})
    _, going = await begun(store, [chat])
    await going.gather(chat, is_all=True)
    await store.write(handed_on, going.number, work.by_channel, now())
    return Page(chat, going, work)
