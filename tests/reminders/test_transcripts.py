"""Days pass in these transcripts: what is left half way is reminded of and closed, and what was promised is kept. Both databases."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bot.store import Store
from tests.conversation.scene import BOT, names, read
from tests.conversation.test_transcripts import record
from tests.reminders.travelling import FOLDER, play

TRANSCRIPTS = sorted(FOLDER.glob("*.txt"))


@pytest.mark.parametrize("path", TRANSCRIPTS, ids=names)
async def test_the_days_go_as_the_transcript_says(store: Store, path: Path) -> None:
    _, expected = read(path)

    played = await play(store, path)

    if os.environ.get("NIANGJIA_RECORD"):
        record(path, played)
    assert played == expected


@pytest.mark.parametrize("path", TRANSCRIPTS, ids=names)
def test_no_line_of_the_bot_is_longer_than_120_characters(path: Path) -> None:
    head, lines = read(path)
    longest = 120 if head["locale"] == "zh_CN" else 180

    assert [line for said in lines if said.who == BOT for line in said.lines if len(line) > longest and not line.startswith("[")] == []
