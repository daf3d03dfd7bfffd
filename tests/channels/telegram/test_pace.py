"""Telegram's limits for sending, by a clock that leaps: no test waits, and a busy machine changes nothing."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Coroutine
from itertools import pairwise
from typing import Any, TypeVar

from bot.channels.telegram.pace import REMEMBERED, Here, Pace

T = TypeVar("T")


class Leaping(selectors.DefaultSelector):
    """Instead of waiting, it puts the clock on by as long as it would have waited."""

    now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        self.now += max(timeout or 0.0, 1e-7)
        return super().select(0)


def by_leaps(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run something on an event loop whose clock leaps."""
    selector = Leaping()
    loop = asyncio.SelectorEventLoop(selector)
    loop.time = lambda: selector.now  # type: ignore[method-assign]  # the one clock of a loop and its timers
    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        return runner.run(coroutine)


async def departures(pace: Pace, chats: list[str]) -> list[float]:
    times: list[float] = []

    async def leave(chat: str) -> None:
        await pace.wait(chat)
        times.append(asyncio.get_running_loop().time())

    await asyncio.gather(*(leave(chat) for chat in chats))
    return times


def test_all_chats_together_get_thirty_messages_in_any_second_at_most() -> None:
    times = by_leaps(departures(Pace(), [str(number) for number in range(300)]))

    assert max(sum(start <= at <= start + 1 for at in times) for start in times) <= 30
    assert times[-1] < 300 / 25


def test_one_chat_gets_a_message_a_second_at_most() -> None:
    times = by_leaps(departures(Pace(), ["one"] * 5))

    assert all(1.0 <= later - earlier < 1.1 for earlier, later in pairwise(times))


def test_a_first_message_leaves_at_once() -> None:
    (left,) = by_leaps(departures(Pace(), ["one"]))

    assert left < 0.001


def test_one_chat_that_must_wait_holds_up_no_other() -> None:
    times = by_leaps(departures(Pace(), [*["one"] * 20, *(str(number) for number in range(56))]))

    assert sum(at < 2.2 for at in times) >= 56


def test_one_chat_keeps_its_second_while_all_others_press() -> None:
    pace = Pace()

    async def both() -> list[float]:
        crowd = asyncio.create_task(departures(pace, [str(number) for number in range(200)]))
        times = await departures(pace, ["one"] * 5)
        await crowd
        return times

    assert all(later - earlier >= 1.0 for earlier, later in pairwise(by_leaps(both())))


def test_a_group_gets_twenty_messages_a_minute_at_most() -> None:
    times = by_leaps(departures(Pace(), ["-100"] * 30))

    assert max(sum(start <= at < start + 60 for at in times) for start in times) <= 20


def test_after_a_refusal_nothing_leaves_until_it_is_over_and_then_the_refused_one_first() -> None:
    pace, left = Pace(), list[tuple[str, float]]()

    async def leave(chat: str, after: float) -> None:
        await asyncio.sleep(after)
        await pace.wait(chat)
        left.append((chat, asyncio.get_running_loop().time()))

    async def refused() -> None:
        await pace.hold("one", 5)
        await asyncio.gather(leave("one", 5.0), *(leave(str(number), 0.1) for number in range(50)))

    by_leaps(refused())

    assert left[0][0] == "one"
    assert min(at for _, at in left) >= 5.0
    assert left[0][1] < 5.1


def test_chats_long_quiet_are_forgotten() -> None:
    here = Here()
    pace = Pace(turns=here)

    async def many() -> None:
        await departures(pace, [str(number) for number in range(REMEMBERED + 1)])
        await asyncio.sleep(2)
        await pace.wait("one")

    by_leaps(many())

    assert len(here._chats) < REMEMBERED
