"""The order in which files are made safe: awaited ones never wait for the rest."""

from __future__ import annotations

import asyncio

import pytest

from bot.documents.turns import Rank, Turns


class Line:
    """Files that take their turn and keep it until they are told to end."""

    def __init__(self, turns: Turns) -> None:
        self.turns = turns
        self.begun: list[str] = []
        self.ends: dict[str, asyncio.Event] = {}
        self.tasks: dict[str, asyncio.Task[None]] = {}

    async def joins(self, name: str, rank: Rank) -> None:
        """Stand in line under this name."""
        self.ends[name] = asyncio.Event()
        self.tasks[name] = asyncio.create_task(self._takes(name, rank))
        await asyncio.sleep(0)

    async def ends_turn(self, name: str) -> None:
        """End the turn of this name, and let whoever is next begin."""
        self.ends[name].set()
        await asyncio.wait([self.tasks[name]])
        await asyncio.sleep(0)

    async def _takes(self, name: str, rank: Rank) -> None:
        async with self.turns.turn(rank):
            self.begun.append(name)
            await self.ends[name].wait()


@pytest.fixture
def line() -> Line:
    return Line(Turns(2, 1))


async def test_however_many_others_there_are_one_turn_is_free_for_an_awaited_file(line: Line) -> None:
    for number in range(60):
        await line.joins(f"other {number}", Rank.OTHER)
    await line.joins("awaited", Rank.AWAITED)

    assert line.begun == ["other 0", "awaited"]


async def test_awaited_files_take_all_turns_and_go_before_others_that_came_earlier(line: Line) -> None:
    for name in ("a", "b"):
        await line.joins(name, Rank.AWAITED)
    await line.joins("costly", Rank.COSTLY)
    await line.joins("other", Rank.OTHER)
    await line.joins("c", Rank.AWAITED)

    for name in ("a", "b", "other", "c"):
        await line.ends_turn(name) if name in line.begun else None

    assert line.begun == ["a", "b", "c", "other", "costly"]


async def test_files_of_one_rank_come_in_their_order(line: Line) -> None:
    for name in "abcd":
        await line.joins(name, Rank.OTHER)
    for name in "abcd":
        await line.ends_turn(name)

    assert line.begun == list("abcd")


async def test_who_is_cancelled_in_line_or_in_their_turn_leaves_it_to_the_next(line: Line) -> None:
    for name in "abc":
        await line.joins(name, Rank.OTHER)

    for name in ("b", "a"):
        line.tasks[name].cancel()
        await asyncio.wait([line.tasks[name]])
    await asyncio.sleep(0)

    assert line.begun == ["a", "c"]
