"""The list of threads, in pages: whose turn it is, members we know before all others, the longest wait first."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, and_, case, exists, func, literal, not_, or_, select, tuple_

from bot.claims.tables import claims
from bot.linking.tables import linked_chats, parties
from bot.members.tables import unions
from bot.threads.tables import threads
from bot.threads.thread import State

PAGE: Final = 20
_PLACE: Final = re.compile(r"(?P<rank>[01])~(?P<since>[0-9T:.+-]{10,40})~(?P<id>[0-9]{1,18})")


@dataclass(frozen=True)
class Listed:
    """One line of the list. Nothing of it says whose it is."""

    id: int
    claim: str | None
    union: str
    channel: str
    taken_by: int | None
    since: datetime
    is_known: bool


@dataclass(frozen=True)
class Page:
    """Some lines, and where the next ones begin."""

    lines: tuple[Listed, ...]
    after: str | None


@dataclass(frozen=True)
class Filters:
    """`branch` is a union's path; `taken` is an account's id, 0 for nobody's; `is_known` as that function says."""

    state: State = State.WAITING
    branch: str | None = None
    taken: int | None = None
    is_known: bool | None = None


def is_known() -> ColumnElement[bool]:
    """Of a claim, or of a member who has proven who they are. Any of the others may be a stranger who opens chats by the hundred."""
    here = (linked_chats.c.channel == threads.c.channel, linked_chats.c.chat == threads.c.chat)
    proven = exists().where(*here, parties.c.id == linked_chats.c.party, parties.c.member_id.is_not(None))
    return or_(threads.c.claim_id.is_not(None), proven)


def listed(conn: Connection, scope: str, filters: Filters, *, after: str | None = None, size: int = PAGE) -> Page:
    """One page. Open ones: those of people we know first, then the others, each the longest wait first. Closed ones: the latest first."""
    is_closed = filters.state is State.CLOSED
    rank = literal(0) if is_closed else case((is_known(), 0), else_=1)
    key, last = tuple_(threads.c.since, threads.c.id), _last(after)
    conditions = [threads.c.state == filters.state, *_within(scope, filters)]
    if last is not None:
        beyond = tuple_(literal(last[1], threads.c.since.type), literal(last[2]))
        conditions.append(key < beyond if is_closed else or_(rank > last[0], and_(rank == last[0], key > beyond)))
    order = (threads.c.since.desc(), threads.c.id.desc()) if is_closed else (rank, threads.c.since, threads.c.id)
    columns: tuple[ColumnElement[Any], ...] = (threads.c.id, claims.c.number, unions.c.name, threads.c.channel, threads.c.taken_by)
    joined = threads.outerjoin(claims, claims.c.id == threads.c.claim_id).outerjoin(unions, unions.c.path == threads.c.union_path)
    wanted = select(*columns, threads.c.since, is_known().label("is_known"), rank.label("rank")).select_from(joined)
    rows = conn.execute(wanted.where(*conditions).order_by(*order).limit(size + 1)).all()
    shown = rows[:size]
    lines = tuple(Listed(row.id, row.number, row.name or "", row.channel, row.taken_by, row.since, bool(row.is_known)) for row in shown)
    return Page(lines, f"{shown[-1].rank}~{shown[-1].since.isoformat()}~{shown[-1].id}" if len(rows) > size else None)


def counts(conn: Connection, scope: str, filters: Filters) -> dict[State, int]:
    """How many threads there are in each state."""
    grouped = select(threads.c.state, func.count().label("number")).where(*_within(scope, filters)).group_by(threads.c.state)
    found = {State(row.state): row.number for row in conn.execute(grouped)}
    return {state: found.get(state, 0) for state in State}


def waiting(conn: Connection, scope: str) -> int:
    """How many wait for the staff of a branch."""
    return counts(conn, scope, Filters())[State.WAITING]


def _last(after: str | None) -> tuple[int, datetime, int] | None:
    """Where the page before ended; anything but what `listed` gave out is no place."""
    place = _PLACE.fullmatch(after or "")
    if place is None:
        return None
    try:
        moment = datetime.fromisoformat(place["since"])
        return None if moment.tzinfo is None else (int(place["rank"]), moment.astimezone(UTC), int(place["id"]))
    except (ValueError, OverflowError):  # no moment, or one before the first
        return None


def _within(scope: str, filters: Filters) -> list[ColumnElement[bool]]:
    conditions = [threads.c.union_path.startswith(scope, autoescape=True)]
    if filters.branch is not None:
        conditions.append(threads.c.union_path.startswith(filters.branch, autoescape=True))
    if filters.taken is not None:
        conditions.append(threads.c.taken_by.is_(None) if filters.taken == 0 else threads.c.taken_by == filters.taken)
    if filters.is_known is not None:
        conditions.append(is_known() if filters.is_known else not_(is_known()))
    return conditions
