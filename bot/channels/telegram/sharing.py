"""What several processes with one token share on PostgreSQL: whose turn it is to send, and which of them polls.

Both are rows, and the database's clock tells the time. On SQLite one process serves the database, so that nothing need be shared.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from contextlib import suppress

import structlog
from sqlalchemy import Connection, text

from bot.channels.telegram.pace import Gaps, Turn
from bot.store import Store
from bot.store.errors import StoreError

ALL = "all"
LEASE_S = 6.0
"""So long after the death of the process that polls, another takes over."""
RENEW_S = LEASE_S / 3
SWEPT_EVERY = 1000

_begin = text("INSERT INTO telegram_turns (name, free_at) VALUES (:name, 'epoch') ON CONFLICT (name) DO NOTHING")
_left = text("SELECT extract(epoch FROM free_at - clock_timestamp()) FROM telegram_turns WHERE name = :name FOR UPDATE")
_next = text(
    "UPDATE telegram_turns SET free_at = greatest(free_at, clock_timestamp()) + make_interval(secs => :gap) WHERE name = :name "
    "RETURNING extract(epoch FROM free_at - make_interval(secs => :gap) - clock_timestamp())"
)
_sweep = text("DELETE FROM telegram_turns WHERE free_at < clock_timestamp() - interval '1 hour'")
_set = text("UPDATE telegram_turns SET free_at = clock_timestamp() + make_interval(secs => :until) WHERE name = :name")
_hold = text("UPDATE telegram_turns SET free_at = greatest(free_at, clock_timestamp() + make_interval(secs => :until)) WHERE name = :name")
_take = text(
    "INSERT INTO telegram_pollers (bot, holder, until) VALUES (:bot, :me, clock_timestamp() + make_interval(secs => :lease)) "
    "ON CONFLICT (bot) DO UPDATE SET holder = excluded.holder, until = excluded.until "
    "WHERE telegram_pollers.holder = :me OR telegram_pollers.until < clock_timestamp() RETURNING holder"
)
_leave = text("DELETE FROM telegram_pollers WHERE bot = :bot AND holder = :me")

log = structlog.get_logger(__name__)


class Shared:
    """The row in which the messages of all processes stand."""

    def __init__(self, store: Store) -> None:
        self._store, self._asked = store, 0

    async def ask(self, chat: str, gaps: Gaps) -> Turn:
        """A turn, one for all processes."""
        self._asked += 1
        if self._asked % SWEPT_EVERY == 0:
            await self._store.write(_swept)
        return await self._store.write(_turn, chat, gaps)

    async def hold(self, seconds: float) -> None:
        """Nobody sends for so long."""
        await self._store.write(_held, seconds)


def _turn(conn: Connection, chat: str, gaps: Gaps) -> Turn:
    for name in (chat, ALL):  # always in this order, so that two never wait for one another
        conn.execute(_begin, {"name": name})
    own = max(0.0, float(conn.execute(_left, {"name": chat}).scalar_one()))
    if own > 0:
        return Turn(is_given=False, wait_s=own)
    wait_s = max(0.0, float(conn.execute(_next, {"name": ALL, "gap": gaps.all_chats_s}).scalar_one()))
    conn.execute(_set, {"name": chat, "until": wait_s + gaps.of(chat)})
    return Turn(is_given=True, wait_s=wait_s)


def _swept(conn: Connection) -> None:
    conn.execute(_sweep)


def _held(conn: Connection, seconds: float) -> None:
    conn.execute(_begin, {"name": ALL})
    conn.execute(_hold, {"name": ALL, "until": seconds})


class OnlyOne:
    """Does something in one process at a time: another takes over within `LEASE_S` when that one dies, at once when it ends."""

    def __init__(self, store: Store, bot: str) -> None:
        self._store, self._values = store, {"bot": bot, "me": secrets.token_hex(8)}

    async def run(self, work: Callable[[], Awaitable[None]]) -> None:
        """Carry it out whenever it is this process's turn, until cancelled."""
        if self._store.dialect != "postgresql":
            await work()
            return
        is_told = False
        while True:
            if await self._holds():
                log.info("telegram_polling_here")
                is_told = False
                await self._while_held(work)
            elif not is_told:
                is_told = True
                log.info("telegram_polling_elsewhere", hint="another process polls with this token; this one takes over if that one ends")
            await asyncio.sleep(RENEW_S)

    async def _while_held(self, work: Callable[[], Awaitable[None]]) -> None:
        working = asyncio.ensure_future(work())
        try:
            while not working.done():
                await asyncio.wait([working], timeout=RENEW_S)
                if not working.done() and not await self._holds():
                    log.warning("telegram_polling_lost")
                    return
            await working
        finally:
            working.cancel()
            with suppress(asyncio.CancelledError, Exception):
                await working
            with suppress(StoreError):
                await asyncio.shield(self._store.write(self._leave))

    async def _holds(self) -> bool:
        """Whether it is this process's turn. A database that cannot be asked takes no updates either: then it is nobody's."""
        try:
            async with asyncio.timeout(LEASE_S - RENEW_S):
                return await self._store.write(self._take)
        except (StoreError, TimeoutError):
            return False

    def _take(self, conn: Connection) -> bool:
        return conn.execute(_take, {**self._values, "lease": LEASE_S}).first() is not None

    def _leave(self, conn: Connection) -> None:
        conn.execute(_leave, self._values)
