"""Claims that have waited for the staff longer than they should: counted from the last thing that made them wait."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, Connection, String, case, cast, func, literal, select

from bot.audit import audit
from bot.claims import claim as stored
from bot.claims.brief import Brief, brief_of
from bot.claims.states import State
from bot.claims.tables import claims

WAITING: Final = (State.SUBMITTED, State.IN_REVIEW, State.APPROVED, State.CONFIRMED, State.PAYING, State.BOUNCED)
"""The states in which it is the staff's turn."""
LOOKED_AT: Final = (State.SUBMITTED, State.IN_REVIEW)
"""Taking a claim, or putting it back, does not begin the wait anew."""
SHOWN: Final = 6


@dataclass(frozen=True)
class Overdue:
    """One claim that waits, and for how many whole days."""

    brief: Brief
    days: int


@dataclass(frozen=True)
class AllOverdue:
    """How many wait too long, and the first few of them, the longest wait first."""

    count: int
    first: tuple[Overdue, ...]


def overdue(conn: Connection, scope: str, due_days: int, now: datetime) -> AllOverdue:
    """The claims of a branch that have waited for more than so many days."""
    since = waiting_since()
    late = (
        claims.c.state.in_(WAITING),
        claims.c.submitted_at < now - timedelta(days=due_days),  # the index narrows it down before the records are looked at
        since < now - timedelta(days=due_days),
        claims.c.union_path.startswith(scope, autoescape=True),
    )
    count = conn.execute(select(func.count()).select_from(claims).where(*late)).scalar_one()
    rows = conn.execute(select(claims.c.id, since.label("since")).where(*late).order_by(since, claims.c.id).limit(SHOWN))
    return AllOverdue(count, tuple(Overdue(brief_of(conn, stored.read(conn, row.id)), (now - row.since).days) for row in rows.all()))


def waiting_since() -> ColumnElement[datetime]:
    """Since when a claim has waited: its last submission while nobody has decided, its last change afterwards."""
    subject = literal("claim:") + cast(claims.c.id, String)
    again = select(func.max(audit.c.at)).where(audit.c.subject == subject, audit.c.action == "resubmitted").scalar_subquery()
    return case((claims.c.state.in_(LOOKED_AT), func.coalesce(again, claims.c.submitted_at)), else_=claims.c.changed_at)
