"""Whose chat a request belongs to, and whether a page of ours sent it."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from urllib.parse import urlsplit

from aiohttp import web
from sqlalchemy import Connection, insert, select

from bot.channels.web.desk import CHANNEL, LOCALES, Desk
from bot.channels.web.tables import web_chats
from bot.message import Chat

COOKIE = "niangjia_chat"
DAYS_KEPT = 400  # what browsers allow at most; renewed at every visit
PROOF = "X-Niangjia"
"""A header that no other site's page can send without our leave. Every POST must carry it."""


@dataclass(frozen=True)
class Session:
    """One browser's own chat."""

    id: str
    locale: str

    @property
    def chat(self) -> Chat:
        """The chat as the conversation knows it."""
        return Chat(CHANNEL, self.id)


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def _found(conn: Connection, token_hash: str) -> Session | None:
    row = conn.execute(select(web_chats.c.id, web_chats.c.locale).where(web_chats.c.token_hash == token_hash)).first()
    return Session(*row) if row else None


async def session_of(desk: Desk, request: web.Request) -> Session | None:
    """The chat that this request's cookie opens."""
    token = request.cookies.get(COOKIE)
    return await desk.store.read(_found, _hashed(token)) if token else None


def begin(conn: Connection, token: str, locale: str, desk: Desk) -> Session:
    """A new chat for the holder of this token."""
    session = Session(secrets.token_urlsafe(16), locale)
    conn.execute(insert(web_chats).values(id=session.id, token_hash=_hashed(token), locale=locale, created_at=desk.clock()))
    return session


def give_cookie(response: web.StreamResponse, token: str, desk: Desk) -> None:
    """Let the browser open its chat again."""
    secure = desk.public_url.startswith("https://")
    age = DAYS_KEPT * 24 * 3600
    response.set_cookie(COOKIE, token, path="/chat", max_age=age, httponly=True, samesite="Lax", secure=secure)


def may_begin(request: web.Request) -> bool:
    """Whether a chat may begin here: for a page of our own, not for a picture in another site's. Browsers say which asks."""
    return request.headers.get("Sec-Fetch-Site", "same-origin") == "same-origin"


def is_ours(desk: Desk, request: web.Request) -> bool:
    """Whether a page of this very address sent the request: by its Origin and by a header other sites cannot set."""
    try:
        origin = urlsplit(request.headers.get("Origin", ""))
    except ValueError:  # no address at all
        return False
    known = {urlsplit(desk.public_url).netloc, request.host}
    return PROOF in request.headers and origin.scheme in {"http", "https"} and origin.netloc in known


def preferred(request: web.Request) -> str:
    """The locale the browser asks for: Chinese, unless it wants another language and not Chinese."""
    wanted = request.headers.get("Accept-Language", "").lower()
    return "en" if wanted and "zh" not in wanted else next(iter(LOCALES))
