"""How often a flow was begun or ended, a question answered, changed, gone back from, not understood or left: counts, never words.

Counts are gathered in memory and written a few at a time, so that no update pays for them. A crash loses those of the last seconds; an
update whose transaction fails and is tried again counts twice. They find the questions that people stumble over; they keep no books.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping
from datetime import date
from threading import Lock
from typing import Literal, NamedTuple

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError

from bot.conversation.tables import happenings
from bot.store import Store
from bot.store.errors import StoreError

EVERY_S = 5.0
"""So often what has been counted is written, if there is anything."""

Event = Literal["started", "finished", "answered", "changed", "went_back", "not_understood", "left"]


class Happening(NamedTuple):
    """What is counted: on a day, in a flow ("claim.hospital"; "" at the menu), at a question ("" for the flow itself)."""

    day: date
    flow: str
    question: str
    event: Event


class Counts:
    """The counts of this process that are not written yet. Any thread may add to them."""

    def __init__(self) -> None:
        self._waiting: Counter[Happening] = Counter()
        self._lock = Lock()

    def note(self, day: date, event: Event, flow: str, question: str = "") -> None:
        """Count one more."""
        with self._lock:
            self._waiting[Happening(day, flow, question, event)] += 1

    def take(self) -> Mapping[Happening, int]:
        """Hand over what waits to be written."""
        with self._lock:
            taken, self._waiting = self._waiting, Counter()
        return taken

    def put_back(self, taken: Mapping[Happening, int]) -> None:
        """Keep what could not be written for the next time."""
        with self._lock:
            self._waiting.update(taken)


async def keep_writing(store: Store, counts: Counts, every_s: float = EVERY_S) -> None:
    """Write what has been counted now and then, and once more when it is to end. Runs until it is cancelled."""
    try:
        while True:
            await asyncio.sleep(every_s)
            await flush(store, counts)
    finally:
        await flush(store, counts)


async def flush(store: Store, counts: Counts) -> None:
    """Write what waits, in one small transaction; what cannot be written now waits on."""
    taken = counts.take()
    if not taken:
        return
    try:
        await store.write(write, taken)
    except (SQLAlchemyError, StoreError):
        counts.put_back(taken)


def write(conn: Connection, taken: Mapping[Happening, int]) -> None:
    """Add counts to those of their days."""
    insert = postgresql.insert if conn.dialect.name == "postgresql" else sqlite.insert
    rows = [{**happening._asdict(), "count": count} for happening, count in sorted(taken.items())]
    added = insert(happenings)
    key = [column.name for column in happenings.primary_key]
    conn.execute(added.on_conflict_do_update(index_elements=key, set_={"count": happenings.c.count + added.excluded.count}), rows)


def tally(conn: Connection, first: date, last: date) -> dict[tuple[str, str, Event], int]:
    """The counts from one day to another, both included, by flow, question and event."""
    h = happenings.c
    kinds = (h.flow, h.question, h.event)
    rows = conn.execute(select(*kinds, func.sum(h.count).label("total")).where(h.day.between(first, last)).group_by(*kinds))
    return {(row.flow, row.question, row.event): row.total for row in rows}
