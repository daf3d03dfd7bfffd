"""WeChat's pushes at a steady pace into the real process: while all is well, while the outgoing API hangs, while the database is stuck."""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sqlite3
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from aiohttp import ClientSession, ClientTimeout, TCPConnector
from PIL import Image

from tests.fakes.wechat import AES_KEY, APP_ID, PUSH_S, QUOTA, SECRET, TOKEN, Member, Pushed, WeChatServer
from tests.process.running import Bot

ALLOWED_S, ALLOWED_P99_S = 5.0, 1.0
SAID = ("/start", "1", "45", "1", "152000", "A", "2", "1")
"""What a member says, one after the other: to the amount and on."""

LATER_S = 120.0
"""How long to wait, once all is well again, for the answers that did not go with their push."""

UPDATES = "SELECT count(*) FROM updates WHERE channel = 'wechat' AND update_id NOT LIKE 'upload:%'"


@dataclass(frozen=True)
class Load:
    """So many pushes a second for so long, by so many members; one push in `photos` is a picture."""

    rate: int
    seconds: float
    members: int
    photos: int


@dataclass(frozen=True)
class Measured:
    """How long each push took, sorted, in seconds; how many were confirmed, answered with the push, taken in the end; who heard nothing."""

    took: tuple[float, ...]
    confirmed: int
    answered: int
    taken: int
    silent: int

    def quantile_ms(self, part: float) -> float:
        """How long this part of the pushes took at most, in milliseconds."""
        return round(1000 * self.took[min(len(self.took) - 1, int(part * len(self.took)))], 1)

    @property
    def keeps_the_promise(self) -> bool:
        """Every push within five seconds, 99 of 100 within one; what was confirmed was taken, and every member was answered."""
        in_time = self.took[-1] < ALLOWED_S and self.quantile_ms(0.99) < 1000 * ALLOWED_P99_S
        return in_time and self.taken >= self.confirmed and not self.silent


def main(arguments: list[str]) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench wechat", description=__doc__)
    parser.add_argument("--rate", type=int, default=200, help="pushes a second")
    parser.add_argument("--seconds", type=float, default=20.0, help="how long each case is pushed")
    parser.add_argument("--members", type=int, default=400)
    parser.add_argument("--photos", type=int, default=10, help="one push in so many is a picture")
    parser.add_argument("--folder", type=Path, default=Path(), help="where the data lies meanwhile; on a real disk")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    load = Load(options.rate, options.seconds, options.members, options.photos)
    results = {name: asyncio.run(measured(case, load, options.folder.absolute())) for name, case in CASES.items()}
    sys.stdout.write(as_json(results) if options.json else table(results, load))


@asynccontextmanager
async def all_well(_wechat: WeChatServer, _bot: Bot) -> AsyncIterator[None]:
    """Nothing is wrong."""
    yield


@asynccontextmanager
async def api_hangs(wechat: WeChatServer, _bot: Bot) -> AsyncIterator[None]:
    """No call to WeChat is answered: no text goes by itself, and no picture comes."""
    wechat.hangs = asyncio.Event()
    yield
    wechat.hangs.set()
    wechat.hangs = None


