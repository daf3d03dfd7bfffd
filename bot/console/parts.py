"""What every page of the console needs at hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from aiohttp import web

from bot.broadcast.means import NO_CHANNELS, Means
from bot.documents.files import Files
from bot.settings import Settings
from bot.staff.accounts import Staff
from bot.staff.sessions import Session
from bot.store import Store


@dataclass(frozen=True)
class Parts:
    """The console's surroundings."""

    store: Store
    files: Files
    settings: Settings
    clock: Callable[[], datetime]
    means: Means = NO_CHANNELS

    @property
    def is_secure(self) -> bool:
        """Whether cookies go over https only."""
        return self.settings.public_url.startswith("https:")


PARTS: Final = web.AppKey("parts", Parts)
SESSION: Final = web.RequestKey("session", Session)
LOCALE: Final = web.RequestKey("locale", str)
FORM_TOKEN: Final = web.RequestKey("form_token", str)


def parts(request: web.Request) -> Parts:
    """The surroundings of this request."""
    return request.app[PARTS]


def store(request: web.Request) -> Store:
    """The store."""
    return request.app[PARTS].store


def now(request: web.Request) -> datetime:
    """The time by the console's clock."""
    return request.app[PARTS].clock()


def signed_in(request: web.Request) -> Staff:
    """The staff member; only where the route lets nobody else in."""
    return request[SESSION].staff
