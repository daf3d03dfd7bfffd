"""Fills an empty database of its own with the made-up union."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, delete

from bot.demo.claims import Crew, Draft, drafts, enter
from bot.demo.people import Person, made_up, people
from bot.documents.files import Files, picture_key
from bot.jobs.tables import jobs
from bot.members import roster, unions
from bot.settings import Settings
from bot.staff import accounts, passwords
from bot.staff.roles import Role
from bot.store import Store

SEED: Final = 20261123
MEMBERS: Final = 2000
AT_ONCE: Final = 250
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


def settings(real: Settings) -> Settings:
    """The same settings with a folder, a database and keys of the demo's own, so that it never meets real data."""
    folder = real.data_dir / "demo"
    own = {
        "data_dir": folder,
        "database_url": f"sqlite:///{folder}/niangjia.db",
        "files_url": f"{folder.absolute().as_uri()}/files",
        "keys_file": folder / "keys",
        "niangjia_keys": None,
    }
    return real.model_copy(update=own)


async def fill_if_empty(store: Store, files: Files, now: datetime, place: str = "changchun") -> tuple[Account, ...]:
    """Fill the demo unless it was filled before; the accounts to sign in with."""
    if not await store.read(accounts.anybody):
        await fill(store, files, now, place)
    return ACCOUNTS


async def fill(store: Store, files: Files, now: datetime, place: str = "changchun") -> None:
    """Forty base unions in a tree, 2,000 members, three staff, sixty claims with their papers."""
    chance = random.Random(SEED)  # noqa: S311  # made-up data, the same every time
    bases = await store.write(_unions)
    everybody = people(chance)
    members = [(next(everybody), chance.choice(bases)) for _ in range(MEMBERS)]
    for start in range(0, MEMBERS, AT_ONCE):
        await store.write(_roster, members[start : start + AT_ONCE], now)
    claimants = [
        (next(everybody), union) if number % STRANGERS_EVERY == 0 else (person, union) for number, (person, union) in enumerate(members)
    ]
    made = await asyncio.to_thread(lambda: list(drafts(chance, place, claimants, now)))
    for draft in made:
        for paper in draft.papers:
            for number, body in enumerate(paper.pictures):
                await files.put(picture_key(paper.upload, number), body)
    hashes = [await passwords.seal(account.password) for account in ACCOUNTS]
    await store.write(_claims, made, hashes)


def _unions(conn: Connection) -> list[int]:
    """The tree; the ids of the base unions."""
    top = unions.add(conn, made_up()["city"][0]["name"], "city")
    bases = []
    for branch in made_up()["branch"]:
        middle = unions.add(conn, branch["name"], branch["level"], top)
        bases += [unions.add(conn, name, "base", middle) for name in branch["bases"]]
    return bases


def _roster(conn: Connection, members: list[tuple[Person, int]], now: datetime) -> None:
    for person, union_id in members:
        roster.add(conn, union_id=union_id, name=person.name, certno=person.certno, in_work=True, now=now)


def _claims(conn: Connection, made: list[Draft], hashes: list[str]) -> None:
    """Claims and staff in one transaction: a demo is whole or not there. Nobody waits for the news of made-up claims."""
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
    for draft in made:
        enter(conn, draft, Crew(*staff))
    conn.execute(delete(jobs))
