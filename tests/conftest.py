"""Real databases for the tests: SQLite files, and one throw-away PostgreSQL cluster for the whole run."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from itertools import count
from pathlib import Path

import psycopg
import pytest

from bot.store import Keyring, Store
from bot.store.migrate import load_tables, plain_engine
from bot.store.tables import metadata

QUICK = ("fsync=off", "full_page_writes=off", "synchronous_commit=off", "deadlock_timeout=50ms", "max_connections=200", "listen_addresses=")
_numbers = count(1)


@pytest.fixture(scope="session")
def keyring() -> Keyring:
    """Keys for this run."""
    return Keyring.generate()


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[str]:
    """The socket directory of a running PostgreSQL with a database `template_niangjia` that holds all tables."""
    programs = _postgres_programs()
    place = Path(tempfile.mkdtemp(prefix="niangjia-pg-", dir="/tmp"))
    run = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    if run:
        shutil.chown(place, "postgres")
    data = place / "data"
    options = [f"-k {place}", *(f"-c {option}" for option in QUICK)]
    make = [str(programs / "initdb"), "-D", str(data), "-U", "niangjia", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]
    start = [str(programs / "pg_ctl"), "-D", str(data), "-w", "-l", str(place / "log"), "-o", " ".join(options), "start"]
    stop = [str(programs / "pg_ctl"), "-D", str(data), "-m", "immediate", "stop"]
    subprocess.run([*run, *make], check=True, stdout=subprocess.DEVNULL, cwd=place)  # noqa: S603
    subprocess.run([*run, *start], check=True, stdout=subprocess.DEVNULL, cwd=place)  # noqa: S603
    try:
        with psycopg.connect(f"host={place} user=niangjia dbname=postgres", autocommit=True) as conn:
            conn.execute("CREATE DATABASE template_niangjia")
        _create_all(_postgres_address(str(place), "template_niangjia"))
        yield str(place)
    finally:
        subprocess.run([*run, *stop], check=True, stdout=subprocess.DEVNULL, cwd="/")  # noqa: S603
        shutil.rmtree(place)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file that holds all tables."""
    path = tmp_path_factory.mktemp("template") / "template.db"
    _create_all(f"sqlite:///{path}")
    return path


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A fresh SQLite database with all tables."""
    path = tmp_path / "niangjia.db"
    shutil.copy(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def postgres_url(postgres_cluster: str) -> Iterator[str]:
    """A fresh PostgreSQL database with all tables."""
    name = f"niangjia_{next(_numbers)}"
    with psycopg.connect(f"host={postgres_cluster} user=niangjia dbname=postgres", autocommit=True) as conn:
        conn.execute(f"CREATE DATABASE {name} TEMPLATE template_niangjia")
        yield _postgres_address(postgres_cluster, name)
        conn.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """Each database in turn."""
    url: str = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")
    return url


@pytest.fixture
async def store(database_url: str, keyring: Keyring) -> AsyncIterator[Store]:
    """An open store with all tables, on each database in turn."""
    opened = Store.open(database_url, keyring)
    yield opened
    await opened.close()


@pytest.fixture
async def sqlite_store(sqlite_url: str, keyring: Keyring) -> AsyncIterator[Store]:
    """An open store on SQLite alone, for tests of what does not depend on the database."""
    opened = Store.open(sqlite_url, keyring)
    yield opened
    await opened.close()


def _postgres_programs() -> Path:
    homes = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    if homes:
        return homes[-1].parent
    if found := shutil.which("initdb"):
        return Path(found).parent
    pytest.fail("PostgreSQL is missing: apt-get install -y postgresql", pytrace=False)


def _postgres_address(directory: str, name: str) -> str:
    return f"postgresql+psycopg://niangjia@/{name}?host={directory}"


def _create_all(url: str) -> None:
    load_tables()
    engine = plain_engine(url)
    metadata.create_all(engine)
    engine.dispose()
