"""Broadcasts as pages show them: the newest first, and one with its figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, func, select

from bot.broadcast.audience import Audience
from bot.broadcast.states import SETTLED, UNDER_WAY, Fate, State
from bot.broadcast.tables import broadcast_recipients, broadcasts

MOST_SHOWN: Final = 100


@dataclass(frozen=True)
class Broadcast:
    """One broadcast as it stands."""

    id: int
    state: State
    revision: int
    union_path: str
    words: Mapping[str, str]
    audience: Audience
    pace: int
    writers: tuple[int, ...]
    approver_id: int | None
    created_at: datetime
    began_at: datetime | None
    gathered_at: datetime | None
    next_at: datetime | None
    ended_at: datetime | None
    counts: Mapping[str, int] | None

    @property
    def subject(self) -> str:
        """What the records call it."""
        return f"broadcast:{self.id}"


@dataclass(frozen=True)
class Progress:
    """How many people there are, how many of them it is over for, and what became of those."""

    people: int
    settled: int
    fates: Mapping[Fate, int]


def one(conn: Connection, broadcast_id: int, *, lock: bool = False) -> Broadcast | None:
    """The broadcast of this id; with `lock`, held until the transaction ends."""
    wanted = select(broadcasts).where(broadcasts.c.id == broadcast_id)
    row = conn.execute(wanted.with_for_update() if lock else wanted).one_or_none()
    return None if row is None else _read(row)


def listed(conn: Connection, scope: str) -> list[Broadcast]:
    """The newest within a branch."""
    within = select(broadcasts).where(broadcasts.c.union_path.startswith(scope, autoescape=True))
    return [_read(row) for row in conn.execute(within.order_by(broadcasts.c.id.desc()).limit(MOST_SHOWN))]


def in_state(conn: Connection, state: State) -> list[Broadcast]:
    """All that stand there."""
    return [_read(row) for row in conn.execute(select(broadcasts).where(broadcasts.c.state == state).order_by(broadcasts.c.id))]


def progress(conn: Connection, broadcast: Broadcast) -> Progress:
    """How far it has come. Nobody whom a cancelled one has not reached is written anew for that: they are counted as cancelled."""
    counts = counted(conn, broadcast.id) if broadcast.counts is None else broadcast.counts
    fates = {fate: counts.get(fate, 0) for fate in SETTLED}
    if broadcast.state is State.CANCELLED:
        fates[Fate.CANCELLED] += counts.get(Fate.WAITING, 0)
    return Progress(sum(counts.values()), sum(fates.values()), {fate: number for fate, number in fates.items() if number})


def counted(conn: Connection, broadcast_id: int) -> dict[str, int]:
    """How many people there are of each fate."""
    r = broadcast_recipients.c
    return {
        row.fate: row.number
        for row in conn.execute(select(r.fate, func.count().label("number")).where(r.broadcast_id == broadcast_id).group_by(r.fate))
    }


def under_way(conn: Connection, broadcast_id: int) -> int:
    """How many messages are queued or with the channel."""
    r = broadcast_recipients.c
    found = select(func.count()).select_from(broadcast_recipients).where(r.broadcast_id == broadcast_id, r.fate.in_(UNDER_WAY))
    return conn.execute(found).scalar_one()


def _read(row: Row[Any]) -> Broadcast:
    values = row._asdict()
    read = {"state": State(row.state), "audience": Audience.from_json(row.audience), "writers": tuple(row.writers)}
    return Broadcast(**{**values, **read})
