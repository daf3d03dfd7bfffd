"""Carrying out jobs: handlers by kind, many at a time, with what is finished and what is taken next in one write."""

from __future__ import annotations

import asyncio
import random
import secrets
import traceback
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import PurePath
from typing import Any

import structlog
from sqlalchemy import Connection

from bot.jobs.queue import TRIES, Outcome, Taken, finish, next_due, renew_leases, take
from bot.jobs.tables import PAYLOAD
from bot.store import Store
from bot.store.errors import StoreError

log = structlog.get_logger(__name__)

FIRST_DELAY_S, LONGEST_DELAY_S = 2.0, 3600.0
LOOK_AGAIN_S = 5.0
AFTER_ERROR_S = 1.0


class Later(Exception):  # noqa: N818  raised to say it, not to report a fault
    """Try this job again after so many seconds. `counts=False` does not use up one of its tries."""

    def __init__(self, after_s: float, *, counts: bool = True) -> None:
        super().__init__(after_s, counts)
        self.after_s = after_s
        self.counts = counts


class Never(Exception):  # noqa: N818  the same
    """Give this job up: it is kept as dead with the reason, and its lane goes on."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Job:
    """A job being carried out; `attempts` counts this one too."""

    id: int
    kind: str
    payload: Mapping[str, Any]
    attempts: int


Handler = Callable[[Job], Awaitable[None]]


class Worker:
    """Carries out jobs of the kinds it has handlers for, several at a time. Any number of workers may share one database."""

    def __init__(
        self,
        store: Store,
        kinds: Mapping[str, Handler],
        clock: Callable[[], datetime],
        *,
        size: int = 64,
        lease_s: float = 60.0,
        grace_s: float = 10.0,
    ) -> None:
        self._store, self._kinds, self._clock = store, dict(kinds), clock
        self._size, self._lease_s, self._grace_s = size, lease_s, grace_s
        self._me = secrets.token_hex(8)
        self._running: dict[int, asyncio.Task[None]] = {}
        self._outcomes: list[Outcome] = []
        self._leased_at: datetime | None = None
        self._wake = asyncio.Event()
        self._stopping = False

    def nudge(self) -> None:
        """Look at the queue now."""
        self._wake.set()

    async def stop(self) -> None:
        """Take no more; `run` returns once what runs is finished or, after the grace, put back."""
        self._stopping = True
        self._wake.set()

    async def run(self) -> None:
        """Work until stopped. A database that cannot be reached is waited for."""
        self._store.on_commit.append(self.nudge)
        try:
            while not self._stopping:
                self._wake.clear()
                try:
                    pause = await self._round()
                except Exception as error:  # noqa: BLE001  the queue must outlive any database error
                    log.error("jobs_store_failed", error=_where(error))  # noqa: TRY400  no message: it may hold a name
                    await asyncio.sleep(AFTER_ERROR_S)
                    continue
                if pause > 0:
                    with suppress(TimeoutError):
                        await asyncio.wait_for(self._wake.wait(), pause)
        finally:
            self._store.on_commit.remove(self.nudge)
            await self._hand_back()

    async def _round(self) -> float:
        """Report what is finished, renew leases, take what is due: one write at most. Returns the seconds until the next look."""
        now = self._clock()
        upcoming = await self._store.read(next_due, self._kinds) if len(self._running) < self._size else None
        is_due = upcoming is not None and upcoming <= now
        if self._outcomes or is_due or self._renewal_in(now) <= 0:
            await self._exchange(now)
            return 0.0  # look again at once: a job done may have freed the next of its lane
        waits = [LOOK_AGAIN_S, self._renewal_in(now)]
        if upcoming is not None:
            waits.append((upcoming - now).total_seconds())
        return max(0.001, min(waits))

    async def _exchange(self, now: datetime) -> None:
        reported, running = list(self._outcomes), list(self._running)
        free = 0 if self._stopping else self._size - len(running)
        renew = running if self._renewal_in(now) <= 0 else []
        taken, kept = await self._store.write(self._exchange_work, reported, renew, free, now)
        self._outcomes = self._outcomes[len(reported) :]
        if renew:
            self._leased_at = now
        for lost in set(renew) - kept:
            if task := self._running.pop(lost, None):  # held up past its lease, another worker has it now
                task.cancel()
        for job in taken:
            self._leased_at = self._leased_at if self._running and self._leased_at else now
            self._running[job.id] = asyncio.create_task(self._try(job))

    def _exchange_work(
        self, conn: Connection, reported: list[Outcome], renew: list[int], free: int, now: datetime
    ) -> tuple[list[Taken], set[int]]:
        until = now + timedelta(seconds=self._lease_s)
        finish(conn, self._me, reported)
        kept = renew_leases(conn, self._me, renew, until) if renew else set()
        taken = take(conn, self._me, self._kinds, free, now, until) if free else []
        return taken, kept

    def _renewal_in(self, now: datetime) -> float:
        if not self._running or self._leased_at is None:
            return LOOK_AGAIN_S
        return self._lease_s / 3 - (now - self._leased_at).total_seconds()

    async def _try(self, taken: Taken) -> None:
        outcome = Outcome(taken.id)
        try:
            payload = PAYLOAD.process_result_value(taken.sealed, self._store.engine.dialect)
            await self._kinds[taken.kind](Job(taken.id, taken.kind, payload or {}, taken.attempts))
        except asyncio.CancelledError:
            if self._running.get(taken.id) is not asyncio.current_task():
                raise  # another worker has it
            outcome = Outcome(taken.id, due=self._clock(), back=1)
        except Later as later:
            outcome = self._later(taken, later.after_s, later.counts, "tries used up")
        except Never as never:
            outcome = Outcome(taken.id, reason=never.reason)
        except Exception as error:  # noqa: BLE001  the entrance of jobs: one that fails must not stop the others
            log.error("job_failed", job=taken.id, kind=taken.kind, attempts=taken.attempts, error=_where(error))  # noqa: TRY400  no message: it may hold a name
            outcome = self._later(taken, _delay_s(taken.attempts), True, _where(error))
        if self._running.get(taken.id) is asyncio.current_task():
            del self._running[taken.id]
        self._outcomes.append(outcome)
        self._wake.set()

    def _later(self, taken: Taken, after_s: float, counts: bool, reason: str) -> Outcome:
        if counts and taken.attempts >= TRIES:
            return Outcome(taken.id, reason=reason)
        return Outcome(taken.id, due=self._clock() + timedelta(seconds=after_s), back=0 if counts else 1)

    async def _hand_back(self) -> None:
        if self._running:
            await asyncio.wait(self._running.values(), timeout=self._grace_s)
        for task in (left := list(self._running.values())):
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        if self._outcomes:
            with suppress(StoreError):  # then the leases run out by themselves
                await self._store.write(finish, self._me, self._outcomes)


def _delay_s(attempts: int) -> float:
    return min(LONGEST_DELAY_S, FIRST_DELAY_S * 2.0 ** (attempts - 1)) * random.uniform(0.75, 1.25)  # noqa: S311


def _where(error: Exception) -> str:
    """Name an error and its place, without its message."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{type(error).__name__} at {PurePath(frames[-1].filename).name}:{frames[-1].lineno}" if frames else type(error).__name__
