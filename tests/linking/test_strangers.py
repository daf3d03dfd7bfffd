"""Somebody types a number that is not theirs: over the real web chat, what comes back and how soon it comes is as for nobody's number."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, select

from bot.claims import decide
from bot.members import roster
from bot.message import Chat
from bot.store.tables import metadata
from calculator import Fen
from tests.claims.making import NAME, NOW, Stay, claim_for, hire
from tests.conversation.scene import Scene
from tests.linking.test_proof import CERTNO, NOBODY, NUMBER
from tests.process.members import WebChat
from tests.process.running import Bot, running

WRONG = f"核对 {NAME} {{certno}} 13800000000"
STRANGERS = 6
THEIRS = {"web_chats", "web_messages", "conversations", "updates", "jobs", "told", "link_tries", "audit", "funnel", "reminders"}
"""Where a stranger leaves rows of their own, and where every step is on record."""

FOR_SOMEBODY = [
    *("我妈住院自己花了1万8", "45", "在职", "对", "没领过", "[现在申请]", "[爸妈]", "[同意过]", "李雷", "13900139000"),
    *(NAME, "{certno}", "总装", "[一汽总装工会]", NUMBER, "2026-10-12", "[生病]", "（照片）", "[先交这些，其余的以后补]"),
    *("6222021234567890128", "[提交]"),
]


def known(conn: Connection) -> None:
    """A member on the roster with a claim that staff have compared with the papers, made on their phone."""
    roster.add(conn, union_id=2, name=NAME, certno=CERTNO, in_work=True, now=NOW, phone=NUMBER)
    claim = claim_for(conn, Stay(2, chat=Chat("telegram", "7001"), certno=CERTNO))
    claim = decide.take(conn, claim.id, claim.revision, staff := hire(conn, "somebody"), now=NOW)
    decide.approve(conn, claim.id, claim.revision, staff, amount=Fen(claim.estimated or 0), now=NOW)


def everything(conn: Connection) -> dict[str, Any]:
    """Every row of every table in which a stranger has no rows of their own."""
    tables = [table for table in metadata.sorted_tables if table.name not in THEIRS]
    return {table.name: sorted(map(str, conn.execute(select(*table.c)).all())) for table in tables}


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[Bot]:
    """The real process, with that member."""
    async with running(tmp_path) as made:
        async with made.store() as store:
            await store.write(known)
        yield made


async def tries(bot: Bot, certnos: list[str]) -> list[tuple[str, str, float]]:
    """Each from a browser of their own, in turns: the number, everything that browser heard, the seconds until it was answered."""
    tried = []
    async with AsyncExitStack() as browsers:
        for at, certno in enumerate(certnos):
            page = await browsers.enter_async_context(WebChat(bot.address, random.Random(at)))  # noqa: S311 - any ids will do
            await page.hears(1)
            begun = time.monotonic()
            await page.answers(WRONG.format(certno=certno))
            tried.append((certno, "\n".join(page.heard), time.monotonic() - begun))
    return tried


async def test_the_answer_and_its_time_are_the_same_and_no_row_changes(bot: Bot) -> None:
    async with bot.store() as store:
        before = await store.read(everything)
        await tries(bot, [NOBODY])  # the first step of a process is slower than all others

        tried = await tries(bot, [CERTNO, NOBODY] * STRANGERS)

        assert await store.read(everything) == before
    assert len({said.replace(certno, "") for certno, said, _ in tried}) == 1
    known_s, nobodys_s = (statistics.median(s for certno, _, s in tried if certno == one) for one in (CERTNO, NOBODY))
    assert abs(known_s - nobodys_s) < 0.25 + 0.5 * nobodys_s, (known_s, nobodys_s)  # one class, on a machine that does other things too


async def test_filing_for_somebody_says_the_same_of_a_member_and_of_nobody(town: Scene) -> None:
    said = []
    for number, (name, certno) in enumerate((("one", CERTNO), ("two", NOBODY))):
        scene = Scene(town.store, chat=Chat("web", name), now=town.now, updates=number * 100)
        await scene.heard()
        lines: list[tuple[str, ...]] = []
        for line in FOR_SOMEBODY:
            await scene.member(line.format(certno=certno))
            own = [message for message in await scene.heard() if not message.lines[0].key.startswith("news.")]
            lines += [scene.shown(message) for message in own]
        said.append("\n".join(line for message in lines for line in message).replace(certno, "").replace(certno[-4:], ""))

    first, second = said
    assert first.replace("C-2611-0002", "C-2611-0003") == second


@pytest.fixture
async def town(sqlite_store: Any) -> Scene:
    made = Scene(sqlite_store)
    await made.open()
    await sqlite_store.write(known)
    return made
