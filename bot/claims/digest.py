"""A day's figures for the staff: how many claims stand where, what they come to, and which has waited longest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, func, select

from bot.claims.overdue import WAITING, waiting_since
from bot.claims.states import State
from bot.claims.tables import claims
from calculator import Fen

OPEN: Final = (State.SUBMITTED, State.IN_REVIEW, State.RETURNED, State.APPROVED, State.CONFIRMED, State.PAYING, State.BOUNCED)
UNDECIDED: Final = (State.SUBMITTED, State.IN_REVIEW, State.RETURNED)


@dataclass(frozen=True)
class Digest:
    """The open claims of a branch: how many in each state, sums in fen, the one that waits longest and for how many days."""

    counts: Mapping[State, int]
    estimated: Fen
    approved: Fen
    oldest: str | None
    days: int


def digest(conn: Connection, scope: str, now: datetime) -> Digest:
    """The figures of a branch as they stand."""
    within = claims.c.union_path.startswith(scope, autoescape=True)
    columns = (claims.c.state, func.count().label("number"), func.sum(claims.c.estimated).label("estimated"))
    by_state = select(*columns, func.sum(claims.c.approved).label("approved")).where(claims.c.state.in_(OPEN), within)
    rows = {State(row.state): row for row in conn.execute(by_state.group_by(claims.c.state))}
    since = waiting_since()
    longest = select(claims.c.number, since.label("since")).where(claims.c.state.in_(WAITING), within).order_by(since, claims.c.id)
    oldest = conn.execute(longest.limit(1)).first()
    return Digest(
        {state: rows[state].number if state in rows else 0 for state in OPEN},
        Fen(sum(int(rows[state].estimated or 0) for state in UNDECIDED if state in rows)),
        Fen(sum(int(rows[state].approved or 0) for state in OPEN if state in rows and state not in UNDECIDED)),
        oldest.number if oldest else None,
        (now - oldest.since).days if oldest else 0,
    )
