"""A body as it comes in: read no further than its limit, given time as long as it moves, and room only for what has come."""

from __future__ import annotations

import asyncio
from http import HTTPStatus

from aiohttp import web

from bot.channels.web.refused import Refused, crowded
from bot.channels.web.room import AGAIN_AFTER_S, Place

GRACE_S = 30.0  # of silence: in a lift, or while the phone changes masts
LEAST_A_SECOND = 2_000  # bytes, on an average; a phone on 2G brings some 10,000
BODY_WITHIN_S = 900.0  # 9 MB at 10,000 bytes a second


async def body(request: web.Request, at_most: int, reason: str, place: Place | None = None) -> bytes:
    """The body. Refused if it is longer than `at_most` bytes, comes too slowly, or finds no room in its place."""
    if (request.content_length or 0) > at_most:
        raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, reason)
    try:
        async with asyncio.timeout(GRACE_S) as patience:
            if place:
                place.patience = patience
            return await _read(request, at_most, reason, place, patience)
    except TimeoutError as error:
        if place and place.is_given_up:
            raise crowded(AGAIN_AFTER_S) from error
        raise Refused(HTTPStatus.REQUEST_TIMEOUT, "too_slow") from error
    finally:
        if place:
            place.patience = None  # what has come whole is not given up


async def _read(request: web.Request, at_most: int, reason: str, place: Place | None, patience: asyncio.Timeout) -> bytes:
    now = asyncio.get_running_loop().time
    begun, until = now(), now() + GRACE_S
    read = bytearray()
    async for piece in request.content.iter_any():
        read += piece
        if len(read) > at_most:
            raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, reason)
        if place:
            await place.grow(len(piece))
        until = deadline(until, len(piece), now(), begun)
        if place is None or not place.is_given_up:
            patience.reschedule(until)
    return bytes(read)


def deadline(until: float, came: int, now: float, begun: float) -> float:
    """By when the next piece must come, all in seconds: every byte buys time, and nobody saves up more than the grace."""
    return min(until + came / LEAST_A_SECOND, now + GRACE_S, begun + BODY_WITHIN_S)
