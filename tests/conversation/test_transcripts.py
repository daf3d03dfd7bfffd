"""Every transcript is played over the real conversation, word for word. `NIANGJIA_RECORD=1` writes them anew: then read the diff."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bot.store import Store
from handlers.flows import FLOWS
from tests.conversation.scene import BOT, FOLDER, Line, names, play, read, transcripts, written

RUN_BY = {"claim_hospital": {"benefit", "claim", "mend"}, "hospital_too_young": {"birthday"}}


def record(path: Path, played: list[Line]) -> None:
    head = path.read_text(encoding="utf-8").split("\n\n", 1)[0]
    path.write_text(written(head, played), encoding="utf-8")


@pytest.mark.parametrize("path", transcripts(), ids=names)
async def test_the_conversation_goes_as_the_transcript_says(sqlite_store: Store, path: Path) -> None:
    _, expected = read(path)

    played = await play(sqlite_store, path)

    if os.environ.get("NIANGJIA_RECORD"):
        record(path, played)
    assert played == expected


@pytest.mark.parametrize(("name", "flows"), RUN_BY.items())
async def test_every_flow_has_a_transcript_that_runs_it(sqlite_store: Store, name: str, flows: set[str]) -> None:
    gone: set[str] = set()

    await play(sqlite_store, FOLDER / f"{name}.txt", gone)

    assert gone >= flows
    assert set.union(*RUN_BY.values()) == set(FLOWS), "add a transcript of the new flow, and name it above"


@pytest.mark.parametrize("path", transcripts(), ids=names)
def test_no_line_of_the_bot_is_longer_than_120_characters(path: Path) -> None:
    head, lines = read(path)
    longest = 120 if head["locale"] == "zh_CN" else 180

    assert [line for said in lines if said.who == BOT for line in said.lines if len(line) > longest and not line.startswith("[")] == []
