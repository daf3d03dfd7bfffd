"""What a work is, and how the outcome of one run in a thread gets back to the coroutine that waits for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from bot.store.errors import StoreUnavailable, WorkBroken

Work = Callable[..., Any]
"""`def work(conn: Connection, *args) -> T`: synchronous, may run more than once, takes well under 200 ms."""


@dataclass(slots=True)
class Waiting:
    """One work, and the future somebody waits on."""

    work: Work
    args: tuple[Any, ...]
    future: asyncio.Future[Any]
    value: Any = None
    error: BaseException | None = None


def carriable(error: BaseException) -> BaseException:
    """Give the error as its caller gets it: a future refuses StopIteration, and a database that cannot be used has one name."""
    if isinstance(error, StopIteration):
        broken: BaseException = WorkBroken("a work raised StopIteration")
    elif isinstance(error, OperationalError):
        broken = StoreUnavailable(str(error.orig))
    else:
        return error
    broken.__cause__ = error
    return broken


def run(conn: Connection, waiting: Waiting) -> None:
    """Run a work outside any event loop and keep what came of it."""
    try:
        waiting.value = waiting.work(conn, *waiting.args)
    except BaseException as error:  # noqa: BLE001  whatever it is, it belongs to the one who waits
        waiting.error = carriable(error)


def settle(batch: list[Waiting], after: Callable[[], None] | None = None) -> None:
    """Hand every outcome over on its own event loop, and call `after` on the first of them."""
    by_loop: dict[asyncio.AbstractEventLoop, list[Waiting]] = {}
    for waiting in batch:
        by_loop.setdefault(waiting.future.get_loop(), []).append(waiting)
    for loop, waitings in by_loop.items():
        try:
            loop.call_soon_threadsafe(_resolve, waitings, after)
        except RuntimeError:  # that loop is closed: nobody waits there any more
            continue
        after = None


def _resolve(waitings: list[Waiting], after: Callable[[], None] | None) -> None:
    for waiting in waitings:
        if waiting.future.done():  # cancelled meanwhile
            continue
        if waiting.error is not None:
            waiting.future.set_exception(waiting.error)
        else:
            waiting.future.set_result(waiting.value)
    if after is not None:
        after()
