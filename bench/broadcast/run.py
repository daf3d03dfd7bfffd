"""One broadcast to many members by the real process, at Telegram's pace: how long it takes, and how long an answer takes meanwhile.

Members of the stand-in's ask something once in a while, before it and during it; and the process may be killed on the way.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Connection, insert, select

from bot.broadcast import find, write
from bot.broadcast.audience import Audience, Of
from bot.broadcast.write import FASTEST, Draft
from bot.conversation.tables import conversations
from bot.linking.tables import linked_chats, parties
from bot.members import roster
from bot.members.tables import unions
from bot.staff import accounts
from bot.staff.roles import Role
from handlers.identity import check_sign
from tests.fakes.phone import Phone
from tests.fakes.telegram import TOKEN, Chat, TelegramServer
from tests.process.running import Bot, running

WORDS = {"zh_CN": "元旦放假三天，1 月 4 日起照常审核。"}
FIRST = 100_000
ASKED_EVERY_S = 1.0
BEFORE_S = 20.0
LONGEST_S = 3600.0


@dataclass(frozen=True)
class Measured:
    """Seconds; answers' waits in milliseconds."""

    members: int
    pace: int
    seconds: float
    most_within_a_second: int
    once: int
    twice: int
    never: int
    kills: int
    answers_before: list[float]
    answers_during: list[float]


def main(arguments: list[str]) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench broadcast", description=__doc__)
    parser.add_argument("--members", type=int, default=10_000)
    parser.add_argument("--pace", type=int, default=write.USUAL, help=f"messages a second, {FASTEST} at most")
    parser.add_argument("--kills", type=int, default=0, help="so often the process is killed on the way, and started again")
    parser.add_argument("--folder", type=Path, default=Path(), help="where the data lies meanwhile; on a real disk")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    found = asyncio.run(measured(options.members, options.pace, options.kills, options.folder.absolute()))
    sys.stdout.write(json.dumps(asdict(found), indent=1) + "\n" if options.json else table(found))


async def measured(members: int, pace: int, kills: int, folder: Path) -> Measured:
    """Send it, and watch."""
    with TemporaryDirectory(dir=folder) as name:
        async with TelegramServer() as telegram:
            for person in range(FIRST, FIRST + members):
                telegram.chats[person] = Chat(person, "zh")
            async with running(Path(name), TELEGRAM_TOKEN=TOKEN, TELEGRAM_API_URL=telegram.url, QUIET_HOURS="3-3") as bot:
                async with bot.store() as store:
                    for start in range(0, members, 500):
                        await store.write(enrol, range(start, min(start + 500, members)))
                before = await asked_for(telegram, BEFORE_S)
                async with bot.store() as store:
                    number = await store.write(begin, pace)
                return await watched(bot, telegram, number, Measured(members, pace, 0, 0, 0, 0, 0, kills, before, []))


async def watched(bot: Bot, telegram: TelegramServer, number: int, known: Measured) -> Measured:
    """Ask, kill, wait for the end, count."""
    during: list[float] = []
    async with asking(telegram, during), killing(bot, known), asyncio.timeout(LONGEST_S):
        while not await over(bot, number):  # noqa: ASYNC110 - only the database knows
            await asyncio.sleep(1)
    arrived = [call for call in telegram.called("sendMessage") if call.parameters["text"] == WORDS["zh_CN"]]
    times = sorted(call.at for call in arrived)
    shown = Counter(
        sum(message["text"] == WORDS["zh_CN"] for message in telegram.chats[FIRST + person].messages) for person in range(known.members)
    )
    most = max(sum(1 for at in times[place : place + 60] if at < start + 1) for place, start in enumerate(times))
    counts = {"once": shown[1], "never": shown[0], "twice": known.members - shown[0] - shown[1]}
    return Measured(**{**asdict(known), **counts, "seconds": times[-1] - times[0], "most_within_a_second": most, "answers_during": during})


async def over(bot: Bot, number: int) -> bool:
    """Whether it has ended."""
    async with bot.store() as store:
        found = await store.read(find.one, number)
    return found is not None and found.ended_at is not None


