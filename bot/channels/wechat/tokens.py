"""The access token: one for all processes, kept in a row, renewed before it ends by one of them at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

import structlog
from sqlalchemy import Connection, or_, select, update

from bot.channels.wechat.faults import Refusal, Silence
from bot.channels.wechat.tables import wechat_tokens
from bot.store import Store
from bot.store.tables import insert_new

EARLY = timedelta(minutes=5)
"""WeChat itself gives out the next one so long before the end, and takes both until then."""

RENEWING = timedelta(seconds=12)
"""A renewal takes no longer; after it, the process that began it must have died."""

LOOK_AGAIN_S, PATIENCE_S = 0.2, 15.0
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Renewed:
    """A token as WeChat gives it out."""

    text: str
    expires_in_s: float


@dataclass(frozen=True)
class Token:
    """A token in force as far as we know."""

    text: str
    serial: int
    expires_at: datetime


class Renew(Protocol):
    """Asks WeChat for the token."""

    def __call__(self, *, force: bool) -> Awaitable[Renewed]:
        """The one in force or, with `force`, a new one."""


class Tokens:
    """The token of one account."""

    def __init__(self, store: Store, app_id: str, renew: Renew, clock: Callable[[], datetime]) -> None:
        self._store, self._app_id, self._renew, self._clock = store, app_id, renew, clock
        self._known: Token | None = None
        self._forced: str | None = None

    async def current(self) -> Token:
        """A token in force. Raises Refusal or Silence if there is none to be had."""
        now = self._clock()
        if self._known is not None and now < self._known.expires_at - EARLY:
            return self._known
        async with asyncio.timeout(PATIENCE_S):
            return await self._from_store()

    async def refused(self, token: Token) -> None:
        """WeChat does not take this one any more: the next `current` gives another."""
        self._known = None
        await self._store.write(_end, self._app_id, token.serial, self._clock())
        self._forced = token.text

    async def keep_fresh(self) -> None:
        """Renew the token before it ends, until cancelled."""
        while True:
            pause = 30.0
            try:
                token = await self.current()
                pause = max(1.0, (token.expires_at - EARLY - self._clock()).total_seconds())
            except (Refusal, Silence, TimeoutError) as error:
                log.warning("wechat_token_failed", error=str(getattr(error, "code", type(error).__name__)))
            except Exception as error:  # noqa: BLE001 - the database is away: later, then
                log.warning("wechat_token_failed", error=type(error).__name__)
            await asyncio.sleep(min(pause, 600.0))

    async def _from_store(self) -> Token:
        while True:
            now = self._clock()
            token = await self._store.read(_kept, self._app_id)
            if token is not None and now < token.expires_at - EARLY:
                self._known = token
                return token
            if await self._store.write(_begin, self._app_id, now):
                return await self._renewed()
            if token is not None and now < token.expires_at:
                return token  # another process is about to renew it; this one holds until then
            await asyncio.sleep(LOOK_AGAIN_S)

    async def _renewed(self) -> Token:
        try:
            got = await self._renew(force=False)
            if got.text == self._forced:  # refused, and yet WeChat says it is the one in force
                got = await self._renew(force=True)
        except BaseException:
            await self._store.write(_give_up, self._app_id)
            raise
        ends = self._clock() + timedelta(seconds=got.expires_in_s)
        self._forced = None
        self._known = Token(got.text, await self._store.write(_keep, self._app_id, got.text, ends), ends)
        return self._known


def _kept(conn: Connection, app_id: str) -> Token | None:
    columns = (wechat_tokens.c.token, wechat_tokens.c.serial, wechat_tokens.c.expires_at)
    row = conn.execute(select(*columns).where(wechat_tokens.c.app_id == app_id)).one_or_none()
    return None if row is None or row.token is None else Token(row.token, row.serial, row.expires_at)


def _begin(conn: Connection, app_id: str, now: datetime) -> bool:
    """Whether this process is the one to renew it."""
    conn.execute(insert_new(conn, wechat_tokens).values(app_id=app_id, serial=0, expires_at=LONG_AGO, renewed_until=LONG_AGO))
    is_due = or_(wechat_tokens.c.expires_at <= now + EARLY, wechat_tokens.c.token.is_(None))
    free = (wechat_tokens.c.app_id == app_id) & (wechat_tokens.c.renewed_until <= now) & is_due
    return (
        conn.execute(update(wechat_tokens).where(free).values(renewed_until=now + RENEWING).returning(wechat_tokens.c.serial)).first()
        is not None
    )


def _keep(conn: Connection, app_id: str, token: str, ends: datetime) -> int:
    values = {"token": token, "serial": wechat_tokens.c.serial + 1, "expires_at": ends, "renewed_until": LONG_AGO}
    kept = update(wechat_tokens).where(wechat_tokens.c.app_id == app_id).values(**values).returning(wechat_tokens.c.serial)
    return int(conn.execute(kept).scalar_one())


def _give_up(conn: Connection, app_id: str) -> None:
    conn.execute(update(wechat_tokens).where(wechat_tokens.c.app_id == app_id).values(renewed_until=LONG_AGO))


def _end(conn: Connection, app_id: str, serial: int, now: datetime) -> None:
    this = (wechat_tokens.c.app_id == app_id) & (wechat_tokens.c.serial == serial)
    conn.execute(update(wechat_tokens).where(this).values(expires_at=now))
