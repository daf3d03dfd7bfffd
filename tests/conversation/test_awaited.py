"""Whose files go before others: somebody known by name who hands in, and nobody who has only tapped."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.conversation import state
from bot.conversation.awaited import awaits_files
from bot.conversation.state import Place
from bot.message import Chat
from bot.store import Store

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
CHAT = Chat("web", "chat-1")
PLACES: dict[str, tuple[dict[str, Any], bool]] = {
    "nothing begun": ({}, False),
    "only an estimate": ({"flow": "benefit", "answers": {"certno": "x"}}, False),
    "a claim just begun": ({"flow": "claim", "answers": {"consent": "agreed"}}, False),
    "a claim that names its person": ({"flow": "claim", "answers": {"certno": "x"}}, True),
    "a claim that came back": ({"flow": "mend"}, True),
    "a word with the staff": ({"to_staff": {"claim": None}}, False),
}


@pytest.mark.parametrize(("place", "is_awaited"), PLACES.values(), ids=PLACES)
async def test_a_file_is_awaited_from_whoever_hands_in(sqlite_store: Store, place: dict[str, Any], *, is_awaited: bool) -> None:
    conversation = await sqlite_store.write(state.load, CHAT, None, NOW)
    await sqlite_store.write(state.save, replace(conversation, place=Place(**place)), NOW)

    assert await sqlite_store.read(awaits_files, CHAT) is is_awaited


async def test_nobody_waits_for_the_files_of_a_chat_that_never_spoke(sqlite_store: Store) -> None:
    assert not await sqlite_store.read(awaits_files, CHAT)
