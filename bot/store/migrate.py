"""Bringing a database up to date, and writing the next migration from what the tables say now.

`migrate(url)` runs at every start. `python -m bot.store.migrate "what changes"` writes the next file of `migrations/versions/`.
"""

from __future__ import annotations

import sys
import tempfile
from contextlib import suppress
from importlib import import_module
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine
from sqlalchemy.pool import NullPool

HERE = Path(__file__).parent / "migrations"

TABLES = (
    "bot.jobs.tables",
    "bot.audit",
    "bot.members.tables",
    "bot.staff.tables",
    "bot.claims.tables",
    "bot.documents.tables",
    "bot.conversation.tables",
    "bot.channels.web.tables",
    "bot.channels.telegram.tables",
    "bot.console.tables",
)
"""Every module that declares tables. Named, not imported: the store is the lowest floor."""


def load_tables() -> None:
    """Import all tables into the one metadata."""
    for module in TABLES:
        with suppress(ImportError):  # until every package is there
            import_module(module)


def migrate(url: str) -> None:
    """Bring the database to the newest migration. Safe to run from several processes at once."""
    engine = plain_engine(url)
    try:
        command.upgrade(_config(engine), "head")
    finally:
        engine.dispose()


def make_migration(message: str) -> Path:
    """Write the next migration: what it takes from the newest one to the tables as they are declared now."""
    with tempfile.TemporaryDirectory() as scratch:
        url = f"sqlite:///{scratch}/scratch.db"
        engine = plain_engine(url)
        config = _config(engine)
        versions = list(ScriptDirectory.from_config(config).walk_revisions())
        if versions:
            command.upgrade(config, "head")
        made = command.revision(config, message, autogenerate=True, rev_id=f"{len(versions) + 1:04d}")
        engine.dispose()
    if made is None or isinstance(made, list):
        raise RuntimeError("one revision was to be written")
    return Path(made.path)


def plain_engine(url: str) -> Engine:
    """Make an engine for schema changes, which begins its transactions itself and waits its turn."""
    if url.startswith("sqlite:"):
        return create_engine(url, poolclass=NullPool, connect_args={"timeout": 60, "isolation_level": None})
    return create_engine(url, poolclass=NullPool)


def _config(engine: Engine) -> Config:
    config = Config()
    config.set_main_option("script_location", str(HERE).replace("%", "%%"))
    config.attributes["engine"] = engine
    return config


if __name__ == "__main__":
    sys.stdout.write(f"{make_migration(' '.join(sys.argv[1:]) or 'change')}\n")
