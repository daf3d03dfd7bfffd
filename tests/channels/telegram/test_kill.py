"""The process dies at any moment: no answer is lost, none counts twice, every member gets the next question."""

from __future__ import annotations

import asyncio
import random
import signal
import sys
from collections import Counter
from contextlib import suppress
from pathlib import Path

from bot.jobs import dead
from bot.store import Keyring, Store
from tests.channels.telegram.test_journey import TO_THE_AMOUNT, does
from tests.fakes.phone import Phone
from tests.fakes.telegram import TelegramServer

MEMBERS, KILLS, CONVERSATIONS = 16, 10, 4
Talk = asyncio.Task[None]


async def test_killed_while_members_answer_it_loses_nothing_and_counts_nothing_twice(
    sqlite_url: str, telegram: TelegramServer, tmp_path: Path
) -> None:
    store = Store.open(sqlite_url, Keyring.from_file(tmp_path / "keys"))
    heard: dict[int, list[str]] = {9000 + number: [] for number in range(MEMBERS)}
    talks = [asyncio.create_task(talk(Phone(telegram, person), said)) for person, said in heard.items()]
    command = [sys.executable, "-m", "tests.channels.telegram.answering_child", sqlite_url, str(tmp_path / "keys"), telegram.url]

    for kills_left in reversed(range(KILLS + 1)):
        await live(command, telegram, random.uniform(0.1, 1.0) if kills_left else None, talks)  # noqa: S311 - any moment will do
    given_up = [job for job in await store.read(dead) if job.reason == "unknown"]
    await store.close()

    longest = max(heard.values(), key=len)
    assert len(longest) == CONVERSATIONS * len(TO_THE_AMOUNT)
    assert "12,160.00" in longest[-1]
    assert all(said == longest[: len(said)] for said in heard.values())
    assert sum(len(said) < len(longest) for said in heard.values()) <= len(given_up) < KILLS
    times = Counter((person, message["text"]) for person in heard for message in telegram.chats[person].messages)
    assert max(times.values()) <= 2 * CONVERSATIONS


async def live(command: list[str], telegram: TelegramServer, seconds: float | None, talks: list[Talk]) -> None:
    """From the start of a process to its end by SIGKILL: after so many seconds of work, or when nothing more is said."""
    polls = len(telegram.called("getUpdates"))
    child = await asyncio.create_subprocess_exec(*command)
    try:
        await telegram.until(lambda: len(telegram.called("getUpdates")) > polls, 30)
        if seconds is not None:
            await asyncio.wait(talks, timeout=seconds)
            return
        sends = -1
        while sends < (sends := len(telegram.called("sendMessage"))):
            await asyncio.wait(talks, timeout=5)
        for task in talks:  # a message hit by two kills: nobody knows whether it arrived, and staff are told
            task.cancel()
    finally:
        child.send_signal(signal.SIGKILL)
        await child.wait()


async def talk(phone: Phone, heard: list[str]) -> None:
    """Say each line once the answer to the one before is there; `heard` gets each answer once."""
    with suppress(asyncio.CancelledError):
        for line in TO_THE_AMOUNT * CONVERSATIONS:
            does(phone, line)
            heard.append(await answer(phone, len(phone.heard), "".join(heard[-1:])))


async def answer(phone: Phone, seen: int, last: str) -> str:
    """The first new message that does not repeat the last one."""
    await phone.telegram.until(lambda: any(text != last for text in phone.heard[seen:]), 120)
    return next(text for text in phone.heard[seen:] if text != last)
