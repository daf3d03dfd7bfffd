"""SQLite: one thread per lane runs all waiting works, each in its savepoint, in one transaction, and commits once for all of them."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Any, cast

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import NullPool

from bot.store.errors import StoreClosed, StoreUnavailable
from bot.store.works import Waiting, Work, run, settle

BATCH = 256
LOCK_WAIT_S = 30
PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "recursive_triggers=ON",  # or INSERT OR REPLACE would delete without asking the triggers that refuse it
    "cache_size=-65536",
    "journal_size_limit=67108864",
    "wal_autocheckpoint=8000",  # pages, 32 MB: copied back less often, which is when commits wait longest
)


def make_engine(url: str) -> Engine:
    """Make an engine whose connections leave BEGIN and COMMIT to the lane, write ahead, and are durable at every commit."""
    engine = create_engine(
        url,
        poolclass=NullPool,
        query_cache_size=2000,
        hide_parameters=True,  # an error must not carry a name into a log
        connect_args={"isolation_level": None, "check_same_thread": False, "timeout": LOCK_WAIT_S, "cached_statements": 512},
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _record: object) -> None:
        for pragma in PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")

    return engine


class Lane:
    """One thread with one connection. Works that wait together share one transaction; one that fails takes back only its own."""

    def __init__(self, engine: Engine, name: str, *, writes: bool, after_commit: Callable[[], None] | None = None) -> None:
        self._engine = engine
        self._begin = "BEGIN IMMEDIATE" if writes else "BEGIN"
        self._writes = writes
        self._after_commit = after_commit
        self._queue: SimpleQueue[Waiting | None] = SimpleQueue()
        self._closed = False
        self._conn: Connection | None = None
        self._thread = threading.Thread(target=self._work, name=f"store-{name}", daemon=True)
        self._thread.start()

    def submit(self, work: Work, args: tuple[Any, ...]) -> asyncio.Future[Any]:
        """Queue a work; the future is settled once it is committed, never before."""
        if self._closed:
            raise StoreClosed
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._queue.put(Waiting(work, args, future))
        return future

    async def close(self) -> None:
        """Finish what waits, then end the thread."""
        if not self._closed:
            self._closed = True
            self._queue.put(None)
        await asyncio.to_thread(self._thread.join)

    def _work(self) -> None:
        while (first := self._queue.get()) is not None:
            batch = [first, *self._others()]
            try:
                committed = self._transact([waiting for waiting in batch if not waiting.future.cancelled()])
            except Exception as error:  # noqa: BLE001  the thread must outlive any database error
                self._disconnect()
                committed = False
                for waiting in batch:
                    waiting.error = StoreUnavailable(str(error))
                    waiting.error.__cause__ = error
            settle(batch, self._after_commit if committed else None)
        self._disconnect()

    def _others(self) -> list[Waiting]:
        others: list[Waiting] = []
        while len(others) < BATCH - 1:
            try:
                waiting = self._queue.get_nowait()
            except Empty:
                break
            if waiting is None:  # closing: this batch first
                self._queue.put(None)
                break
            others.append(waiting)
        return others

    def _transact(self, batch: list[Waiting]) -> bool:
        """Whether anything was committed. Raises if the batch as a whole is lost."""
        conn = self._connection()
        driver = cast("sqlite3.Connection", conn.connection.driver_connection)
        cursor = driver.cursor()
        cursor.execute(self._begin)
        for waiting in batch:
            cursor.execute("SAVEPOINT work")
            run(conn, waiting)
            if waiting.error is not None:
                if not driver.in_transaction:  # the disk is full, say: SQLite took the whole transaction back
                    raise waiting.error
                cursor.execute("ROLLBACK TO work")
            cursor.execute("RELEASE work")
        cursor.execute("COMMIT")
        return any(waiting.error is None for waiting in batch)

    def _connection(self) -> Connection:
        if self._conn is None:
            self._conn = self._engine.connect()
            if not self._writes:
                self._conn.exec_driver_sql("PRAGMA query_only=ON")
            if not self._conn.in_transaction():
                self._conn.begin()  # SQLAlchemy's own bookkeeping, once; to the driver it says nothing
        return self._conn

    def _disconnect(self) -> None:
        if self._conn is not None:
            self._conn.invalidate()
            self._conn.close()
            self._conn = None
