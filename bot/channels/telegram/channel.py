"""Telegram as the rest of the bot sees it: a channel that receives, sends, and has a few jobs of its own."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from functools import partial
from pathlib import PurePath
from traceback import extract_tb
from typing import Any
from urllib.parse import urlsplit

import structlog
from aiohttp import web
from telegram import Update
from telegram.error import RetryAfter, TelegramError

from bot.channels.telegram import faults, files, groups, keyboards, posts
from bot.channels.telegram.client import make_bot
from bot.channels.telegram.pace import Pace
from bot.channels.telegram.polling import RawUpdate, chat_of, poll
from bot.channels.telegram.profile import introduce
from bot.channels.telegram.receive import CHANNEL, read
from bot.channels.telegram.render import Wording
from bot.channels.telegram.send import Sender
from bot.channels.telegram.sharing import OnlyOne, Shared
from bot.channels.telegram.take import FAILED, Repeated, Step, failed, give_up, take
from bot.channels.telegram.webhook import Registered, webhook
from bot.claims import posted
from bot.jobs import Handler, Job
from bot.message import Chat, Notice
from bot.settings import Settings
from bot.store import Store
from bot.store.errors import OutcomeUnknown, StoreClosed, StoreUnavailable

TRIES = 3
AWAY = (StoreUnavailable, OutcomeUnknown, StoreClosed)
"""The database cannot be used: nobody's fault. What else the store reports, a row that no key opens say, lies with one update."""

log = structlog.get_logger(__name__)


class Telegram:
    """One bot on Telegram, from its making to `close`. `run` receives until cancelled."""

    name = CHANNEL

    def __init__(
        self,
        settings: Settings,
        store: Store,
        step: Step,
        wording: Wording,
        clock: Callable[[], datetime],
        *,
        troubles: Sequence[str] = (),
        pace: Pace | None = None,
    ) -> None:
        """The settings must hold a token. `troubles` are what the union of this place pays for, for the bot's profile."""
        assert settings.telegram_token is not None  # noqa: S101 - without one, the caller leaves Telegram out
        token = settings.telegram_token.get_secret_value()
        self.bot = make_bot(token, settings.telegram_api_url, settings.telegram_file_url)
        self._one_poller = OnlyOne(store, token.partition(":")[0])
        self._address = settings.telegram_webhook_url
        self._secret = settings.telegram_secret.get_secret_value() if settings.telegram_secret else ""
        self._store, self._step, self._wording, self._clock = store, step, wording, clock
        self._troubles, self._chat_url = troubles, f"{settings.public_url}/chat"
        pace = pace or Pace(turns=Shared(store) if store.dialect == "postgresql" else None)
        self._sender = Sender(self.bot, store, wording, clock, pace)
        self.jobs: Mapping[str, Handler] = {
            keyboards.TAPPED: partial(keyboards.tapped, self.bot),
            keyboards.TYPED: partial(keyboards.typed, self.bot),
            groups.ANSWERED: groups.answered(self.bot, wording),
            posted.CHANGED: posts.up_to_date(self.bot, store, wording, settings.public_url),
            FAILED: failed,
        }

    def routes(self) -> list[web.RouteDef]:
        """The address that Telegram posts to, if it does."""
        return [web.post(urlsplit(self._address).path or "/", webhook(self.take, self._secret))] if self._address else []

    async def run(self) -> None:
        """Introduce the bot, then receive until cancelled. A Telegram that cannot be reached is waited for."""
        introducing = asyncio.create_task(_until_done(partial(introduce, self.bot, self._wording, self._troubles)))
        try:
            await self._receive()
        finally:
            introducing.cancel()

    async def _receive(self) -> None:
        if self._address:
            registered = Registered(self.bot, self._address, self._secret)
            await _until_done(registered.set)
            await registered.keep()
        else:
            await _until_done(self.bot.delete_webhook)
            await self._one_poller.run(lambda: poll(self.bot, self.take))

    async def send(self, notice: Notice, job: Job) -> None:
        """Send a notice, once. Raises jobs.Later or jobs.Never."""
        await self._sender.send(notice, job)

    async def fetch(self, source: Any) -> bytes:
        """The bytes of a file somebody sent here, for the upload job."""
        return await files.fetch(self.bot, source)

    async def take(self, update: RawUpdate) -> None:
        """Store one update, raw as Telegram gave it. Raises one of `AWAY` if the database cannot be used: then it must come again.

        One that fails by its own or our fault is tried three times and then kept aside under an id, so that it never blocks the others.
        """
        for left in reversed(range(TRIES)):
            try:
                await self._store_once(update)
            except AWAY:
                raise
            except Exception as error:  # noqa: BLE001 - whatever it is, it must not block the other updates
                if not left:
                    await self._give_up(update, error)
            else:
                return

    async def close(self) -> None:
        """Let go of all connections."""
        await self.bot.request.shutdown()

    async def _store_once(self, update: RawUpdate) -> None:
        received = read(Update.de_json(dict(update)))
        if received is None:
            return
        with suppress(Repeated):
            await self._store.write(take, received, step=self._step, chat_url=self._chat_url, now=self._clock())

    async def _give_up(self, update: RawUpdate, error: Exception) -> None:
        error_id, chat = secrets.token_hex(4), chat_of(update)
        place = extract_tb(error.__traceback__)[-1]
        log.error(
            "telegram_update_failed",
            error_id=error_id,
            update=update["update_id"],
            error=type(error).__name__,  # not its message, which may hold what the member wrote
            place=f"{PurePath(place.filename).name}:{place.lineno}",
        )
        member = Chat(CHANNEL, str(chat)) if isinstance(chat, int) and chat > 0 else None  # groups have negative ids
        await self._store.write(give_up, update, member, error_id, now=self._clock())


async def _until_done(call: Callable[[], Awaitable[object]]) -> None:
    failures = 0
    while True:
        try:
            await call()
        except TelegramError as error:
            failures += 1
            log.warning("telegram_start_failed", error=faults.name(error), failures=failures)
            await asyncio.sleep(faults.asked_to_wait_s(error) if isinstance(error, RetryAfter) else faults.backoff_s(failures))
        else:
            return
