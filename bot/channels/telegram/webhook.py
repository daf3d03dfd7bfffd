"""Receiving by webhook: Telegram's call is answered with 200 only once its update is stored, and believed only with the secret."""

from __future__ import annotations

import hmac
import json
from collections.abc import Awaitable, Callable
from http import HTTPStatus

from aiohttp import web

from bot.channels.telegram.polling import Take
from bot.store.errors import StoreError

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the header's name


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
