"""Real databases for the tests: SQLite files, and one throw-away PostgreSQL cluster for the whole run."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from itertools import count
from pathlib import Path

import psycopg
import pytest

from bot.store import Keyring, Store
from bot.store.migrate import load_tables, plain_engine
from bot.store.tables import metadata

QUICK = ("fsync=off", "full_page_writes=off", "synchronous_commit=off", "deadlock_timeout=50ms", "max_connections=200", "listen_addresses=")
SERVE = '"$0" "$@" & server=$!; cat > /dev/null; kill -QUIT $server; wait $server; cd /; rm -rf "$OLDPWD"'
"""The server lives as long as its standard input is open: however the test run ends, it ends too, and tidies up."""

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
    data = str(place / "data")
    make = [str(programs / "initdb"), "-D", data, "-U", "niangjia", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]
    serve = ["sh", "-c", SERVE, str(programs / "postgres"), "-D", data, "-k", str(place), *(f"--{option}" for option in QUICK)]
    subprocess.run([*run, *make], check=True, stdout=subprocess.DEVNULL, cwd=place)  # noqa: S603
    with (place / "log").open("wb") as log:
        server = subprocess.Popen([*run, *serve], stdin=subprocess.PIPE, stdout=log, stderr=log, cwd=place, start_new_session=True)  # noqa: S603
    try:
        with _first_connection(place) as conn:
            conn.execute("CREATE DATABASE template_niangjia")
        _create_all(_postgres_address(str(place), "template_niangjia"))
        yield str(place)
    finally:
        server.communicate()
        shutil.rmtree(place, ignore_errors=True)


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


def _first_connection(place: Path) -> psycopg.Connection:
    for _ in range(300):
        try:
            return psycopg.connect(f"host={place} user=niangjia dbname=postgres", autocommit=True)
        except psycopg.OperationalError:
            time.sleep(0.1)
    pytest.fail(f"PostgreSQL does not start:\n{(place / 'log').read_text()}", pytrace=False)


def _postgres_address(directory: str, name: str) -> str:
    return f"postgresql+psycopg://niangjia@/{name}?host={directory}"


def _create_all(url: str) -> None:
    load_tables()
    engine = plain_engine(url)
    metadata.create_all(engine)
    engine.dispose()
