"""The page itself and the files it loads. It is the same for everyone; a chat begins when its script listens."""

from __future__ import annotations

import hashlib
from functools import cache
from http import HTTPStatus
from pathlib import Path

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.channels.web import limits
from bot.channels.web.desk import LOCALES, Desk
from bot.channels.web.refused import Refused
from bot.channels.web.session import COOKIE, give_cookie, preferred, session_of

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
    """GET /chat. Nothing is stored and no cookie given to whoever only reads it; a visitor's cookie is renewed."""
    session = await session_of(desk, request)
    response = web.Response(text=rendered(desk, session.locale if session else preferred(request)), content_type="text/html")
    if session:
        give_cookie(response, request.cookies[COOKIE], desk)
    return response


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
