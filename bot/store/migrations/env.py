"""What alembic runs: one transaction under a lock, so that several processes may start at once on a database that is out of date."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from alembic.autogenerate import rewriter
from alembic.autogenerate.api import AutogenContext
from alembic.migration import MigrationContext
from alembic.operations import ops
from sqlalchemy import Connection, Engine

from bot.store import encryption, tables
from bot.store.append_only import APPEND_ONLY
from bot.store.migrate import load_tables
from bot.store.migrations.operations import AppendOnlyOp

LOCK = 0x6E69616E67  # any number nobody else takes

triggers = rewriter.Rewriter()


@triggers.rewrites(ops.CreateTableOp)
def with_triggers(_context: MigrationContext, _revision: Any, op: ops.CreateTableOp) -> list[ops.MigrateOperation]:
    """Let a table marked append-only get its triggers right after it is made."""
    return [op, AppendOnlyOp(op.table_name)] if op.info.get(APPEND_ONLY) else [op]


def render_item(kind: str, item: Any, autogen: AutogenContext) -> str | Literal[False]:
    """Write our types as what they are in the database, so that a migration does not lean on code that moves on."""
    if kind == "type" and isinstance(item, encryption.EncryptedText | encryption.EncryptedJson):
        return "sa.LargeBinary()"
    if kind == "type" and isinstance(item, tables.Moment):
        autogen.imports.add("from bot.store.tables import Moment")
        return "Moment()"
    return False


def run(connection: Connection) -> None:
    """Upgrade within one transaction."""
    context.configure(
        connection=connection,
        target_metadata=tables.metadata,
        render_as_batch=True,
        transactional_ddl=True,
        render_item=render_item,
        process_revision_directives=triggers,
    )
    with context.begin_transaction():
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")
        context.run_migrations()
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("COMMIT")


load_tables()
engine: Engine = context.config.attributes["engine"]
with engine.connect() as conn:
    run(conn)
