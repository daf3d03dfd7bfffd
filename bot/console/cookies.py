"""The console's cookies: their names, and the one way they are given and taken back."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from bot.console.parts import parts
from bot.staff import browsers

SESSION: Final = "console_session"
FORM: Final = "console_form"
LANGUAGE: Final = "console_language"
BROWSER: Final = "console_browser"
"""Tells apart from strangers who has signed in here before."""
PATH: Final = "/console"


def give(request: web.Request, response: web.StreamResponse, name: str, value: str, *, max_age: int | None = None) -> None:
    """A cookie no script reads and no other site sends along with a form."""
    response.set_cookie(name, value, path=PATH, httponly=True, samesite="Lax", secure=parts(request).is_secure, max_age=max_age)


def remember_browser(request: web.Request, response: web.StreamResponse, word: str) -> None:
    """From now on this browser's tries at that account count by themselves."""
    give(request, response, BROWSER, word, max_age=int(browsers.LASTS.total_seconds()))


def take_back(response: web.StreamResponse, name: str) -> None:
    """The browser forgets it."""
    response.del_cookie(name, path=PATH)