@asynccontextmanager
async def asking(telegram: TelegramServer, waits: list[float]) -> AsyncIterator[None]:
    """Members ask all the while."""
    task = asyncio.create_task(ask_on(telegram, waits))
    yield
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


@asynccontextmanager
async def killing(bot: Bot, known: Measured) -> AsyncIterator[None]:
    """The process dies so many times, and is started again at once."""
    task = asyncio.create_task(kill_on(bot, known))
    yield
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def kill_on(bot: Bot, known: Measured) -> None:
    """Spread over the time that it takes."""
    for _ in range(known.kills):
        await asyncio.sleep(known.members / known.pace / (known.kills + 1))
        bot.kill()
        await bot.start()


async def asked_for(telegram: TelegramServer, seconds: float) -> list[float]:
    """The waits of so long a time."""
    waits: list[float] = []
    async with asking(telegram, waits):
        await asyncio.sleep(seconds)
    return waits


async def ask_on(telegram: TelegramServer, waits: list[float]) -> None:
    """One of the members asks for the menu, and reads the answer; then another."""
    dice = random.Random(1)
    while True:
        await asyncio.sleep(ASKED_EVERY_S)
        phone = Phone(telegram, FIRST + dice.randrange(len(telegram.chats)))
        heard, begun = len(answers(phone)), time.monotonic()
        phone.types("/start")
        await telegram.until(lambda phone=phone, heard=heard: len(answers(phone)) > heard)  # type: ignore[misc]
        waits.append(round(1000 * (time.monotonic() - begun), 1))


def answers(phone: Phone) -> list[str]:
    """What the bot said to this one, but for the broadcast."""
    return [message["text"] for message in phone.chat.messages if "text" in message and message["text"] != WORDS["zh_CN"]]


def enrol(conn: Connection, numbers: range) -> None:
    """Members, each with a chat."""
    union, now = conn.execute(select(unions.c.id).order_by(unions.c.id.desc()).limit(1)).scalar_one(), datetime.now(UTC)
    for number in numbers:
        body = f"990101{1960 + number // 1000:04d}0101{number % 1000:03d}"
        member = roster.add(conn, union_id=union, name=f"会员{number}", certno=body + check_sign(body), in_work=True, now=now)
        here = {"channel": "telegram", "chat": str(FIRST + number)}
        party = conn.execute(insert(parties).values(**here, member_id=member).returning(parties.c.id)).scalar_one()
        conn.execute(insert(linked_chats).values(**here, party=party, linked_at=now))
        conn.execute(insert(conversations).values(**here, locale="zh_CN", revision=0, state={}, changed_at=now))


def begin(conn: Connection, pace: int) -> int:
    """Written by one, signed by another; its id."""
    now = datetime.now(UTC)
    writer, signer = (
        accounts.add(conn, login=name, name=name, role=Role.APPROVER, union_id=None, locale="en", actor="system", now=now)
        for name in ("writer", "signer")
    )
    number = write.write(conn, Draft(WORDS, Audience(Of.MEMBERS, "/"), pace), writer, now=now)
    write.hand_in(conn, number, writer, revision=1, now=now)
    write.approve(conn, number, signer, revision=2, now=now)
    return number


def table(found: Measured) -> str:
    """For people."""
    rate = (found.members - 1) / found.seconds
    speed = f"{found.seconds:.0f} s, {rate:.1f} a second, {found.most_within_a_second} at most within one"
    lines = [
        f"{found.members} members at {found.pace} a second: {speed}; process killed {found.kills} times",
        f"got it once {found.once}, twice {found.twice}, never {found.never}",
    ]
    for name, waits in (("before", found.answers_before), ("during", found.answers_during)):
        ordered = sorted(waits)
        some = {part: ordered[min(len(ordered) - 1, int(part * len(ordered)))] for part in (0.5, 0.99, 1.0)}
        lines.append(f"answers {name} it: {len(ordered)}, median {some[0.5]:.0f} ms, p99 {some[0.99]:.0f} ms, slowest {some[1.0]:.0f} ms")
    return "\n".join(lines) + "\n"
