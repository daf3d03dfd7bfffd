"""What the page is told about its requests: taken, or a plain sentence why not."""

from __future__ import annotations

from http import HTTPStatus

from aiohttp import web

from bot.channels.web.desk import Desk
from bot.channels.web.refused import Refused


def taken() -> web.Response:
    """The update is stored; its answer comes over the stream."""
    return web.json_response({}, status=HTTPStatus.ACCEPTED)


def refusal(desk: Desk, refused: Refused, locale: str) -> web.Response:
    """The refusal with its sentence."""
    sentence = desk.word(f"web.refused.{refused.reason}", locale)
    headers = {} if refused.after_s is None else {"Retry-After": str(refused.after_s)}
    return web.json_response({"reason": refused.reason, "sentence": sentence}, status=refused.status, headers=headers)
