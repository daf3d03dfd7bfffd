"""Migrations: they make exactly the tables that the code declares, on both databases, whoever else starts at the same time."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text
from sqlalchemy.exc import DBAPIError

from bot.store.append_only import APPEND_ONLY
from bot.store.migrate import TABLES, load_tables, migrate, plain_engine
from bot.store.tables import metadata

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database without a single table."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/empty.db"
    url: str = request.getfixturevalue("postgres_url")
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as conn:
        conn.execute("DROP SCHEMA public CASCADE")
        conn.execute("CREATE SCHEMA public")
    return url


def differences(url: str) -> list[Any]:
    engine = plain_engine(url)
    with engine.connect() as conn:
        found: list[Any] = compare_metadata(MigrationContext.configure(conn, opts={"compare_type": True}), metadata)
    engine.dispose()
    return found


def test_the_migrations_make_exactly_the_tables_that_are_declared(empty_url: str) -> None:
    load_tables()

    migrate(empty_url)

    assert differences(empty_url) == []


def test_migrating_twice_changes_nothing(empty_url: str) -> None:
    migrate(empty_url)
    migrate(empty_url)

    assert differences(empty_url) == []


def test_several_processes_may_migrate_at_once(empty_url: str) -> None:
    command = [sys.executable, "-c", f"from bot.store.migrate import migrate; migrate({empty_url!r})"]

    children = [subprocess.Popen(command, cwd=ROOT) for _ in range(3)]  # noqa: S603

    assert [child.wait(60) for child in children] == [0, 0, 0]
    assert differences(empty_url) == []


def test_append_only_tables_are_append_only_after_migrating_too(empty_url: str) -> None:
    load_tables()
    migrate(empty_url)
    engine = plain_engine(empty_url)

    with engine.begin() as conn:
        conn.execute(text("INSERT INTO audit_seals (day, previous, hash) VALUES ('2026-11-23', '', '')"))
    with pytest.raises(DBAPIError, match="append-only"), engine.begin() as conn:
        conn.execute(text("DELETE FROM audit_seals"))

    marked = [table.name for table in metadata.tables.values() if table.info.get(APPEND_ONLY)]
    catalogue = "SELECT name FROM sqlite_master WHERE type = 'trigger'" if "sqlite" in empty_url else "SELECT tgname FROM pg_trigger"
    with engine.connect() as conn:
        triggers = set(conn.scalars(text(catalogue)))
    engine.dispose()
    last = "no_update" if "sqlite" in empty_url else "no_change"
    assert {f"{name}_{last}" for name in marked} <= triggers


def test_a_failed_migration_leaves_nothing_behind(empty_url: str) -> None:
    engine = plain_engine(empty_url)
    with engine.begin() as conn:
        conn.execute(text("CREATE TABLE jobs (id INTEGER)"))  # in the way

    with pytest.raises(DBAPIError, match="exists"):
        migrate(empty_url)

    assert set(inspect(engine).get_table_names()) <= {"jobs", "alembic_version"}
    engine.dispose()


def test_every_module_that_declares_tables_is_named() -> None:
    declaring = {".".join(path.relative_to(ROOT).with_suffix("").parts) for path in (ROOT / "bot").rglob("tables.py")}

    assert declaring - {"bot.store.tables"} <= set(TABLES)
