"""How much one chat may send. All counts are rows, so that every replica counts alike."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from http import HTTPStatus

from aiohttp import web
from sqlalchemy import Connection

from bot.channels.web import history
from bot.channels.web.refused import Refused

TEXT_LENGTH = 2_000  # characters
BODY_BYTES = 32 * 1024  # of a message: 2,000 characters, every one of them escaped
FILE_BYTES = 20 * 1024 * 1024
MESSAGES_A_MINUTE = 30
BODY_WITHIN_S = 300  # 20 MB at 70 kB/s


def refuse_haste(conn: Connection, chat: str, now: datetime) -> None:
    """Not more messages in a minute than a person sends."""
    if history.sent_since(conn, chat, now - timedelta(minutes=1)) >= MESSAGES_A_MINUTE:
        raise Refused(HTTPStatus.TOO_MANY_REQUESTS, "too_many")


async def body(request: web.Request, at_most: int, reason: str) -> bytes:
    """The body, read no further and no longer than its limit."""
    if (request.content_length or 0) > at_most:
        raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, reason)
    read = bytearray()
    try:
        async with asyncio.timeout(BODY_WITHIN_S):
            async for chunk in request.content.iter_any():
                read += chunk
                if len(read) > at_most:
                    raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, reason)
    except TimeoutError as error:
        raise Refused(HTTPStatus.REQUEST_TIMEOUT, "too_slow") from error
    return bytes(read)
