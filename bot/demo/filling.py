"""Fills an empty database of its own with the made-up union."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, delete

from bot.conversation import counting
from bot.conversation.counting import Happening
from bot.demo.broadcasts import announce
from bot.demo.claims import Crew, Draft, drafts, enter
from bot.demo.counts import happened
from bot.demo.people import Person, made_up, people
from bot.demo.threads import Talk, talks, write
from bot.documents.files import Files, picture_key
from bot.jobs.tables import jobs
from bot.members import roster, unions
from bot.settings import Settings
from bot.staff import accounts, passwords
from bot.staff.roles import Role
from bot.store import Store
from calculator import load

SEED: Final = 20261123
MEMBERS: Final = 2000
STRANGERS_EVERY: Final = 9
"""Every ninth claim comes from somebody who is not on the roster."""


@dataclass(frozen=True)
class Account:
    """A way into the demo's console. The password is printed at every start, so this is for a demo only."""

    login: str
    password: str
    role: Role
    name: str


ACCOUNTS: Final = (
    Account("shenhe", "qing-song-bai-yun", Role.REVIEWER, "李晓梅"),
    Account("fuhe", "da-he-xiang-dong", Role.APPROVER, "周国强"),
    Account("guanli", "chun-nuan-hua-kai", Role.ADMINISTRATOR, "陈静"),
)


CHANNELS = ("telegram_", "wechat_", "wecom_")
"""How the settings of channels begin: a made-up union writes to nobody outside."""


def settings(real: Settings) -> Settings:
    """Only the address, the clock, the rules and the habits of the real settings: data, keys and channels are never the real ones."""
    folder = real.data_dir / "demo"
    own = {
        "data_dir": folder,
        "database_url": f"sqlite:///{folder}/niangjia.db",
        "files_url": f"{folder.absolute().as_uri()}/files",
        "keys_file": folder / "keys",
        "niangjia_keys": None,
    }
    channels = {name: field.default for name, field in Settings.model_fields.items() if name.startswith(CHANNELS)}
    return real.model_copy(update=own | channels)


async def fill_if_empty(store: Store, files: Files, now: datetime, place: str = "changchun") -> tuple[Account, ...]:
    """Fill the demo unless it was filled before; the accounts to sign in with."""
    if not await store.read(accounts.anybody):
        await fill(store, files, now, place)
    return ACCOUNTS


async def fill(store: Store, files: Files, now: datetime, place: str = "changchun") -> None:
    """Forty base unions in a tree, 2,000 members, three staff, sixty claims with their papers, and counts of made-up conversations.

    All rows are one write, after everything else: a start broken off leaves nothing that a later one would stumble over.
    """
    chance = random.Random(SEED)  # noqa: S311  # made-up data, the same every time
    everybody = people(chance)
    bases = sum(len(branch["bases"]) for branch in made_up()["branch"])
    members = [(next(everybody), chance.randrange(bases)) for _ in range(MEMBERS)]
    claimants = [
        (next(everybody), base) if number % STRANGERS_EVERY == 0 else (person, base) for number, (person, base) in enumerate(members)
    ]
    made = await asyncio.to_thread(lambda: list(drafts(chance, place, claimants, now)))
    for draft in made:
        for paper in draft.papers:
            for number, body in enumerate(paper.pictures):
                await files.put(picture_key(paper.upload, number), body)
    hashes = [await passwords.seal(account.password) for account in ACCOUNTS]
    counted = happened(random.Random(SEED), now.date(), load(place))  # noqa: S311  # made up as well
    talked = await talks(made, files)
    await store.write(_rows, Rows(members, made, hashes, counted, talked), now)


@dataclass(frozen=True)
class Rows:
    """All that one write puts into the database."""

    members: list[tuple[Person, int]]
    made: list[Draft]
    hashes: list[str]
    counted: Mapping[Happening, int]
    talked: list[Talk]


def _rows(conn: Connection, rows: Rows, now: datetime) -> None:
    """Nobody waits for the news of made-up claims."""
    counting.write(conn, rows.counted)
    bases = _unions(conn)
    for person, base in rows.members:
        roster.add(conn, union_id=bases[base], name=person.name, certno=person.certno, in_work=True, now=now)
    crew = _claims(conn, bases, rows.made, rows.hashes)
    for talk in rows.talked:
        write(conn, talk, crew.reviewer, now)
    announce(conn, crew.approver, crew.administrator, now)
    conn.execute(delete(jobs))


def _unions(conn: Connection) -> list[int]:
    """The tree; the ids of the base unions."""
    top = unions.add(conn, made_up()["city"][0]["name"], "city")
    bases = []
    for branch in made_up()["branch"]:
        middle = unions.add(conn, branch["name"], branch["level"], top)
        bases += [unions.add(conn, name, "base", middle) for name in branch["bases"]]
    return bases


def _claims(conn: Connection, bases: list[int], made: list[Draft], hashes: list[str]) -> Crew:
    """Staff, and the claims they decided."""
    start = min(draft.at for draft in made)
    staff = [
        accounts.add(
            conn,
            login=account.login,
            name=account.name,
            role=account.role,
            union_id=None,
            locale="zh_CN",
            actor="system",
            password_hash=kept,
            now=start,
        )
        for account, kept in zip(ACCOUNTS, hashes, strict=True)
    ]
    crew = Crew(*staff)
    for draft in made:
        enter(conn, draft, bases[draft.base], crew)
    return crew
