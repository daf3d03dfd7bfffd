"""Statements on the path of every message: compiled once, then run by the driver itself, with the column types at both ends as ever.

SQLAlchemy sets up each execution anew, which takes several times as long as the database needs for one small row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import Connection, Delete, Insert, Select, Update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.compiler import SQLCompiler

from bot.store.pipeline import NUMBERED, Pipeline, Sent

Statement = Select[Any] | Insert | Update | Delete
Convert = Callable[[Any], Any] | None


class PreparedError(TypeError):
    """A statement that only SQLAlchemy itself can run."""


Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class _Compiled:
    sql: str
    literals: Mapping[str, Any]
    binds: tuple[tuple[str, Convert], ...]
    columns: tuple[Convert, ...]

    def bound(self, values: Mapping[str, Any]) -> list[Any]:
        given = {**self.literals, **values}
        return [given[name] if convert is None else convert(given[name]) for name, convert in self.binds]

    def read(self, row: Row) -> Row:
        return tuple([value if convert is None else convert(value) for value, convert in zip(row, self.columns, strict=True)])

    def first(self, rows: Sequence[Row]) -> Row | None:
        return self.read(rows[0]) if rows and self.columns else None


class Prepared:
    """One statement whose values are all given by name. Every column of an insert must be spelt out: defaults are not looked up."""

    def __init__(self, statement: Statement) -> None:
        self._statement = statement

    def run(self, conn: Connection, values: Mapping[str, Any]) -> Row | None:
        """Run it, and give the first row, if there is one. Raises what SQLAlchemy would."""
        return self.later(conn, values)()

    def all(self, conn: Connection, values: Mapping[str, Any]) -> list[Row]:
        """Run it, and give every row. Raises what SQLAlchemy would."""
        compiled = self._compiled_for(conn)
        pipeline = conn.info.get(Pipeline)
        if pipeline is None:
            return [compiled.read(row) for row in _rows_now(conn, compiled, values)]
        with as_sqlalchemy(conn):
            return [compiled.read(row) for row in pipeline.rows(pipeline.add(compiled.sql, compiled.bound(values)))]

    def later(self, conn: Connection, values: Mapping[str, Any]) -> Callable[[], Row | None]:
        """Run it by the time its first row is asked for, another statement is run, or the work is committed.

        On PostgreSQL it goes to the server together with what is run then, and what is wrong with it is raised only then.
        """
        compiled = self._compiled_for(conn)
        pipeline = conn.info.get(Pipeline)
        if pipeline is None:
            row = compiled.first(_rows_now(conn, compiled, values))
            return lambda: row
        with as_sqlalchemy(conn):
            sent = pipeline.add(compiled.sql, compiled.bound(values))
        return partial(_first_of, conn, compiled, pipeline, sent)

    def _compiled_for(self, conn: Connection) -> _Compiled:
        """Give it as this connection runs it, in a transaction."""
        found: _Compiled | None = conn.info.get(self)
        if found is None:
            found = conn.info[self] = self._compiled(conn)
        if not conn.in_transaction():
            conn.begin()
        return found

    def _compiled(self, conn: Connection) -> _Compiled:
        dialect = conn.dialect
        compiled = self._statement.compile(dialect=NUMBERED if Pipeline in conn.info else dialect)
        if not isinstance(compiled, SQLCompiler) or not compiled.positional:
            raise PreparedError(str(self._statement))
        if compiled.insert_prefetch or compiled.update_prefetch or compiled.post_compile_params:
            raise PreparedError(str(self._statement))
        types = {name: bind.type.dialect_impl(dialect) for name, bind in compiled.binds.items()}
        columns = [column.type.dialect_impl(dialect) for column in self._statement.exported_columns]
        return _Compiled(
            sql=compiled.string,
            literals={name: bind.value for name, bind in compiled.binds.items() if not bind.required},
            binds=tuple((name, types[name].bind_processor(dialect)) for name in compiled.positiontup or ()),
            columns=tuple(column.result_processor(dialect, None) for column in columns),
        )


def _rows_now(conn: Connection, compiled: _Compiled, values: Mapping[str, Any]) -> Sequence[Row]:
    cursor = conn.connection.cursor()
    try:
        cursor.execute(compiled.sql, compiled.bound(values))
        return cursor.fetchall() if compiled.columns else ()
    except conn.dialect.loaded_dbapi.Error as error:
        raise _wrapped(conn, compiled.sql, error) from error
    finally:
        cursor.close()


def _first_of(conn: Connection, compiled: _Compiled, pipeline: Pipeline, sent: Sent) -> Row | None:
    with as_sqlalchemy(conn):
        return compiled.first(pipeline.rows(sent))


def send_waiting(conn: Connection, *, commit: bool = False) -> None:
    """Send what waits on a connection to PostgreSQL; with `commit`, the commit goes along. Raises what SQLAlchemy would."""
    pipeline = conn.info[Pipeline]
    with as_sqlalchemy(conn):
        pipeline.commit() if commit else pipeline.send()


@contextmanager
def as_sqlalchemy(conn: Connection) -> Iterator[None]:
    """Raise a driver's error as SQLAlchemy does."""
    try:
        yield
    except conn.dialect.loaded_dbapi.Error as error:
        raise _wrapped(conn, None, error) from error


def _wrapped(conn: Connection, sql: str | None, error: Exception) -> BaseException:
    """Give a driver's error as SQLAlchemy does; a connection that is gone is not used again."""
    dialect = conn.dialect
    gone = dialect.is_disconnect(error, conn.connection.dbapi_connection, None)  # type: ignore[arg-type]  # the driver's own kind of error
    if gone:
        conn.invalidate(error)
    return DBAPIError.instance(sql, None, error, dialect.loaded_dbapi.Error, True, gone, dialect)
