"""The web chat's page without a browser: it keeps its cookie, sends as the script does, and reads the stream."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import Any, Self

from aiohttp import ClientResponse, ClientSession, ClientTimeout, CookieJar
from aiohttp.test_utils import TestServer

Event = dict[str, Any]
PATIENCE_S = 60.0


@dataclass(frozen=True)
class Answer:
    """An answer, read to its end."""

    status: int
    headers: Mapping[str, str]
    cookies: SimpleCookie
    body: bytes

    @classmethod
    async def of(cls, response: ClientResponse) -> Self:
        """Read it."""
        return cls(response.status, response.headers, response.cookies, await response.read())

    def json(self) -> dict[str, Any]:
        """The body as data."""
        data: dict[str, Any] = json.loads(self.body)
        return data


class Page:
    """One browser."""

    def __init__(self, server: TestServer, cookies: CookieJar | None = None) -> None:
        self.server = server
        self.client = ClientSession(cookie_jar=cookies or CookieJar(unsafe=True), timeout=ClientTimeout(60))
        self.headers = {"X-Niangjia": "chat", "Origin": str(server.make_url("")).rstrip("/")}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.client.close()

    async def open(self, **headers: str) -> str:
        """Load the page; its text."""
        async with self.client.get(self.server.make_url("/chat"), headers=headers) as response:
            assert response.status == 200
            return await response.text()

    async def begin(self, **headers: str) -> SimpleCookie:
        """Listen for the first time, as the page's script does; the cookies given."""
        async with self.client.get(self.server.make_url("/chat/events"), headers=headers) as response:
            assert response.status == 200
            return response.cookies

    async def post(self, body: Mapping[str, Any] | bytes, **headers: str) -> Answer:
        """Send a message; the answer."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        async with self.client.post(self.server.make_url("/chat/messages"), data=data, headers=self.headers | headers) as response:
            return await Answer.of(response)

    async def write(self, text: str, client: str = "") -> Answer:
        """Send a text."""
        return await self.post({"id": client or str(uuid.uuid4()), "text": text})

    async def put(self, raw: Any, client: str = "", **headers: str) -> Answer:
        """Send a file."""
        address = self.server.make_url(f"/chat/files/{client or uuid.uuid4()}")
        async with self.client.post(address, data=raw, headers=self.headers | headers) as response:
            return await Answer.of(response)

    async def get(self, path: str) -> Answer:
        """Fetch something; the answer."""
        async with self.client.get(self.server.make_url(path)) as response:
            return await Answer.of(response)

    @asynccontextmanager
    async def stream(self, last: int | None = None, path: str = "/chat/events") -> AsyncIterator[AsyncIterator[Event]]:
        """The stream's messages as they come; a `ready` comes as {"ready": True}."""
        headers = {} if last is None else {"Last-Event-ID": str(last)}
        async with self.client.get(self.server.make_url(path), headers=headers) as response:
            assert response.status == 200

            async def events() -> AsyncIterator[Event]:
                kind = ""
                async for line in response.content:
                    name, _, value = line.decode().strip().partition(": ")
                    kind = value if name == "event" else kind
                    if name == "data" and kind != "beat":
                        yield json.loads(value) if kind == "message" else {"ready": True}

            yield events()

    async def until(self, found: Callable[[Event], bool], last: int | None = None) -> list[Event]:
        """All messages up to the first that fits."""
        seen: list[Event] = []
        async with asyncio.timeout(PATIENCE_S), self.stream(last) as events:
            async for event in events:
                if "ready" not in event:
                    seen.append(event)
                    if found(event):
                        break
        return seen

    async def history(self, last: int | None = None) -> list[Event]:
        """All messages there are."""
        seen: list[Event] = []
        async with asyncio.timeout(PATIENCE_S), self.stream(last) as events:
            async for event in events:
                if "ready" in event:
                    break
                seen.append(event)
        return seen


def says(text: str) -> Callable[[Event], bool]:
    """Whether the bot says this."""
    return lambda event: event["direction"] == "out" and any(text in line for line in event["lines"])
