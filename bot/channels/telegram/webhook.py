"""Receiving by webhook: Telegram's call is answered with 200 only once its update is stored, and believed only with the secret.

The webhook is registered at the start, looked at, and kept: another program with the same token may take it away without a word.
"""

from __future__ import annotations

import asyncio
import hmac
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from http import HTTPStatus

import structlog
from aiohttp import web
from telegram import Bot, WebhookInfo
from telegram.error import TelegramError

from bot.channels.telegram import faults
from bot.channels.telegram.polling import Take
from bot.channels.telegram.receive import KINDS
from bot.store.errors import StoreError

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the header's name
LOOK_AGAIN_S = 300.0
LATELY = timedelta(minutes=10)

log = structlog.get_logger(__name__)


class Registered:
    """The address that Telegram posts to, as Telegram knows it."""

    def __init__(self, bot: Bot, address: str, secret: str) -> None:
        self._bot, self._address, self._secret = bot, address, secret

    async def set(self) -> None:
        """Register it, and look whether it is. Raises TelegramError."""
        await self._bot.set_webhook(self._address, secret_token=self._secret, allowed_updates=KINDS)
        if self._is_ours(await self._bot.get_webhook_info()):
            log.info("telegram_webhook_set")

    async def keep(self, every_s: float = LOOK_AGAIN_S) -> None:
        """Look at it now and then until cancelled, and register it anew where somebody else changed it."""
        while True:
            await asyncio.sleep(every_s)
            try:
                if not self._is_ours(await self._bot.get_webhook_info()):
                    await self.set()
            except TelegramError as error:
                log.warning("telegram_webhook_unknown", error=faults.name(error))

    def _is_ours(self, info: WebhookInfo) -> bool:
        if info.url != self._address:
            log.error("telegram_webhook_taken", hint="another program with this token set or removed the webhook; it is set anew")
            return False
        if info.last_error_date is not None and datetime.now(UTC) - info.last_error_date < LATELY:
            log.error("telegram_webhook_fails", said=info.last_error_message, waiting=info.pending_update_count)
        return True


def webhook(take: Take, secret: str) -> Callable[[web.Request], Awaitable[web.Response]]:
    """The handler of the address that Telegram posts updates to."""
    expected = secret.encode()

    async def receive(request: web.Request) -> web.Response:
        given = request.headers.get(SECRET_HEADER, "").encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(given, expected):
            return web.Response(status=HTTPStatus.FORBIDDEN)
        try:
            update = json.loads(await request.read())
        except ValueError:
            return web.Response(status=HTTPStatus.BAD_REQUEST)
        if not isinstance(update, dict) or not isinstance(update.get("update_id"), int):
            return web.Response(status=HTTPStatus.BAD_REQUEST)
        try:
            await take(update)
        except StoreError:
            return web.Response(status=HTTPStatus.SERVICE_UNAVAILABLE)  # Telegram brings it again
        return web.Response()

    return receive
