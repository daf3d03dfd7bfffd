"""PostgreSQL: a few threads with psycopg, one work per transaction. A batch would hold row locks and deadlock."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.pool import ConnectionPoolEntry

from bot.store.errors import OutcomeUnknown, StoreClosed, StoreUnavailable
from bot.store.pipeline import Pipeline
from bot.store.prepared import send_waiting
from bot.store.works import Waiting, Work, carriable, run, settle

THREADS, REPORT_THREADS = 8, 2
TRIES = 5
CONFLICTS = ("40001", "40P01")  # serialization failure, deadlock: the same work again succeeds


def make_engine(url: str) -> Engine:
    """Make an engine with one connection per thread, in UTC, waiting 30 s at most for a lock."""
    engine = create_engine(
        url,
        pool_size=THREADS + REPORT_THREADS,
        max_overflow=THREADS,  # while reads and writes are both at their most
        query_cache_size=2000,
        hide_parameters=True,  # an error must not carry a name into a log
        connect_args={
            "options": "-c timezone=UTC -c lock_timeout=30000",
            "connect_timeout": 10,
            "prepare_threshold": None,  # else the driver deallocates all statements after a rollback, the pipeline's among them
        },
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: psycopg.Connection[Any], record: ConnectionPoolEntry) -> None:
        record.info[Pipeline] = Pipeline(connection)

    @event.listens_for(engine, "before_cursor_execute")
    def in_order(conn: Connection, *_: object) -> None:
        """What waits was to be run before this."""
        send_waiting(conn)

    return engine


class Lane:
    """A pool of threads, each running one work at a time in a transaction of its own."""

    def __init__(self, engine: Engine, name: str, *, threads: int, writes: bool, after_commit: Callable[[], None] | None = None) -> None:
        readonly = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}  # one snapshot for the whole work, as on SQLite
        self._engine = engine if writes else engine.execution_options(**readonly)
        self._after_commit = after_commit
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix=f"store-{name}")
        self._closed = False

    def submit(self, work: Work, args: tuple[Any, ...]) -> asyncio.Future[Any]:
        """Queue a work; the future is settled once it is committed, never before."""
        if self._closed:
            raise StoreClosed
        waiting = Waiting(work, args, asyncio.get_running_loop().create_future())
        self._pool.submit(self._settled, waiting)
        return waiting.future

    async def close(self) -> None:
        """Finish what waits, then end the threads."""
        self._closed = True
        await asyncio.to_thread(self._pool.shutdown)

    def _settled(self, waiting: Waiting) -> None:
        if waiting.future.cancelled():
            return
        try:
            run_tries(self._engine, waiting)
        except Exception as error:  # noqa: BLE001  whatever it is, somebody waits: no connection was free in time, say
            waiting.error = StoreUnavailable(str(error))
            waiting.error.__cause__ = error
        settle([waiting], self._after_commit if waiting.error is None else None)


def run_tries(engine: Engine, waiting: Waiting) -> None:
    """Run a work until it is committed; conflicts and lost connections are tried again as long as nothing can have been stored."""
    for attempt in range(TRIES):
        waiting.value = waiting.error = None
        last = attempt == TRIES - 1
        try:
            _transact(engine, waiting)
        except OutcomeUnknown as error:
            waiting.error = error
        except DBAPIError as error:
            if not last and _passing(error):
                time.sleep(random.uniform(0.5, 1.0) * 0.1 * 3**attempt if _sqlstate(error) not in CONFLICTS else random.uniform(0, 0.02))  # noqa: S311
                continue
            waiting.error = carriable(error)
        return


def _transact(engine: Engine, waiting: Waiting) -> None:
    with engine.connect() as conn:
        conn.info[Pipeline].forget()
        run(conn, waiting)
        if waiting.error is not None:
            cause = waiting.error.__cause__
            if isinstance(cause, OperationalError) and _passing(cause):
                raise cause
            return
        try:
            send_waiting(conn, commit=True)
            conn.commit()
        except DBAPIError as error:
            if _sqlstate(error) is None or error.connection_invalidated:
                raise OutcomeUnknown("the connection broke during the commit") from error
            raise


def _passing(error: DBAPIError) -> bool:
    """Whether the same work may well succeed in a moment: a conflict, or the server gone or going."""
    state = _sqlstate(error)
    return state in CONFLICTS or error.connection_invalidated or state is None or state.startswith(("57P", "08"))


def _sqlstate(error: DBAPIError) -> str | None:
    return getattr(error.orig, "sqlstate", None)
