"""The web chat's addresses, and what holds for all: whose chat it is, that our own page asked, what a browser may do with the answer."""

from __future__ import annotations

import resource
from collections.abc import Awaitable, Callable
from http import HTTPStatus

from aiohttp import web

from bot.channels.web import faults
from bot.channels.web.answers import refusal
from bot.channels.web.desk import Clock, Desk, Step, Wording
from bot.channels.web.doorway import Doorway
from bot.channels.web.events import events
from bot.channels.web.files import add_file, file_state, picture
from bot.channels.web.messages import messages
from bot.channels.web.page import page, static
from bot.channels.web.refused import Refused
from bot.channels.web.session import Session, is_ours, preferred, session_of
from bot.channels.web.streams import Streams
from bot.documents.files import Files
from bot.settings import Settings
from bot.store.store import Store

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Public = Callable[[Desk, web.Request], Awaitable[web.StreamResponse]]
Private = Callable[[Desk, web.Request, Session], Awaitable[web.StreamResponse]]

LOCALE = web.RequestKey("locale", str)
"""What the chat of this request speaks, once it is known."""

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    ),
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


def web_routes(
    streams: Streams, store: Store, files: Files, step: Step, wording: Wording, settings: Settings, clock: Clock
) -> list[web.RouteDef]:
    """Everything under /chat. `streams` is the one the `WebChannel` wakes; close it when the server stops."""
    doorway = Doorway(settings.web_new_chats)
    desk = Desk(store, files, step, wording, streams, clock, settings.public_url, doorway, streams_at_most(settings))
    return [
        web.get("/chat", open_to_all(desk, page), allow_head=False),
        web.get("/chat/static/{version}/{name}", open_to_all(desk, static)),
        web.get("/chat/events", open_to_all(desk, events), allow_head=False),
        web.post("/chat/messages", own_chat(desk, messages)),
        web.post("/chat/files/{client}", own_chat(desk, add_file)),
        web.get("/chat/pictures/{upload}", own_chat(desk, file_state)),
        web.get("/chat/pictures/{upload}/{number:[0-9]{1,3}}", own_chat(desk, picture)),
    ]


def streams_at_most(settings: Settings) -> int:
    """How many streams may last: not more than leave half of all connections to the rest of the program."""
    allowed, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return settings.web_streams if allowed == resource.RLIM_INFINITY else min(settings.web_streams, allowed // 2)


def open_to_all(desk: Desk, handler: Public) -> Handler:
    """A page for anyone."""

    async def answer(request: web.Request) -> web.StreamResponse:
        return await answered(desk, request, handler(desk, request))

    return answer


def own_chat(desk: Desk, handler: Private) -> Handler:
    """Something about one's own chat; what changes it must come from our own page."""

    async def answer(request: web.Request) -> web.StreamResponse:
        return await answered(desk, request, _own(desk, request, handler))

    return answer


async def _own(desk: Desk, request: web.Request, handler: Private) -> web.StreamResponse:
    session = await session_of(desk, request)
    request[LOCALE] = session.locale if session else preferred(request)
    return await handler(desk, request, allowed(desk, request, session))


async def answered(desk: Desk, request: web.Request, answer: Awaitable[web.StreamResponse]) -> web.StreamResponse:
    """The answer, or a sentence why there is none: this is the one catch-all of the web chat."""
    try:
        response = await answer
    except Refused as refused:
        response = refusal(desk, refused, request.get(LOCALE) or preferred(request))
    except (ConnectionError, web.RequestPayloadError):  # the page is gone, or broke off in mid-sentence: nobody reads this
        response = web.Response(status=HTTPStatus.BAD_REQUEST)
    except Exception as error:  # noqa: BLE001  # the entrance's one catch-all
        response = faults.answer(desk, request, error, request.get(LOCALE) or preferred(request))
    return with_headers(response)


def allowed(desk: Desk, request: web.Request, session: Session | None) -> Session:
    """The session, if it may be used for this."""
    if request.method == "POST" and not is_ours(desk, request):
        raise Refused(HTTPStatus.FORBIDDEN, "not_ours")
    if session is None:
        raise Refused(HTTPStatus.UNAUTHORIZED, "no_chat")
    return session


def with_headers(response: web.StreamResponse) -> web.StreamResponse:
    """What a browser may do with the answer: run our own script, and little else."""
    if not response.prepared:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
    return response
