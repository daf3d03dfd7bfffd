"""Statements on the path of every message: compiled once, then run by the driver itself, with the column types at both ends as ever.

SQLAlchemy sets up each execution anew, which takes several times as long as the database needs for one small row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Delete, Insert, Select, Update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.compiler import SQLCompiler

Statement = Select[Any] | Insert | Update | Delete
Convert = Callable[[Any], Any] | None


class PreparedError(TypeError):
    """A statement that only SQLAlchemy itself can run."""


@dataclass(frozen=True, slots=True)
class _Compiled:
    sql: str
    positional: bool
    literals: Mapping[str, Any]
    binds: tuple[tuple[str, Convert], ...]
    columns: tuple[Convert, ...]

    def bound(self, values: Mapping[str, Any]) -> Any:
        given = {**self.literals, **values}
        if self.positional:
            return [given[name] if convert is None else convert(given[name]) for name, convert in self.binds]
        return {name: given[name] if convert is None else convert(given[name]) for name, convert in self.binds}

    def read(self, row: Any) -> tuple[Any, ...]:
        return tuple([value if convert is None else convert(value) for value, convert in zip(row, self.columns, strict=True)])


class Prepared:
    """One statement whose values are all given by name. Every column of an insert must be spelt out: defaults are not looked up."""

    def __init__(self, statement: Statement) -> None:
        self._statement = statement

    def run(self, conn: Connection, values: Mapping[str, Any]) -> tuple[Any, ...] | None:
        """Run it, and give the first row, if there is one. Raises what SQLAlchemy would."""
        compiled = conn.info.get(self)
        if compiled is None:
            compiled = conn.info[self] = self._compiled(conn)
        if not conn.in_transaction():
            conn.begin()
        cursor = conn.connection.cursor()
        try:
            cursor.execute(compiled.sql, compiled.bound(values))
            rows = cursor.fetchall() if compiled.columns else ()
        except conn.dialect.loaded_dbapi.Error as error:
            raise _wrapped(conn, cursor, compiled.sql, error) from error
        finally:
            cursor.close()
        return compiled.read(rows[0]) if rows else None

    def _compiled(self, conn: Connection) -> _Compiled:
        dialect = conn.dialect
        compiled = self._statement.compile(dialect=dialect)
        if not isinstance(compiled, SQLCompiler) or compiled.insert_prefetch or compiled.update_prefetch or compiled.post_compile_params:
            raise PreparedError(str(self._statement))
        names = list(compiled.positiontup or ()) if compiled.positional else list(compiled.binds)
        types = {name: bind.type.dialect_impl(dialect) for name, bind in compiled.binds.items()}
        columns = [column.type.dialect_impl(dialect) for column in self._statement.exported_columns]
        return _Compiled(
            sql=compiled.string,
            positional=compiled.positional,
            literals={name: bind.value for name, bind in compiled.binds.items() if not bind.required},
            binds=tuple((name, types[name].bind_processor(dialect)) for name in names),
            columns=tuple(column.result_processor(dialect, None) for column in columns),
        )


def _wrapped(conn: Connection, cursor: Any, sql: str, error: Exception) -> BaseException:
    """Give a driver's error as SQLAlchemy does; a connection that is gone is not used again."""
    dialect = conn.dialect
    gone = dialect.is_disconnect(error, conn.connection.dbapi_connection, cursor)  # type: ignore[arg-type]  # the driver's own kind of error
    if gone:
        conn.invalidate(error)
    return DBAPIError.instance(sql, None, error, dialect.loaded_dbapi.Error, True, gone, dialect)
