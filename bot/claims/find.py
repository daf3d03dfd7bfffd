"""Finding claims: a chat's own, the staff's queue with its filters and pages, and everything about one claim."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, Select, bindparam, func, literal, or_, select, tuple_, union_all

from bot.claims.claim import Claim
from bot.claims.claim import read as one
from bot.claims.states import State
from bot.claims.tables import claims
from bot.linking.party import together
from bot.members.lookup import certno_hash, name_hash, phone_hash
from bot.members.tables import unions
from bot.message import Chat
from bot.store.prepared import Prepared
from calculator import Fen

__all__ = ["Claim", "ClaimSummary", "Filters", "Line", "Page", "counts", "earlier", "of_chat", "one", "queue", "search"]

PAGE: Final = 20
MOST_COUNTED: Final = 1000
"""A tab counts no further than this: nobody reads the rest, and counting a million takes its time."""

_SHOWN: Final = (
    claims.c.id,
    claims.c.number,
    claims.c.benefit,
    claims.c.state,
    claims.c.name,
    claims.c.estimated,
    claims.c.approved,
    claims.c.on_roster,
    claims.c.second_signature,
    claims.c.reviewer_id,
    claims.c.submitted_at,
)


@dataclass(frozen=True)
class ClaimSummary:
    """What a member sees of a claim in the chat."""

    number: str
    id: int
    benefit: str
    state: State
    estimated: Fen | None
    approved: Fen | None
    submitted_at: datetime
    missing: tuple[str, ...]


@dataclass(frozen=True)
class Line:
    """One line of the queue."""

    id: int
    number: str
    benefit: str
    state: State
    name: str
    union: str
    estimated: Fen | None
    approved: Fen | None
    on_roster: bool
    second_signature: bool
    reviewer_id: int | None
    submitted_at: datetime


@dataclass(frozen=True)
class Filters:
    """What the queue is narrowed to. `branch` is a union's path, money is fen, days are moments; the ends count, `until` does not."""

    state: State | None = None
    benefit: str | None = None
    branch: str | None = None
    least: Fen | None = None
    most: Fen | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class Page:
    """Some lines, and where the next ones begin."""

    lines: tuple[Line, ...]
    after: str | None


_of_chat = Prepared(
    select(
        claims.c.number,
        claims.c.id,
        claims.c.benefit,
        claims.c.state,
        claims.c.estimated,
        claims.c.approved,
        claims.c.submitted_at,
        claims.c.missing,
    ).where(claims.c.channel == bindparam("in_channel"), claims.c.chat == bindparam("in_chat"))
)


def of_chat(conn: Connection, chat: Chat) -> list[ClaimSummary]:
    """The claims made from a chat, and from every other of the same member, the newest first."""
    rows = [row for each in together(conn, chat) for row in _of_chat.all(conn, {"in_channel": each.channel, "in_chat": each.id})]
    summaries = [
        ClaimSummary(number, claim_id, benefit, State(state), estimated, approved, submitted_at, tuple(missing))
        for number, claim_id, benefit, state, estimated, approved, submitted_at, missing in rows
    ]
    return sorted(summaries, key=lambda summary: summary.id, reverse=True)


def queue(conn: Connection, scope: str, filters: Filters, *, after: str | None = None, size: int = PAGE) -> Page:
    """One page of the claims within a scope. Claims still to be worked on come oldest first, decided ones newest first."""
    oldest_first = filters.state in {State.SUBMITTED, State.IN_REVIEW, State.APPROVED, State.CONFIRMED, State.PAYING, State.BOUNCED}
    key = tuple_(claims.c.submitted_at, claims.c.id)
    order = (claims.c.submitted_at, claims.c.id) if oldest_first else (claims.c.submitted_at.desc(), claims.c.id.desc())
    conditions = _within(scope, filters)
    last = _last(after)
    if last is not None:
        beyond = tuple_(literal(last[0], claims.c.submitted_at.type), literal(last[1]))
        conditions.append(key > beyond if oldest_first else key < beyond)
    rows = conn.execute(_lines().where(*conditions).order_by(*order).limit(size + 1)).all()
    lines = tuple(_line(row) for row in rows[:size])
    more = len(rows) > size
    return Page(lines, f"{lines[-1].submitted_at.isoformat()}~{lines[-1].id}" if more else None)


