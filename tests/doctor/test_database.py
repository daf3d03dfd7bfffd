"""Databases that are not there, too new, too old, damaged or careless, on real files and a real PostgreSQL."""

# ruff: noqa: ASYNC240  a test may wait for a small file

from __future__ import annotations

import sqlite3
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from bot.doctor.database import database, durability, integrity, migrations
from bot.doctor.finding import NotThereError, Patient
from bot.store.migrate import migrate
from tests.doctor.asking import ask, free_port, said, settings


@pytest.fixture
def migrated(tmp_path: Path) -> Path:
    """A SQLite database as a start leaves it."""
    path = tmp_path / "niangjia.db"
    migrate(f"sqlite:///{path}")
    with sqlite3.connect(path) as conn:
        conn.execute("PRAGMA journal_mode=WAL")
    conn.close()
    return path


def patient(path: Path) -> Patient:
    return Patient(settings(path.parent, database_url=f"sqlite:///{path}"))


async def test_a_database_as_a_start_leaves_it_is_fine(migrated: Path) -> None:
    for check in (database, migrations, durability, integrity):
        assert await ask(check, patient(migrated)) == [("ok", "ok")]


async def test_a_postgresql_is_fine_once_it_is_migrated(postgres_url: str, tmp_path: Path) -> None:
    seen = Patient(settings(tmp_path, database_url=postgres_url))
    assert await ask(database, seen) == [("ok", "ok")]
    assert await ask(migrations, seen) == [("warning", "none")]  # the tests' own tables were made without migrations
    assert await ask(integrity, seen) == []


async def test_looking_makes_no_file(tmp_path: Path) -> None:
    seen = patient(tmp_path / "none" / "niangjia.db")

    assert await ask(database, seen) == [("warning", "not_yet")]
    assert await ask(integrity, seen) == []
    for check in (migrations, durability):
        with pytest.raises(NotThereError):
            await check(seen)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("url", ["mysql://somewhere/niangjia", "nonsense", "postgresql://nobody@127.0.0.1:{port}/niangjia"])
async def test_a_database_that_cannot_be_reached_is_wrong(tmp_path: Path, url: str) -> None:
    seen = Patient(settings(tmp_path, database_url=url.format(port=free_port())))

    assert await ask(database, seen) == [("wrong", "unreachable")]


async def test_a_refused_password_stands_in_no_line(postgres_url: str, tmp_path: Path) -> None:
    url = make_url(postgres_url).set(username="nobody", password="tell-nobody").render_as_string(hide_password=False)

    (finding,) = await database(Patient(settings(tmp_path, database_url=url)))

    assert finding.what == "unreachable"
    assert "nobody" in said(finding)
    assert "tell-nobody" not in said(finding)


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("UPDATE alembic_version SET version_num = '9999'", ("wrong", "newer")),
        ("DROP TABLE alembic_version", ("warning", "none")),
        ("DROP TABLE claim_numbers", ("wrong", "missing")),
    ],
)
async def test_tables_of_another_version_are_named(migrated: Path, statement: str, found: tuple[str, str]) -> None:
    with sqlite3.connect(migrated) as conn:
        conn.execute(statement)
    conn.close()

    assert await ask(migrations, patient(migrated)) == [found]


async def test_a_damaged_file_is_wrong(migrated: Path) -> None:
    with migrated.open("r+b") as file:
        file.seek(4096 * 3)
        file.write(b"\xff" * 4096 * 20)

    assert await ask(integrity, patient(migrated)) == [("wrong", "broken")]


async def test_a_file_that_is_no_database_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "niangjia.db").write_text("shopping list " * 1000)

    assert await ask(database, patient(tmp_path / "niangjia.db")) == [("wrong", "unreachable")]
    assert await ask(integrity, patient(tmp_path / "niangjia.db")) == [("wrong", "broken")]


async def test_a_database_that_does_not_write_ahead_is_named(migrated: Path) -> None:
    with sqlite3.connect(migrated) as conn:
        conn.execute("PRAGMA journal_mode=DELETE")
    conn.close()

    assert await ask(durability, patient(migrated)) == [("warning", "no_wal")]


async def test_a_postgresql_that_loses_data_in_a_power_cut_is_wrong(postgres_url: str, tmp_path: Path) -> None:
    name = make_url(postgres_url).database
    with psycopg.connect(postgres_url.replace("+psycopg", ""), autocommit=True) as conn:
        conn.execute(f"ALTER DATABASE {name} SET synchronous_commit = off")

    findings = await durability(Patient(settings(tmp_path, database_url=postgres_url)))

    # the tests' cluster runs without fsync, so that this is seen on a real one
    assert {finding.figures["name"] for finding in findings} == {"fsync", "full_page_writes", "synchronous_commit"}
    assert {finding.level.value for finding in findings} == {"wrong"}


async def test_a_database_in_use_is_looked_at_all_the_same(migrated: Path) -> None:
    writer = sqlite3.connect(migrated, isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    writer.execute("INSERT INTO claim_numbers VALUES ('2611', 1)")
    try:
        for check in (database, migrations, durability, integrity):
            assert await ask(check, patient(migrated)) == [("ok", "ok")]
    finally:
        writer.close()
