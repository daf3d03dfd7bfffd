"""The page itself and the files it loads. Opening it without a chat begins one, and the bot speaks first."""

from __future__ import annotations

import hashlib
import secrets
from functools import cache
from http import HTTPStatus
from pathlib import Path

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from sqlalchemy import Connection

from bot.channels.web import limits
from bot.channels.web.answers import Refused
from bot.channels.web.desk import LOCALES, Desk
from bot.channels.web.session import COOKIE, Session, begin, give_cookie, preferred, session_of
from bot.message import Command, Incoming

HERE = Path(__file__).parent
TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
WORDS = (
    *("title", "subtitle", "log", "skip", "write", "send", "camera", "attach", "menu", "new_below", "close", "no_script"),
    *("menu.start", "menu.status", "menu.help", "unknown_button"),
    *("from_bot", "from_you", "sending", "waiting", "not_sent", "retry", "cancel", "uploading", "not_uploaded", "working", "unreadable"),
    *("away", "picture", "refused.too_long", "refused.too_big", "refused.trouble", "refused.empty_file"),
)
"""What the page itself says, under `web.`; the script gets them in both languages, since the language may change in mid-chat."""

environment = Environment(loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined)


async def page(desk: Desk, request: web.Request) -> web.Response:
    """GET /chat."""
    session = await session_of(desk, request)
    token = request.cookies.get(COOKIE, "")
    if session is None:
        token = secrets.token_urlsafe(32)
        session = await desk.store.write(_welcome, desk, token, preferred(request))
    response = web.Response(text=rendered(desk, session.locale), content_type="text/html")
    give_cookie(response, token, desk)
    return response


def _welcome(conn: Connection, desk: Desk, token: str, locale: str) -> Session:
    session = begin(conn, token, locale, desk)
    desk.step(conn, Incoming(session.chat, f"{session.id}:begin", Command("start"), locale), now=desk.clock())
    return session


def rendered(desk: Desk, locale: str) -> str:
    """The page in one language, with its words in all."""
    words = {LOCALES[each]: {key: desk.word(f"web.{key}", each) for key in WORDS} for each in LOCALES}
    languages = {each: (tag, desk.word(f"language.own.{each}", each)) for each, tag in LOCALES.items()}
    settings = {"words": words, "textLength": limits.TEXT_LENGTH, "fileBytes": limits.FILE_BYTES}
    return environment.get_template("chat.html").render(
        language=LOCALES[locale], languages=languages, word=words[LOCALES[locale]], version=version(), settings=settings
    )


@cache
def static_files() -> dict[str, bytes]:
    """The page's scripts, style and icon, by name."""
    return {path.name: path.read_bytes() for path in sorted((HERE / "static").iterdir()) if path.suffix in TYPES}


@cache
def version() -> str:
    """A digest of them all. It stands in their addresses, so that browsers may keep a file for ever."""
    return hashlib.sha256(b"".join(static_files().values())).hexdigest()[:12]


async def static(_desk: Desk, request: web.Request) -> web.StreamResponse:
    """GET /chat/static/<version>/<name>; a page from before an upgrade gets today's files, and does not keep them."""
    name = request.match_info["name"]
    if name not in static_files():
        raise Refused(HTTPStatus.NOT_FOUND, "not_found")
    kept = "public, max-age=31536000, immutable" if request.match_info["version"] == version() else "no-store"
    return web.Response(body=static_files()[name], content_type=TYPES[Path(name).suffix], charset="utf-8", headers={"Cache-Control": kept})