def counts(conn: Connection, scope: str, filters: Filters) -> dict[State, int]:
    """How many claims stand in each state, up to MOST_COUNTED."""
    others = _within(scope, replace(filters, state=None))
    parts = []
    for state in State:
        some = select(literal(1)).where(claims.c.state == state, *others).limit(MOST_COUNTED).subquery()
        parts.append(select(literal(state.value).label("state"), func.count().label("n")).select_from(some))
    return {State(row.state): row.n for row in conn.execute(union_all(*parts))}


def search(conn: Connection, scope: str, text: str, *, size: int = 50) -> Page:
    """Claims by their number or its last digits, or by a whole name, certificate number or phone, the newest first."""
    words = text.strip()
    if not words or "\0" in words:
        return Page((), None)
    ways: list[ColumnElement[bool]] = [
        claims.c.number == words.upper(),
        claims.c.name_hash == name_hash(conn, words),
        claims.c.certno_hash == certno_hash(conn, words),
    ]
    digits = words.removeprefix("+").replace("-", "").replace(" ", "")
    if digits.isascii() and digits.isdigit():
        ways.append(
            claims.c.phone_hash == phone_hash(conn, words) if len(digits) > len("2611") + 4 else claims.c.number.endswith(digits.zfill(4))
        )
    found = _lines().where(or_(*ways), *_within(scope, Filters())).order_by(claims.c.submitted_at.desc(), claims.c.id.desc())
    return Page(tuple(_line(row) for row in conn.execute(found.limit(size))), None)


def earlier(conn: Connection, claim: Claim) -> list[Line]:
    """Other claims of the same person, wherever they were made, the newest first."""
    same = _lines().where(claims.c.certno_hash == claim.certno_hash, claims.c.id != claim.id)
    return [_line(row) for row in conn.execute(same.order_by(claims.c.id.desc()).limit(20))]


def _lines() -> Select[Any]:
    """What a line shows; each sealed column more would be opened for every line."""
    return select(*_SHOWN, unions.c.name.label("union_name")).outerjoin(unions, unions.c.id == claims.c.union_id)


def _within(scope: str, filters: Filters) -> list[ColumnElement[bool]]:
    amount = func.coalesce(claims.c.approved, claims.c.estimated)
    conditions: list[ColumnElement[bool] | None] = [
        None if scope == "/" else claims.c.union_path.startswith(scope, autoescape=True),
        None if filters.state is None else claims.c.state == filters.state,
        None if filters.benefit is None else claims.c.benefit == filters.benefit,
        None if filters.branch is None else claims.c.union_path.startswith(filters.branch, autoescape=True),
        None if filters.least is None else amount >= filters.least,
        None if filters.most is None else amount <= filters.most,
        None if filters.since is None else claims.c.submitted_at >= filters.since,
        None if filters.until is None else claims.c.submitted_at < filters.until,
    ]
    return [condition for condition in conditions if condition is not None]


def _last(after: str | None) -> tuple[datetime, int] | None:
    """The place a page begins after; anything but what `queue` gave out is no place."""
    when, separator, number = (after or "").partition("~")
    if not separator or not (number.isascii() and number.isdigit()) or len(number) > len("9" * 18):
        return None
    try:
        moment = datetime.fromisoformat(when)
        return None if moment.tzinfo is None else (moment.astimezone(UTC), int(number))
    except (ValueError, OverflowError):  # no moment, or one before the first
        return None


def _line(row: Row[Any]) -> Line:
    return Line(
        row.id,
        row.number,
        row.benefit,
        State(row.state),
        row.name,
        row.union_name or "",
        row.estimated,
        row.approved,
        row.on_roster,
        row.second_signature,
        row.reviewer_id,
        row.submitted_at,
    )
