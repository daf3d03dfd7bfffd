"""Rendering: a template with the words of the reader's language, redirects by route name, and plain pages with one message."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import aiohttp_jinja2
from aiohttp import web

from bot import wording
from bot.console.parts import FORM_TOKEN, LOCALE, SESSION, parts
from bot.staff.roles import Permission
from calculator import pretty


def page(request: web.Request, template: str, *, status: int = 200, **values: Any) -> web.Response:
    """A page of the console."""
    locale = request.get(LOCALE, wording.DEFAULT_LOCALE)
    zone = parts(request).settings.time_zone

    def words(key: str, **figures: Any) -> str:
        return wording.text(key, locale, figures)

    def moment(at: datetime) -> str:
        return f"{at.astimezone(zone):%Y-%m-%d %H:%M}"

    def localized(texts: Mapping[str, str]) -> str:
        return wording.text("console.as_it_is", locale, {"text": texts})

    session = request.get(SESSION)
    context = {
        "t": words,
        "has_words": lambda key: wording.has(key, locale),
        "localized": localized,
        "moment": moment,
        "day": lambda at: f"{at.astimezone(zone):%Y-%m-%d}",
        "yuan": pretty,
        "url": lambda name, **params: address(request, name, **params),
        "static": lambda file: address(request, "static", file=file),
        "locale": locale,
        "html_language": "zh-Hans" if locale == "zh_CN" else locale,
        "me": None if session is None else session.staff,
        "Permission": Permission,
        "form_token": request.get(FORM_TOKEN, ""),
        "route": request.match_info.route.name or "",
        "back": request.path if request.method == "GET" else address(request, "queue"),
    }
    return aiohttp_jinja2.render_template(template, request, {**context, **values}, status=status)


def message_page(request: web.Request, status: int, key: str, **figures: Any) -> web.Response:
    """A page that only says something: a refusal, an error."""
    return page(request, "message.html", status=status, heading=f"{key}.heading", sentence=key, figures=figures)


def address(request: web.Request, name: str, *, query: Mapping[str, str] | None = None, **params: str | int) -> str:
    """The path of a route by its name."""
    path = request.app.router[name].url_for(**{key: str(value) for key, value in params.items()})
    return str(path.with_query(query) if query else path)


def redirect(request: web.Request, name: str, *, query: Mapping[str, str] | None = None, **params: str | int) -> web.Response:
    """See the other page next, with GET."""
    return web.Response(status=303, headers={"Location": address(request, name, query=query, **params)})
