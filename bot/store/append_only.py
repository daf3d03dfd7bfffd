"""Tables that only grow: triggers refuse every UPDATE and DELETE, whether the table is made from the metadata or by a migration."""

from __future__ import annotations

from sqlalchemy import DDL, Table, event

APPEND_ONLY = "append_only"
"""The mark in a table's `info`, set by `append_only`; a generated migration then says `op.invoke(AppendOnlyOp("table"))`."""


def trigger_statements(table: str, dialect: str) -> list[str]:
    """Give the statements that make one table append-only."""
    if dialect == "sqlite":
        return [
            f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            for verb in ("UPDATE", "DELETE")
        ]
    refuse = f"$$ BEGIN RAISE EXCEPTION '{table} is append-only'; END $$"
    return [
        f"CREATE OR REPLACE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS {refuse}",
        f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_refuse()",
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION {table}_refuse()",
    ]


def append_only(table: Table) -> Table:
    """Mark a table, and let `metadata.create_all` make its triggers too."""
    table.info[APPEND_ONLY] = True
    for dialect in ("sqlite", "postgresql"):
        for statement in trigger_statements(table.name, dialect):
            event.listen(table, "after_create", DDL(statement).execute_if(dialect=dialect))  # type: ignore[no-untyped-call]  # SQLAlchemy has not typed it
    return table
