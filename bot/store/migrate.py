"""Bringing a database up to date, and writing the next migration from what the tables say now.

`migrate(url)` runs at every start. `python -m bot.store.migrate "what changes"` writes the next file of `migrations/versions/`.
"""

from __future__ import annotations

import io
import subprocess
import sys
import tempfile
from importlib import import_module
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, make_url
from sqlalchemy.pool import NullPool

HERE = Path(__file__).parent / "migrations"

TABLES = (
    "bot.jobs.tables",
    "bot.audit",
    "bot.members.tables",
    "bot.staff.tables",
    "bot.linking.tables",
    "bot.claims.tables",
    "bot.threads.tables",
    "bot.documents.tables",
    "bot.reminders.tables",
    "bot.broadcast.tables",
    "bot.conversation.tables",
    "bot.channels.tables",
    "bot.channels.web.tables",
    "bot.channels.telegram.tables",
    "bot.channels.wechat.tables",
    "bot.channels.wecom.tables",
)
"""Every module that declares tables. Named, not imported: the store is the lowest floor."""


def load_tables() -> None:
    """Import all tables into the one metadata."""
    for module in TABLES:
        import_module(module)


def migrate(url: str) -> None:
    """Bring the database to the newest migration. Safe to run from several processes at once."""
    if url.startswith("sqlite:"):
        Path(make_url(url).database or "").parent.mkdir(parents=True, exist_ok=True)
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
    path = Path(made.path)
    lines = [line for line in path.read_text("utf-8").splitlines(keepends=True) if "# ###" not in line]
    path.write_text("".join(lines), "utf-8")
    for step in (["format"], ["check", "--fix"], ["format"]):
        subprocess.run([sys.executable, "-m", "ruff", *step, "--quiet", str(path)], check=False)  # noqa: S603  our own file
    return path


def plain_engine(url: str) -> Engine:
    """Make an engine for schema changes, which begins its transactions itself and waits its turn."""
    if url.startswith("sqlite:"):
        return create_engine(url, poolclass=NullPool, hide_parameters=True, connect_args={"timeout": 60, "isolation_level": None})
    return create_engine(url, poolclass=NullPool, hide_parameters=True)


def _config(engine: Engine) -> Config:
    config = Config(stdout=io.StringIO())
    config.set_main_option("script_location", str(HERE).replace("%", "%%"))
    config.attributes["engine"] = engine
    return config


if __name__ == "__main__":
    sys.stdout.write(f"{make_migration(' '.join(sys.argv[1:]) or 'change')}\n")
