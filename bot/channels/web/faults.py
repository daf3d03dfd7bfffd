"""What goes wrong on our side: logged under a number that the person sees too, and answered in a sentence."""

from __future__ import annotations

import secrets
from http import HTTPStatus

import structlog
from aiohttp import web

from bot.channels.web.desk import Desk
from bot.logs import places
from bot.store.errors import OutcomeUnknown, StoreClosed, StoreUnavailable

PASSING = (OutcomeUnknown, StoreClosed, StoreUnavailable)
"""These end by themselves, and everything the page sends may be sent again: it is told to."""

log = structlog.get_logger(__name__)


def note(request: web.Request, error: Exception) -> str:
    """Log what happened and where; its number."""
    number = secrets.token_hex(4)
    resource = request.match_info.route.resource
    route = resource.canonical if resource else ""
    log.error("chat_error", incident=number, method=request.method, route=route, error=type(error).__name__, places=places(error))
    return number


def answer(desk: Desk, request: web.Request, error: Exception, locale: str) -> web.Response:
    """503 for what passes, which the page sends again for ever; 500 for a fault of ours, which it sends three times."""
    number = note(request, error)
    if isinstance(error, PASSING):
        status, reason, sentence = HTTPStatus.SERVICE_UNAVAILABLE, "trouble", desk.word("web.refused.trouble", locale)
    else:
        status, reason, sentence = HTTPStatus.INTERNAL_SERVER_ERROR, "fault", desk.wording("web.refused.fault", locale, {"id": number})
    if "text/html" in request.headers.get("Accept", ""):
        return web.Response(text=sentence, status=status)
    return web.json_response({"reason": reason, "sentence": sentence, "incident": number}, status=status)
