"""Telegram's limits for sending."""

from __future__ import annotations

import asyncio
import time
from itertools import pairwise

from bot.channels.telegram.pace import REMEMBERED, Pace


async def departures(pace: Pace, chats: list[str]) -> list[float]:
    times: list[float] = []

    async def leave(chat: str) -> None:
        await pace.wait(chat)
        times.append(time.monotonic())

    await asyncio.gather(*(leave(chat) for chat in chats))
    return times


async def test_all_chats_together_get_thirty_messages_in_any_second_at_most() -> None:
    times = await departures(Pace(), [str(number) for number in range(60)])

    assert max(sum(start <= at <= start + 1 for at in times) for start in times) <= 30


async def test_one_chat_gets_a_message_a_second_at_most() -> None:
    times = await departures(Pace(), ["one"] * 3)

    assert [later - earlier >= 1.0 for earlier, later in pairwise(times)] == [True, True]


async def test_a_first_message_leaves_at_once() -> None:
    begun = time.monotonic()

    (left,) = await departures(Pace(), ["one"])

    assert left - begun < 0.2


async def test_chats_long_quiet_are_forgotten() -> None:
    pace = Pace(0.000001, 0.001)

    await departures(pace, [str(number) for number in range(REMEMBERED + 1)])
    await asyncio.sleep(0.01)
    await pace.wait("one")

    assert len(pace._chats) < REMEMBERED
