"""The console as one web application: routes behind the door, headers on every answer, one catch-all for what goes wrong."""

from __future__ import annotations

import secrets
import traceback
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import Final

import aiohttp_jinja2
import jinja2
import structlog
from aiohttp import web

from bot import wording
from bot.broadcast.means import NO_CHANNELS, Means
from bot.console.access import guarded
from bot.console.pages import message_page
from bot.console.parts import LOCALE, PARTS, Parts, parts
from bot.console.routes import ROUTES
from bot.documents.files import Files
from bot.settings import Settings
from bot.store import Store
from bot.store.errors import OutcomeUnknown

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

log = structlog.get_logger(__name__)

TEMPLATES: Final = Path(__file__).parent / "templates"
HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "X-Robots-Tag": "noindex, nofollow",
}


def console_app(
    store: Store, files: Files, settings: Settings, clock: Callable[[], datetime], means: Means = NO_CHANNELS
) -> web.Application:
    """The console, to be mounted at /console. `means` is what the channels lend to the pages of broadcasts."""
    app = web.Application(middlewares=[with_headers, with_errors])
    app[PARTS] = Parts(store, files, settings, clock, means)
    aiohttp_jinja2.setup(
        app,
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    for route in ROUTES:
        app.router.add_route(route.method, route.path, guarded(route), name=route.name)
    return app


@web.middleware
async def with_headers(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Nothing runs that is not ours, nothing is framed, nothing is kept."""
    response = await handler(request)
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Cache-Control", "no-store")
    if parts(request).is_secure:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    return response


@web.middleware
async def with_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """The one catch-all: what went wrong is logged under an id that the person sees too."""
    request.setdefault(LOCALE, wording.closest(request.headers.get("Accept-Language")))
    try:
        return await handler(request)
    except web.HTTPException as answer:
        if answer.status < web.HTTPBadRequest.status_code:
            raise
        known = "console.refused.not_found" if answer.status in {404, 405} else "console.refused.bad_request"
        return message_page(request, answer.status, known)
    except OutcomeUnknown as error:
        return message_page(request, 500, "console.refused.unknown", incident=_incident(request, error))
    except Exception as error:  # noqa: BLE001  # the entrance's one catch-all
        return message_page(request, 500, "console.refused.error", incident=_incident(request, error))


def _incident(request: web.Request, error: Exception) -> str:
    """Log what happened and where. Not the error's own words: those may hold what was typed."""
    number = secrets.token_hex(4)
    places = [f"{frame.filename}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)]
    route = request.match_info.route.name
    log.error("console_error", incident=number, method=request.method, route=route, error=type(error).__name__, places=places)
    return number
