"""Every transcript is played over the real conversation, word for word. `NIANGJIA_RECORD=1` writes them anew: then read the diff."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bot.store import Store
from tests.conversation.scene import names, play, read, transcripts, written


@pytest.mark.parametrize("path", transcripts(), ids=names)
async def test_the_conversation_goes_as_the_transcript_says(sqlite_store: Store, path: Path) -> None:
    _, expected = read(path)

    played = await play(sqlite_store, path)

    if os.environ.get("NIANGJIA_RECORD"):
        head = path.read_text(encoding="utf-8").split("\n\n", 1)[0]
        path.write_text(written(head, played), encoding="utf-8")
    assert played == expected
