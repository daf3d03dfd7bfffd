"""The list of threads: whose turn it is, the longest wait first, narrowed to a branch and to who has taken it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, Connection, func, select

from bot.claims.tables import claims
from bot.members.tables import unions
from bot.threads.tables import threads
from bot.threads.thread import State

MOST_SHOWN: Final = 100
"""More than a day's work; the longest waits come first, so nobody is lost beyond them."""


@dataclass(frozen=True)
class Listed:
    """One line of the list. Nothing of it says whose it is."""

    id: int
    claim: str | None
    union: str
    channel: str
    taken_by: int | None
    since: datetime


@dataclass(frozen=True)
class Filters:
    """`branch` is a union's path; `taken` is an account's id, 0 for nobody's."""

    state: State = State.WAITING
    branch: str | None = None
    taken: int | None = None


def listed(conn: Connection, scope: str, filters: Filters) -> list[Listed]:
    """Those waiting longest first; those closed latest first."""
    columns = (threads.c.id, threads.c.channel, threads.c.taken_by, threads.c.since, claims.c.number, unions.c.name)
    joined = threads.outerjoin(claims, claims.c.id == threads.c.claim_id).outerjoin(unions, unions.c.path == threads.c.union_path)
    is_closed = filters.state is State.CLOSED
    order = (threads.c.since.desc(), threads.c.id.desc()) if is_closed else (threads.c.since, threads.c.id)
    wanted = select(*columns).select_from(joined).where(threads.c.state == filters.state, *_within(scope, filters))
    rows = conn.execute(wanted.order_by(*order).limit(MOST_SHOWN))
    return [Listed(row.id, row.number, row.name or "", row.channel, row.taken_by, row.since) for row in rows]


def counts(conn: Connection, scope: str, filters: Filters) -> dict[State, int]:
    """How many threads there are in each state."""
    grouped = select(threads.c.state, func.count().label("number")).where(*_within(scope, filters)).group_by(threads.c.state)
    found = {State(row.state): row.number for row in conn.execute(grouped)}
    return {state: found.get(state, 0) for state in State}


def waiting(conn: Connection, scope: str) -> int:
    """How many wait for the staff of a branch."""
    return counts(conn, scope, Filters())[State.WAITING]


def _within(scope: str, filters: Filters) -> list[ColumnElement[bool]]:
    conditions = [threads.c.union_path.startswith(scope, autoescape=True)]
    if filters.branch is not None:
        conditions.append(threads.c.union_path.startswith(filters.branch, autoescape=True))
    if filters.taken is not None:
        conditions.append(threads.c.taken_by.is_(None) if filters.taken == 0 else threads.c.taken_by == filters.taken)
    return conditions
