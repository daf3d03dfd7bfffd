"""The database: can it be reached, is it up to date, is it whole, and does it keep what it says it keeps."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from bot.doctor.finding import Finding, NotThereError, Patient, fine, warning, wrong
from bot.doctor.looking import looking, sqlite_path
from bot.doctor.threads import in_thread
from bot.store.migrate import HERE, load_tables
from bot.store.sqlite import make_engine
from bot.store.tables import metadata

OLDEST_POSTGRESQL = 14
FAILURES = (SQLAlchemyError, sqlite3.Error, ArgumentError, ImportError)
FULL = 2
"""What SQLite calls synchronous=FULL."""


async def database(patient: Patient) -> list[Finding]:
    """Whether it can be reached."""
    return [await in_thread(_reached, patient.settings.database_url)]


async def migrations(patient: Patient) -> list[Finding]:
    """Whether its tables are those of this version."""
    return [await in_thread(_up_to_date, patient.settings.database_url)]


async def integrity(patient: Patient) -> list[Finding]:
    """Whether its file is whole. PostgreSQL looks after its own."""
    return await in_thread(lambda: list(_whole(patient.settings.database_url)))


async def durability(patient: Patient) -> list[Finding]:
    """Whether what was committed is still there after a power cut."""
    return await in_thread(lambda: list(_durable(patient.settings.database_url))) or [fine("durability")]


def _reached(url: str) -> Finding:
    try:
        path = sqlite_path(url)
        if path is not None and not path.exists():
            return warning("database", "not_yet", path=str(path))
        with looking(url) as conn:
            version = ".".join(str(part) for part in conn.dialect.server_version_info or ())
            conn.exec_driver_sql("SELECT 1 FROM sqlite_master" if path else "SELECT 1")
    except FAILURES as error:
        return wrong("database", "unreachable", error=_said(error))
    if path is None and int(version.split(".")[0]) < OLDEST_POSTGRESQL:
        return warning("database", "old", version=version, oldest=OLDEST_POSTGRESQL)
    return fine("database", name="SQLite" if path else "PostgreSQL", version=version)


def _up_to_date(url: str) -> Finding:
    load_tables()
    newest = set(ScriptDirectory(str(HERE)).get_heads())
    with _there(url) as conn:
        found = set(MigrationContext.configure(conn).get_current_heads())
        missing = sorted(set(metadata.tables) - set(inspect(conn).get_table_names()))
    if not found:
        return warning("migrations", "none")
    if found != newest:
        known = {script.revision for script in ScriptDirectory(str(HERE)).walk_revisions()}
        return (warning if found <= known else wrong)(
            "migrations", "older" if found <= known else "newer", found=", ".join(sorted(found)), newest=", ".join(sorted(newest))
        )
    return wrong("migrations", "missing", tables=", ".join(missing)) if missing else fine("migrations", found=", ".join(found))


def _whole(url: str) -> Iterator[Finding]:
    path = sqlite_path(url)
    if path is None or not path.exists():
        return
    try:
        with looking(url) as conn:
            said = str(conn.exec_driver_sql("PRAGMA quick_check(1)").scalar_one())
    except FAILURES as error:
        said = _said(error)
    yield fine("integrity") if said == "ok" else wrong("integrity", "broken", said=said.splitlines()[-1])


def _durable(url: str) -> Iterator[Finding]:
    path = sqlite_path(url)
    with _there(url) as conn:
        if path is None:
            yield from _postgresql(conn)
            return
        mode = conn.exec_driver_sql("PRAGMA journal_mode").scalar_one()
    if mode != "wal":
        yield warning("durability", "no_wal", mode=mode)
        return
    engine = make_engine(url)
    with engine.connect() as conn:
        synchronous = conn.exec_driver_sql("PRAGMA synchronous").scalar_one()
    engine.dispose()
    if synchronous < FULL:
        yield wrong("durability", "not_synchronous")


def _postgresql(conn: Connection) -> Iterator[Finding]:
    for name in ("fsync", "full_page_writes", "synchronous_commit"):
        if conn.exec_driver_sql(f"SHOW {name}").scalar_one() == "off":
            yield wrong("durability", "off", name=name)


@contextmanager
def _there(url: str) -> Iterator[Connection]:
    """`looking`, for what leans on a database that can be used: otherwise NotThereError, since another check says so."""
    try:
        with looking(url) as conn:
            yield conn
    except FAILURES as error:
        raise NotThereError from error


def _said(error: BaseException) -> str:
    """The first line of what the driver says: host and user, never the password."""
    orig = getattr(error, "orig", None) or error
    return (str(orig).strip() or type(orig).__name__).splitlines()[0]
