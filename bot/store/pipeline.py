"""PostgreSQL: several statements sent together and answered together, for the way there and back takes longer than the statements.

The driver's own pipeline mode takes about as long as it saves, so its connection is spoken to directly here, between its own statements.
"""

from __future__ import annotations

import select
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.adapt import Transformer
from psycopg.errors import error_from_result
from psycopg.pq import ConnStatus, ExecStatus, Format, TransactionStatus
from psycopg.pq.abc import PGresult
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg

NUMBERED = PGDialect_psycopg(paramstyle="numeric_dollar")  # type: ignore[no-untyped-call]  # SQLAlchemy has not typed it
"""Compiles statements with the server's own placeholders."""

BEGIN, COMMIT = "BEGIN", "COMMIT"


@dataclass(slots=True)
class Sent:
    """A statement on its way, and the server's answer once it has come."""

    name: bytes
    values: Sequence[Any]
    result: PGresult | None = None


class Pipeline:
    """One connection's statements that wait to be sent. Raises the driver's errors, which may be those of a statement added earlier."""

    def __init__(self, driver: psycopg.Connection[Any]) -> None:
        self._driver, self._pg = driver, driver.pgconn
        self._names: dict[str, bytes] = {}
        self._reading = Transformer(driver)
        self._waiting: list[Sent] = []

    def add(self, sql: str, values: Sequence[Any] = ()) -> Sent:
        """Let a statement wait for the next way to the server."""
        if not self._waiting and self._pg.transaction_status == TransactionStatus.IDLE:
            self._begin()
        sent = Sent(self._names.get(sql) or self._prepared(sql), values)
        self._waiting.append(sent)
        return sent

    def send(self) -> None:
        """Send what waits, and learn what came of it."""
        waiting, self._waiting = self._waiting, []
        if not waiting:
            return
        self._pg.enter_pipeline_mode()
        for sent in waiting:
            values = [value.obj if isinstance(value, psycopg.Binary) else value for value in sent.values]
            formats = [Format.BINARY if isinstance(value, bytes | str) else Format.TEXT for value in values]
            self._pg.send_query_prepared(sent.name, [_bytes(value) for value in values], formats, Format.BINARY)
        self._pg.pipeline_sync()
        for sent in waiting:
            sent.result = self._next()
            self._next()  # nothing: the end of this statement's answer
        self._next()  # the end of all
        self._pg.exit_pipeline_mode()
        for sent in waiting:  # the first that failed says why the others were not run
            self._check(sent.result)

    def commit(self) -> None:
        """Send what waits and commit, all on one way. If nothing waits, the driver's own commit does it."""
        if self._waiting:
            self.add(COMMIT)
            self.send()

    def forget(self) -> None:
        """Send nothing of what waits: the transaction is being taken back."""
        self._waiting.clear()

    def rows(self, sent: Sent) -> list[tuple[Any, ...]]:
        """Give the rows of a statement, sent now if it still waits."""
        if sent.result is None:
            self.send()
        self._reading.set_pgresult(sent.result)
        return self._reading.load_rows(0, sent.result.ntuples if sent.result else 0, tuple)

    def _begin(self) -> None:
        if self._driver.read_only or self._driver.isolation_level:
            self._driver.execute("")  # which begins as the driver was told to
        else:
            self._waiting.append(Sent(self._names.get(BEGIN) or self._prepared(BEGIN), ()))

    def _prepared(self, sql: str) -> bytes:
        name = f"niangjia_{len(self._names)}".encode()
        self._check(self._pg.prepare(name, sql.encode()))
        self._names[sql] = name
        return name

    def _next(self) -> PGresult | None:
        """Wait for the next answer without keeping other threads waiting."""
        while self._pg.is_busy():
            poll = select.poll()
            poll.register(self._pg.socket, select.POLLIN | (select.POLLOUT if self._pg.flush() else 0))
            poll.poll()
            self._pg.consume_input()
        return self._pg.get_result()

    def _check(self, result: PGresult | None) -> None:
        if result is None or self._pg.status == ConnStatus.BAD:
            raise psycopg.OperationalError("the connection broke")
        if result.status in {ExecStatus.FATAL_ERROR, ExecStatus.PIPELINE_ABORTED}:
            raise error_from_result(result)


def _bytes(value: Any) -> bytes | None:
    return value if value is None or isinstance(value, bytes) else str(value).encode()
