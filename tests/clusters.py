"""A throw-away PostgreSQL server, and databases on it with all tables: for the tests, and for the bench."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psycopg

from bot.store.migrate import load_tables, plain_engine
from bot.store.tables import metadata

SERVE = '"$0" "$@" & server=$!; cat > /dev/null; kill -QUIT $server; wait $server; cd /; rm -rf "$OLDPWD"'
"""The server lives as long as its standard input is open: however the run ends, it ends too, and tidies up."""


class NoClusterError(Exception):
    """PostgreSQL is not installed, or does not start."""


@contextmanager
def cluster(options: Sequence[str], folder: str = "/tmp") -> Iterator[str]:  # noqa: S108  mkdtemp makes a place of its own there
    """Run a server with these options for a while. Gives its socket directory, whose path must be short."""
    programs = _programs()
    place = Path(tempfile.mkdtemp(prefix="niangjia-pg-", dir=folder))
    run = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    if run:
        shutil.chown(place, "postgres")
    data = str(place / "data")
    make = [str(programs / "initdb"), "-D", data, "-U", "niangjia", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]
    serve = ["sh", "-c", SERVE, str(programs / "postgres"), "-D", data, "-k", str(place), *(f"--{option}" for option in options)]
    subprocess.run([*run, *make], check=True, stdout=subprocess.DEVNULL, cwd=place)  # noqa: S603
    with (place / "log").open("wb") as log:
        server = subprocess.Popen([*run, *serve], stdin=subprocess.PIPE, stdout=log, stderr=log, cwd=place, start_new_session=True)  # noqa: S603
    try:
        _first_connection(place).close()
        yield str(place)
    finally:
        server.communicate()
        shutil.rmtree(place, ignore_errors=True)


def address(directory: str, name: str) -> str:
    """Give the address of a database on a cluster, as the store takes it."""
    return f"postgresql+psycopg://niangjia@/{name}?host={directory}"


@contextmanager
def database(directory: str, name: str, template: str = "template1") -> Iterator[str]:
    """Make a database on a cluster for a while. Gives its address."""
    with psycopg.connect(f"host={directory} user=niangjia dbname=postgres", autocommit=True) as conn:
        conn.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        yield address(directory, name)
        conn.execute(f"DROP DATABASE {name} WITH (FORCE)")


def restart(directory: str) -> None:
    """End a server as a crash would, and start it again. From then on it is ours to `stop`."""
    _control(directory, "restart", "-l", f"{directory}/data/restarted.log")


def stop(directory: str) -> None:
    """End a server that was restarted."""
    _control(directory, "stop")


def _control(directory: str, *what: str) -> None:
    run = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    command = [*run, str(_programs() / "pg_ctl"), *what, "-D", f"{directory}/data", "-m", "immediate", "-w"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=directory)  # noqa: S603


def create_all(url: str) -> None:
    """Make all tables, as they are declared now."""
    load_tables()
    engine = plain_engine(url)
    metadata.create_all(engine)
    engine.dispose()


def _programs() -> Path:
    homes = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    if homes:
        return homes[-1].parent
    if found := shutil.which("initdb"):
        return Path(found).parent
    raise NoClusterError("PostgreSQL is missing: apt-get install -y postgresql")


def _first_connection(place: Path) -> psycopg.Connection:
    for _ in range(300):
        try:
            return psycopg.connect(f"host={place} user=niangjia dbname=postgres", autocommit=True)
        except psycopg.OperationalError:
            time.sleep(0.1)
    raise NoClusterError(f"PostgreSQL does not start:\n{(place / 'log').read_text()}")
