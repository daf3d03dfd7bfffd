"""The durable queue: what must happen after a commit is a row, written in the same transaction, and taken under a lease.

If the process dies, the lease runs out and the job falls due again by itself.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, LargeBinary, Select, bindparam, delete, exists, insert, literal_column, select, type_coerce, update

from bot.jobs.tables import DEAD, WAITING, WAITS, jobs
from bot.store.prepared import Prepared
from bot.store.tables import insert_new

TRIES = 12


@dataclass(frozen=True)
class Dead:
    """A job given up, as staff see it: without its payload."""

    id: int
    kind: str
    lane: str | None
    attempts: int
    reason: str
    added_at: datetime


@dataclass(frozen=True)
class Taken:
    """A job leased to a worker, its payload still sealed."""

    id: int
    kind: str
    sealed: bytes
    attempts: int


@dataclass(frozen=True)
class Outcome:
    """What became of one try. Neither `due` nor `reason`: done."""

    id: int
    due: datetime | None = None
    back: int = 0  # tries given back
    reason: str | None = None


_row: dict[str, Any] = {"kind": bindparam("kind"), "payload": bindparam("payload"), "lane": bindparam("lane"), "due": bindparam("due")}
_insert = Prepared(insert(jobs).values(**_row, state=WAITING, attempts=0, added_at=bindparam("added")))


def add(
    conn: Connection,
    kind: str,
    payload: Mapping[str, Any],
    *,
    now: datetime,
    lane: str | None = None,
    due: datetime | None = None,
    dedupe: str | None = None,
) -> None:
    """Queue a job with the surrounding transaction. Jobs of a lane run one at a time, in order; a `dedupe` key still there adds nothing."""
    values = {"kind": kind, "payload": dict(payload), "lane": lane, "due": due or now, "added": now}
    if dedupe is None:
        _insert.later(conn, values)
    else:
        conn.execute(insert_new(conn, jobs).values(**_row, added_at=bindparam("added"), dedupe=bindparam("key")), values | {"key": dedupe})


def dead(conn: Connection, limit: int = 200) -> list[Dead]:
    """List the jobs given up, newest first."""
    columns = (jobs.c.id, jobs.c.kind, jobs.c.lane, jobs.c.attempts, jobs.c.reason, jobs.c.added_at)
    rows = conn.execute(select(*columns).where(jobs.c.state == DEAD).order_by(jobs.c.id.desc()).limit(limit))
    return [Dead(row.id, row.kind, row.lane, row.attempts, row.reason or "", row.added_at) for row in rows]


def revive(conn: Connection, job_id: int, *, now: datetime) -> bool:
    """Queue a dead job again, at the end of its lane. False if there is no such dead job."""
    found = delete(jobs).where(jobs.c.id == job_id, jobs.c.state == DEAD)
    row = conn.execute(found.returning(jobs.c.kind, jobs.c.payload, jobs.c.lane, jobs.c.dedupe)).first()
    if row is None:
        return False
    add(conn, row.kind, row.payload, now=now, lane=row.lane, dedupe=row.dedupe)
    return True


_earlier = jobs.alias("earlier")
_unblocked = ~exists().where(_earlier.c.lane == jobs.c.lane, _earlier.c.id < jobs.c.id, _earlier.c.state == literal_column(f"'{WAITING}'"))
_ready: Select[Any] = (
    select(jobs.c.id, jobs.c.kind, type_coerce(jobs.c.payload, LargeBinary).label("sealed"), jobs.c.attempts)
    .where(WAITS, jobs.c.due <= bindparam("now"), jobs.c.kind.in_(bindparam("kinds", expanding=True)), _unblocked)
    .order_by(jobs.c.due, jobs.c.id)
    .limit(bindparam("free"))
    .with_for_update(skip_locked=True, of=jobs)
)
_next = select(jobs.c.due).where(WAITS, jobs.c.kind.in_(bindparam("kinds", expanding=True)), _unblocked).order_by(jobs.c.due).limit(1)
_of = jobs.c.id.in_(bindparam("ids", expanding=True))
_mine = jobs.c.holder == bindparam("me")
_lease = update(jobs).where(_of).values(due=bindparam("until"), holder=bindparam("me"), attempts=jobs.c.attempts + 1)
_renew = update(jobs).where(_of, _mine).values(due=bindparam("until")).returning(jobs.c.id)
_done = delete(jobs).where(_of, _mine)
_again = (
    update(jobs)
    .where(jobs.c.id == bindparam("job"), _mine)
    .values(due=bindparam("then"), holder=None, attempts=jobs.c.attempts - bindparam("back"))
)
_give_up = update(jobs).where(jobs.c.id == bindparam("job")).values(state=DEAD, holder=None, reason=bindparam("why"))


def next_due(conn: Connection, kinds: Collection[str]) -> datetime | None:
    """Look up when the next job of these kinds may be taken, or its lease runs out; jobs behind another in their lane do not count."""
    moment: datetime | None = conn.scalar(_next, {"kinds": list(kinds)})
    return moment


def finish(conn: Connection, me: str, outcomes: Collection[Outcome]) -> None:
    """Store what became of tries, as far as this worker still holds them."""
    done = [outcome.id for outcome in outcomes if outcome.due is None and outcome.reason is None]
    if done:
        conn.execute(_done, {"ids": done, "me": me})
    for outcome in outcomes:
        if outcome.reason is not None:
            conn.execute(_give_up.where(_mine), {"job": outcome.id, "me": me, "why": outcome.reason[:200]})
        elif outcome.due is not None:
            conn.execute(_again, {"job": outcome.id, "me": me, "then": outcome.due, "back": outcome.back})


def renew_leases(conn: Connection, me: str, ids: Collection[int], until: datetime) -> set[int]:
    """Hold on to running jobs for longer. Returns those still held: another worker may have taken over the rest."""
    return set(conn.scalars(_renew, {"ids": list(ids), "me": me, "until": until}))


def take(conn: Connection, me: str, kinds: Collection[str], free: int, now: datetime, until: datetime) -> list[Taken]:
    """Lease up to `free` due jobs to this worker."""
    rows = conn.execute(_ready, {"kinds": list(kinds), "now": now, "free": free}).all()
    for row in rows:
        if row.attempts >= TRIES:  # its last try ended with the process
            conn.execute(_give_up, {"job": row.id, "why": "lost"})
    taken = [Taken(row.id, row.kind, row.sealed, row.attempts + 1) for row in rows if row.attempts < TRIES]
    if taken:
        conn.execute(_lease, {"ids": [job.id for job in taken], "until": until, "me": me})
    return taken
