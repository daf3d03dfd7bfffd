"""Between the push and the database: each push is stored before it is confirmed, and confirmed in time, however slow the database is.

As long as the database answers, the reply goes with the confirmation. If it does not within a moment, the push is written to disk, and
then it can be confirmed; its reply is sent once the database is back. A push that can be kept nowhere is not confirmed.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Coroutine
from datetime import datetime
from functools import partial
from pathlib import Path, PurePath
from traceback import extract_tb
from typing import Any, TypeVar

import structlog

from bot.channels.wechat import passive, signatures
from bot.channels.wechat.passive import Answer
from bot.channels.wechat.receive import read
from bot.channels.wechat.signatures import Replayed
from bot.channels.wechat.spool import Spool
from bot.channels.wechat.take import Desk, Push, Repeated, again, give_up, take
from bot.jobs import noted
from bot.store import Store
from bot.store.errors import OutcomeUnknown, StoreClosed, StoreUnavailable

PATIENCE_S = 3.8
"""So long a push waits for its reply: WeChat gives it five seconds."""

DOUBT_S = 0.3
"""After so long the push is written to disk as well."""

CROWD, CROWDED_S = 4, 0.4
"""Where more than so many have come to that, nobody waits longer than so."""

LOOK_S = 0.05

KEEPING_S = 0.6
"""How long writing to disk may take beyond that."""

UNDER_WAY_AT_MOST = 20_000
TRIES = 3
PAUSE_S, LONGEST_PAUSE_S = 0.2, 5.0

T = TypeVar("T")

log = structlog.get_logger(__name__)


class NotKept(Exception):  # noqa: N818 - says what happened
    """The push could be stored nowhere: it must not be confirmed."""


class Inbox:
    """Takes pushes, from its making to `close`."""

    def __init__(self, store: Store, spool: Spool, desk: Desk, clock: Callable[[], datetime]) -> None:
        self._store, self._spool, self._desk, self._clock = store, spool, desk, clock
        self._under_way: set[asyncio.Task[Any]] = set()
        self._waiting = 0

    async def put(self, push: Push) -> Answer | None:
        """What to answer; none if that goes later by itself. Raises NotKept, Replayed."""
        if len(self._under_way) >= UNDER_WAY_AT_MOST:
            raise NotKept
        storing = self._begin(self._stored(push))
        keeping: asyncio.Task[Path] | None = None
        try:
            begun = asyncio.get_running_loop().time()
            if await _ends(storing, DOUBT_S):
                return storing.result()
            keeping = self._begin(self._spool.keep(push.name, push.arrived, push.fields))
            await self._wait(storing, begun)
            if storing.done():
                self._begin(self._settle_late(storing, keeping, is_answered=True))
                return storing.result()
            is_kept = await _ends(keeping, KEEPING_S) and keeping.exception() is None
        except asyncio.CancelledError:  # WeChat hung up, or the time is over
            self._begin(self._settle_late(storing, keeping, is_answered=False))
            raise
        self._begin(self._settle_late(storing, keeping, is_answered=False))
        if not is_kept:
            raise NotKept
        return None

    def seen(self, signature: str, arrived: datetime) -> None:
        """What it signed is nothing to take; but it must sign nothing else later."""
        self._begin(self._noted(partial(self._store.write, signatures.note, signature, arrived)))

    def written(self, answer: Answer, push: Push) -> None:
        """The answer has gone out."""
        self._begin(self._noted(partial(self._store.write, passive.given, answer, push.arrived, self._clock())))

    def unwritten(self, answer: Answer) -> None:
        """WeChat had hung up."""
        self._begin(self._noted(partial(self._store.write, passive.give_back, answer, self._clock())))

    async def recover(self) -> None:
        """Take what an earlier process had only on disk."""
        for path, arrived, fields in await asyncio.to_thread(lambda: list(self._spool.left())):
            try:
                if (received := read(fields)) is not None:
                    answer = await self._stored(Push(received, fields, None, arrived, secrets.token_hex(8)))
                    if answer is not None:
                        self.unwritten(answer)
                await self._spool.drop(path)
            except Exception as error:  # noqa: BLE001 - the file stays for the next start, and the others are taken
                log.error("wechat_spool_failed", path=path.name, error=type(error).__name__)  # noqa: TRY400 - no message: it may hold a name

    async def close(self, grace_s: float = 2.0) -> None:
        """Let what is under way come to its end; the rest is on disk, or was not confirmed."""
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=grace_s)
        for task in (left := list(self._under_way)):
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    async def _stored(self, push: Push) -> Answer | None:
        """Into the database, however long that takes. What fails by its own or our fault is tried three times, then kept aside."""
        failures, pause = 0, PAUSE_S
        while True:
            try:
                return await self._once(push)
            except (StoreClosed, Replayed):
                raise
            except (StoreUnavailable, OutcomeUnknown) as error:
                log.warning("wechat_push_waits", error=type(error).__name__)
                await asyncio.sleep(pause)
                pause = min(LONGEST_PAUSE_S, pause * 2)
            except Exception as error:  # noqa: BLE001 - the entrance of pushes: none may stop the others
                failures += 1
                if failures == TRIES:
                    return await self._give_up(push, error)

    async def _once(self, push: Push) -> Answer | None:
        try:
            return await self._store.write(take, push, self._desk, self._clock())
        except Repeated:
            return await self._store.write(again, push, self._desk, self._clock())

    async def _give_up(self, push: Push, error: Exception) -> Answer | None:
        error_id, place = secrets.token_hex(4), extract_tb(error.__traceback__)[-1]
        log.error(
            "wechat_push_failed",
            error_id=error_id,
            error=type(error).__name__,  # not its message, which may hold what the member wrote
            place=f"{PurePath(place.filename).name}:{place.lineno}",
        )
        return await self._store.write(give_up, push, error_id, self._desk, self._clock())

    async def _wait(self, storing: asyncio.Task[Answer | None], begun: float) -> None:
        loop = asyncio.get_running_loop()
        patience_s, self._waiting = PATIENCE_S, self._waiting + 1
        try:
            while loop.time() - begun < patience_s and not await _ends(storing, LOOK_S):
                if self._waiting > CROWD:
                    patience_s = CROWDED_S
        finally:
            self._waiting -= 1

    async def _settle_late(self, storing: asyncio.Task[Answer | None], keeping: asyncio.Task[Path] | None, *, is_answered: bool) -> None:
        """Once the database has the push, its file goes; an answer that comes too late is left to the worker."""
        await asyncio.wait({storing, keeping} if keeping else {storing})
        if storing.cancelled() or not isinstance(storing.exception(), Replayed | None):
            return  # the file stays: the next start takes it
        if keeping is not None and not keeping.cancelled() and keeping.exception() is None:
            await self._spool.drop(keeping.result())
        if storing.exception() is None and (answer := storing.result()) is not None and not is_answered:
            await self._noted(partial(self._store.write, passive.give_back, answer, self._clock()))

    async def _noted(self, write: Callable[[], Coroutine[Any, Any, None]]) -> None:
        try:
            await noted(write)
        except Exception as error:  # noqa: BLE001 - then the lease runs out, and the answer goes again
            log.warning("wechat_not_noted", error=type(error).__name__)

    def _begin(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        task = asyncio.create_task(work)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        task.add_done_callback(_looked_at)
        return task


def _looked_at(task: asyncio.Task[Any]) -> None:
    """Whoever waits hears of an error; where nobody does any more, asyncio must not complain of it."""
    if not task.cancelled():
        task.exception()


async def _ends(task: asyncio.Task[Any], within_s: float) -> bool:
    await asyncio.wait({task}, timeout=within_s)
    return task.done()
