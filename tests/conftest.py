"""Real databases for the tests: SQLite files, and one throw-away PostgreSQL cluster for the whole run."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Iterator
from itertools import count
from pathlib import Path

import hypothesis
import pytest

from bot.store import Keyring, Store
from tests.clusters import NoClusterError, cluster, create_all, database

QUICK = ("fsync=off", "full_page_writes=off", "synchronous_commit=off", "deadlock_timeout=50ms", "max_connections=200", "listen_addresses=")
_numbers = count(1)

ANY_MACHINE = hypothesis.settings(deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.register_profile("repeatable", ANY_MACHINE, derandomize=True)
hypothesis.settings.register_profile("explore", ANY_MACHINE)
hypothesis.settings.load_profile("repeatable")  # the same examples each time; `pytest --hypothesis-profile=explore` looks for new ones


@pytest.fixture(scope="session")
def keyring() -> Keyring:
    """Keys for this run."""
    return Keyring.generate()


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[str]:
    """The socket directory of a running PostgreSQL with a database `template_niangjia` that holds all tables."""
    try:
        with cluster(QUICK) as directory, database(directory, "template_niangjia") as template:
            create_all(template)
            yield directory
    except NoClusterError as error:
        pytest.fail(str(error), pytrace=False)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file that holds all tables."""
    path = tmp_path_factory.mktemp("template") / "template.db"
    create_all(f"sqlite:///{path}")
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
    with database(postgres_cluster, f"niangjia_{next(_numbers)}", "template_niangjia") as url:
        yield url


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
