"""The one operation of ours that migrations know: `op.invoke(AppendOnlyOp("table"))` makes a table append-only."""

from __future__ import annotations

from alembic.autogenerate import renderers
from alembic.autogenerate.api import AutogenContext
from alembic.operations import MigrateOperation, Operations

from bot.store.append_only import trigger_statements


class AppendOnlyOp(MigrateOperation):
    """Give a table the triggers that refuse UPDATE and DELETE."""

    def __init__(self, table: str) -> None:
        self.table = table


@Operations.implementation_for(AppendOnlyOp)
def make_triggers(operations: Operations, operation: AppendOnlyOp) -> None:
    """Make the triggers in the database at hand."""
    for statement in trigger_statements(operation.table, operations.get_bind().dialect.name):
        operations.execute(statement)


@renderers.dispatch_for(AppendOnlyOp)
def render(context: AutogenContext, operation: AppendOnlyOp) -> str:
    """Write it into a generated migration."""
    context.imports.add("from bot.store.migrations.operations import AppendOnlyOp")
    return f"op.invoke(AppendOnlyOp({operation.table!r}))"
