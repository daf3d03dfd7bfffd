"""Where the peers keep their conversations: one row a chat, committed for every update before it counts as taken."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg

from bench.conversation.places import plain

TABLE = "CREATE TABLE IF NOT EXISTS kept (chat TEXT PRIMARY KEY, state TEXT, data TEXT)"
KEEP = "INSERT INTO kept VALUES (?, ?, ?) ON CONFLICT (chat) DO UPDATE SET state = excluded.state, data = excluded.data"
THREADS = 8
"""As many connections to PostgreSQL as the store of this project has."""


class Kept:
    """Threads with a connection each, so that a commit holds up only its own update: one for SQLite, which has one writer."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._on_sqlite = url.startswith("sqlite:")
        self._keep = KEEP if self._on_sqlite else KEEP.replace("?", "%s")
        self._own = threading.local()
        self._connections: list[sqlite3.Connection | psycopg.Connection] = []
        self._connect().execute(TABLE)
        self._threads = ThreadPoolExecutor(1 if self._on_sqlite else THREADS, initializer=self._connect)

    async def keep(self, chat: int, state: str | None, data: Mapping[str, Any]) -> None:
        """Commit. Returns once it is durable."""
        await asyncio.get_running_loop().run_in_executor(self._threads, self._write, str(chat), state, json.dumps(data))

    def close(self) -> None:
        """Let go of the database."""
        self._threads.shutdown()
        for connection in self._connections:
            connection.close()

    def _connect(self) -> sqlite3.Connection | psycopg.Connection:
        self._own.connection = connection = self._on_a_file() if self._on_sqlite else self._on_a_server()
        self._connections.append(connection)
        return connection

    def _on_a_file(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._url.removeprefix("sqlite:///"), isolation_level=None, check_same_thread=False)
        for pragma in ("journal_mode=WAL", "synchronous=FULL"):
            connection.execute(f"PRAGMA {pragma}")
        return connection

    def _on_a_server(self) -> psycopg.Connection:
        return psycopg.connect(plain(self._url), autocommit=True)

    def _write(self, chat: str, state: str | None, data: str) -> None:
        self._own.connection.execute(self._keep, (chat, state, data))
