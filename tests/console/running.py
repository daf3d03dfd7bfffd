"""The console served over a real socket, and people signed in to it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from aiohttp import ClientResponse, ClientSession, CookieJar, FormData, web
from yarl import URL

from bot.broadcast.means import NO_CHANNELS, Means
from bot.console import console_app, cookies
from bot.documents.files import Files
from bot.settings import Settings
from bot.staff import sessions
from bot.staff.accounts import Staff
from bot.store import Keyring, Store
from tests.claims.making import NOW

TOKEN = re.compile(r'name="form_token" value="([^"]+)"')


@dataclass
class HandClock:
    """A clock that stands still until it is moved."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, **time: float) -> None:
        self.now += timedelta(**time)


@dataclass
class Visitor:
    """One browser: its cookies, and what it last was answered."""

    base: str
    http: ClientSession
    form_token: str = ""

    async def get(self, path: str, *, status: int = 200) -> str:
        async with self.http.get(self.base + path, allow_redirects=False) as response:
            return await self._read(response, status)

    async def post(self, path: str, form: Mapping[str, Any] | None = None, *, status: int = 303, token: str | None = None) -> str:
        fields = FormData()
        for name, value in {"form_token": self.form_token if token is None else token, **(form or {})}.items():
            for each in value if isinstance(value, list) else [value]:
                fields.add_field(name, str(each))
        async with self.http.post(self.base + path, data=fields, allow_redirects=False) as response:
            return await self._read(response, status)

    @property
    def cookie(self) -> str:
        """The session's token; empty when signed out."""
        found = self.http.cookie_jar.filter_cookies(URL(self.base + "/")).get(cookies.SESSION)
        return found.value if found else ""

    async def _read(self, response: ClientResponse, status: int) -> str:
        body = await response.text(errors="replace")
        assert response.status == status, f"{response.method} {response.url.path}: {response.status}\n{body[-1500:]}"
        if found := TOKEN.search(body):
            self.form_token = found[1]
        return response.headers.get("Location", "") + body


@dataclass
class Console:
    """The running console."""

    base: str
    store: Store
    files: Files
    clock: HandClock
    open: list[ClientSession] = field(default_factory=list)

    def visitor(self) -> Visitor:
        """Somebody with an empty browser."""
        http = ClientSession(cookie_jar=CookieJar(unsafe=True))
        self.open.append(http)
        return Visitor(self.base, http)

    async def signed_in(self, staff: Staff) -> Visitor:
        """The same, with a session made past the sign-in page."""
        token = await self.store.write(lambda conn: sessions.begin(conn, staff.id, now=self.clock()))
        visitor = self.visitor()
        visitor.http.cookie_jar.update_cookies({cookies.SESSION: token or ""})
        await visitor.get("/account")
        return visitor


@asynccontextmanager
async def running_console(
    store: Store, keyring: Keyring, folder: Path, means: Means = NO_CHANNELS, **settings: Any
) -> AsyncIterator[Console]:
    """Serve it on a free port."""
    clock, files = HandClock(), Files(folder.as_uri(), keyring)
    app = web.Application(client_max_size=21 * 1024 * 1024)
    app.add_subapp("/console", console_app(store, files, Settings(_env_file=None, **{"data_dir": folder, **settings}), clock, means))
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    console = Console(f"http://127.0.0.1:{port}/console", store, files, clock)
    try:
        yield console
    finally:
        for http in console.open:
            await http.close()
        await runner.cleanup()
