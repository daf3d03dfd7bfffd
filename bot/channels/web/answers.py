"""What the page is told about its requests: taken, or a plain sentence why not."""

from __future__ import annotations

from http import HTTPStatus

from aiohttp import web

from bot.channels.web.desk import Desk


class Refused(Exception):  # noqa: N818 - nothing of ours went wrong
    """A request that is not taken. `reason` is a key under `web.refused.`; the page shows its sentence."""

    def __init__(self, status: HTTPStatus, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


def taken() -> web.Response:
    """The update is stored; its answer comes over the stream."""
    return web.json_response({}, status=HTTPStatus.ACCEPTED)


def refusal(desk: Desk, refused: Refused, locale: str) -> web.Response:
    """The refusal with its sentence."""
    sentence = desk.word(f"web.refused.{refused.reason}", locale)
    return web.json_response({"reason": refused.reason, "sentence": sentence}, status=refused.status)
