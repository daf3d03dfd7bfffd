"""One process at a time serves a SQLite database, so that what a dead one left can be taken up at once.

The lock lies beside the database; the system lets go of it when the process ends, however it ends.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import make_url

from bot.store.errors import DatabaseInUse


@contextmanager
def alone(url: str) -> Iterator[bool]:
    """Keep other processes from serving this database. False for PostgreSQL, which many may share. Raises DatabaseInUse."""
    address = make_url(url)
    if address.get_backend_name() != "sqlite" or not address.database:
        yield False
        return
    path = Path(f"{address.database}.lock")
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise DatabaseInUse(address.database) from error
        yield True
