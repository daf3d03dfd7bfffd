"""Where the bots under load keep what they know: a fresh database for each, on the same disk, every commit durable."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import psycopg
from sqlalchemy import make_url

from tests.clusters import address, cluster, create_all

DURABLE = ("max_connections=100", "listen_addresses=")
"""All else is left as PostgreSQL comes: fsync and synchronous_commit are on."""

_numbers = count(1)


@dataclass(frozen=True)
class Place:
    """A kind of database, and how to get a fresh one, with our tables, for a while. Gives its address."""

    name: str
    fresh: Callable[[], AbstractContextManager[str]]


@contextmanager
def on_sqlite(folder: Path) -> Iterator[Place]:
    """Files in a folder of their own, gone afterwards."""

    @contextmanager
    def fresh() -> Iterator[str]:
        with TemporaryDirectory(prefix=".bench-", dir=folder) as place:
            url = f"sqlite:///{Path(place).absolute()}/bench.db"
            create_all(url)
            yield url

    yield Place(f"SQLite {sqlite3.sqlite_version}, WAL, synchronous=FULL", fresh)


@contextmanager
def on_postgresql(server: str) -> Iterator[Place]:
    """Databases on a server: `auto` for one of our own, gone afterwards, or the address of a database whose user may make others."""
    if server == "auto":
        with cluster(DURABLE) as directory:
            yield _on_server(address(directory, "postgres"))
    else:
        yield _on_server(server)


def _on_server(url: str) -> Place:
    with psycopg.connect(plain(url)) as conn:
        name = f"PostgreSQL {conn.info.server_version // 10_000}, fsync and synchronous_commit on"

    @contextmanager
    def fresh() -> Iterator[str]:
        made = f"niangjia_bench_{next(_numbers)}"
        with psycopg.connect(plain(url), autocommit=True) as conn:
            conn.execute(f"CREATE DATABASE {made}".encode())
            try:
                own = make_url(url).set(database=made).render_as_string(hide_password=False)
                create_all(own)
                yield own
            finally:
                conn.execute(f"DROP DATABASE {made} WITH (FORCE)".encode())

    return Place(name, fresh)


def plain(url: str) -> str:
    """Give a store's address as psycopg takes it."""
    return url.replace("postgresql+psycopg:", "postgresql:")


def commit_ms(url: str, commits: int = 200) -> float:
    """How long one commit of one row takes here, alone, in milliseconds: the median."""
    connection: sqlite3.Connection | psycopg.Connection
    if url.startswith("sqlite:"):
        connection = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
    else:
        connection = psycopg.connect(plain(url), autocommit=True)
    connection.execute("CREATE TABLE alone (number BIGINT)")
    took = []
    for _ in range(commits):
        began = time.perf_counter()
        connection.execute("INSERT INTO alone VALUES (1)")
        took.append(time.perf_counter() - began)
    connection.close()
    return 1000 * median(took)
