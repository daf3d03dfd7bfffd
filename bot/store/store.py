"""The one door to the database: `await store.write(work, ...)` and `await store.read(work, ...)` with plain synchronous works."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, Protocol, Self, TypeVar

from sqlalchemy import Connection, Engine

from bot.store import postgresql, sqlite
from bot.store.encryption import bind_keyring
from bot.store.errors import StoreError
from bot.store.keyring import Keyring
from bot.store.works import Work

P = ParamSpec("P")
T = TypeVar("T")


class Lane(Protocol):
    """Where works queue and run."""

    def submit(self, work: Work, args: tuple[Any, ...]) -> asyncio.Future[Any]:
        """Queue a work; the future is settled once it is committed."""

    async def close(self) -> None:
        """Finish what waits."""


class Store:
    """A database in use, from `Store.open` to `close`."""

    def __init__(self, engine: Engine, keyring: Keyring) -> None:
        self.engine = engine
        self.keyring = keyring
        self.dialect = engine.dialect.name
        self.on_commit: list[Callable[[], None]] = []
        """Called on the event loop after each committed batch of writes."""
        bind_keyring(engine.dialect, keyring)
        self._writes, self._reads, self._reports = self._lanes()

    @classmethod
    def open(cls, url: str, keyring: Keyring) -> Self:
        """`sqlite:///path` or `postgresql+psycopg://...`; the tables must be there (see `bot.store.migrate`)."""
        if url.startswith("sqlite:"):
            return cls(sqlite.make_engine(url), keyring)
        if url.startswith("postgresql+psycopg:"):
            return cls(postgresql.make_engine(url), keyring)
        raise StoreError("a database address begins with sqlite: or postgresql+psycopg:")

    def _lanes(self) -> tuple[Lane, Lane, Lane]:
        engine = self.engine
        if self.dialect == "sqlite":
            return (
                sqlite.Lane(engine, "writes", writes=True, after_commit=self._committed),
                sqlite.Lane(engine, "reads", writes=False),
                sqlite.Lane(engine, "reports", writes=False),
            )
        return (
            postgresql.Lane(engine, "writes", threads=postgresql.THREADS, writes=True, after_commit=self._committed),
            postgresql.Lane(engine, "reads", threads=postgresql.THREADS, writes=False),
            postgresql.Lane(engine, "reports", threads=postgresql.REPORT_THREADS, writes=False),
        )

    async def write(self, work: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a work in a transaction. Returns once it is durable; if it raised, none of it is stored."""
        result: T = await self._writes.submit(bound(work, kwargs), args)
        return result

    async def read(self, work: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a work that only looks, on one snapshot."""
        result: T = await self._reads.submit(bound(work, kwargs), args)
        return result

    async def report(self, work: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Do the same as `read`, for what takes its time: it has a lane of its own and holds up nobody else."""
        result: T = await self._reports.submit(bound(work, kwargs), args)
        return result

    async def close(self) -> None:
        """Finish all works that wait, then let go of the database."""
        for lane in (self._writes, self._reads, self._reports):
            await lane.close()
        self.engine.dispose()

    def _committed(self) -> None:
        for callback in self.on_commit:
            callback()


def bound(work: Work, kwargs: dict[str, Any]) -> Work:
    """Give the work with its keyword arguments fixed."""
    return (lambda conn, *args: work(conn, *args, **kwargs)) if kwargs else work