@asynccontextmanager
async def database_stuck(_wechat: WeChatServer, bot: Bot) -> AsyncIterator[None]:
    """Nothing can be written to the database."""
    with closing(sqlite3.connect(bot.data / "niangjia.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


Case = Callable[[WeChatServer, Bot], AbstractAsyncContextManager[None]]
CASES: dict[str, Case] = {"all is well": all_well, "the outgoing API hangs": api_hangs, "the database is stuck": database_stuck}


async def measured(case: Case, load: Load, folder: Path) -> Measured:
    """One case on a fresh deployment."""
    with TemporaryDirectory(prefix=".bench-", dir=folder) as place:
        async with WeChatServer() as wechat:
            account = {"WECHAT_APP_ID": APP_ID, "WECHAT_TOKEN": TOKEN, "WECHAT_SECRET": SECRET, "WECHAT_AES_KEY": AES_KEY}
            bot = Bot(Path(place), **account, WECHAT_API_URL=wechat.url)
            try:
                await bot.start()
                wechat.callback = f"{bot.address}/wechat"
                await wechat.until(lambda: wechat.menu)
                return await pushed(case, load, wechat, bot)
            finally:
                bot.kill()


async def pushed(case: Case, load: Load, wechat: WeChatServer, bot: Bot) -> Measured:
    """Push at the pace, whatever the answers take; then let everything come to rest."""
    dice, photo = random.Random(1), a_photo()
    members = [wechat.members.setdefault(f"oBench{number:022}", Member(f"oBench{number:022}")) for number in range(load.members)]
    await wechat._client.close()  # noqa: SLF001 - its pool would be the bottleneck
    wechat._client = ClientSession(timeout=ClientTimeout(total=PUSH_S), connector=TCPConnector(limit=0))  # noqa: SLF001
    pushes: list[asyncio.Task[Pushed]] = []
    async with case(wechat, bot):
        begun = time.perf_counter()
        for number in range(int(load.rate * load.seconds)):
            await asyncio.sleep(max(0.0, begun + number / load.rate - time.perf_counter()))
            member = members[number % len(members)]
            member.quota = QUOTA
            text = {"Content": SAID[number // len(members) % len(SAID)]}
            kind = fields_of_picture(wechat, photo) if dice.randrange(load.photos) == 0 else text
            fields = wechat.fields(member.id, "text" if "Content" in kind else "image", **kind)
            pushes.append(asyncio.create_task(wechat.try_push(fields)))
        done = await asyncio.gather(*pushes)
    confirmed = sum(one.status == 200 for one in done)
    await at_rest(bot, members, confirmed)
    taken = count(bot)
    silent = sum(not member.texts for member in members)
    return Measured(tuple(sorted(one.seconds for one in done)), confirmed, sum(one.body.startswith("<xml") for one in done), taken, silent)


def fields_of_picture(wechat: WeChatServer, photo: bytes) -> dict[str, str]:
    """A picture somebody sends."""
    media = f"media-{len(wechat.media)}"
    wechat.media[media] = photo
    return {"MediaId": media}


async def at_rest(bot: Bot, members: list[Member], confirmed: int) -> None:
    """Until all that was confirmed is taken and every member has heard something, or too much time has passed."""
    end = time.perf_counter() + LATER_S
    while time.perf_counter() < end and (count(bot) < confirmed or not all(member.texts for member in members)):  # noqa: ASYNC110 - nobody tells
        await asyncio.sleep(0.2)


def count(bot: Bot) -> int:
    """How many pushes are in the database."""
    with closing(sqlite3.connect(f"file:{bot.data}/niangjia.db?mode=ro", uri=True)) as database:
        return int(database.execute(UPDATES).fetchone()[0])


def a_photo() -> bytes:
    """A small one: what it costs to make pictures safe is measured elsewhere."""
    file = BytesIO()
    Image.new("RGB", (64, 64), (200, 30, 30)).save(file, "JPEG")
    return file.getvalue()


def rows(results: dict[str, Measured]) -> dict[str, dict[str, Any]]:
    """The figures."""
    return {
        name: {
            "pushes": len(one.took),
            "p50_ms": one.quantile_ms(0.5),
            "p99_ms": one.quantile_ms(0.99),
            "longest_ms": one.quantile_ms(1.0),
            "confirmed": one.confirmed,
            "answered_with_the_push": one.answered,
            "taken": one.taken,
            "members_unanswered": one.silent,
            "promise_kept": one.keeps_the_promise,
        }
        for name, one in results.items()
    }


def as_json(results: dict[str, Measured]) -> str:
    """As programs read it."""
    return json.dumps(rows(results), indent=1) + "\n"


def table(results: dict[str, Measured], load: Load) -> str:
    """As people read it."""
    lines = [
        f"{load.rate} pushes a second for {load.seconds:.0f} s by {load.members} members, one in {load.photos} a picture",
        f"{'':26}{'p50 ms':>9}{'p99 ms':>9}{'longest':>9}{'confirmed':>11}{'with answer':>13}{'taken':>8}{'promise':>9}",
    ]
    for name, row in rows(results).items():
        lines.append(
            f"{name:26}{row['p50_ms']:>9}{row['p99_ms']:>9}{row['longest_ms']:>9}{row['confirmed']:>11,}"
            f"{row['answered_with_the_push']:>13,}{row['taken']:>8,}{'kept' if row['promise_kept'] else 'BROKEN':>9}"
        )
    return "\n".join(lines) + "\n"
