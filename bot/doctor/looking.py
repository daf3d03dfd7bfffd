"""A connection that only looks: it makes no file and no table, waits for no lock, and disturbs no server."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, inspect, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from bot.doctor.finding import NotThereError, Patient
from bot.settings import Settings
from bot.store.encryption import bind_keyring
from bot.store.keyring import Keyring
from bot.store.migrate import load_tables

CONNECT_S = 5


def sqlite_path(url: str) -> Path | None:
    """The file of a SQLite address; none for another database."""
    address = make_url(url)
    return Path(address.database or "") if address.get_backend_name() == "sqlite" else None


def looking_engine(url: str) -> Engine:
    """An engine for looking. It raises whatever SQLAlchemy does once it is used."""
    path = sqlite_path(url)
    if path is None:
        options = f"-c timezone=UTC -c lock_timeout=3000 -c statement_timeout={CONNECT_S * 2000} -c default_transaction_read_only=on"
        return create_engine(url, poolclass=NullPool, hide_parameters=True, connect_args={"options": options, "connect_timeout": CONNECT_S})

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(f"file:{quote(str(path))}?mode=rw", uri=True, timeout=3, check_same_thread=False)
        connection.execute("PRAGMA query_only=ON")
        return connection

    return create_engine("sqlite://", poolclass=NullPool, hide_parameters=True, creator=connect)


@contextmanager
def looking(url: str, keyring: Keyring | None = None) -> Iterator[Connection]:
    """A connection; with a keyring, sealed columns can be read. Raises SQLAlchemyError."""
    engine = looking_engine(url)
    if keyring is not None:
        bind_keyring(engine.dialect, keyring)
    try:
        with engine.connect() as conn:
            yield conn
    finally:
        engine.dispose()


@contextmanager
def tables(patient: Patient, *needed: str, keyring: Keyring | None = None) -> Iterator[Connection]:
    """The same for what leans on tables. Raises NotThereError where there are none, or no database: another check says so."""
    load_tables()
    try:
        engine_url = patient.settings.database_url
        with looking(engine_url, keyring) as conn:
            if not set(needed) <= set(inspect(conn).get_table_names()):
                raise NotThereError
            yield conn
    except (SQLAlchemyError, sqlite3.Error, ArgumentError, ImportError) as error:
        raise NotThereError from error


def keyring_of(settings: Settings) -> Keyring | None:
    """The keys, if they are there and can be used; none is made."""
    try:
        if settings.niangjia_keys:
            return Keyring.from_json(settings.niangjia_keys.get_secret_value())
        return Keyring.from_json(settings.keys_file.read_text("utf-8"))
    except Exception:  # noqa: BLE001 - the check of the keys says what is wrong with them
        return None
