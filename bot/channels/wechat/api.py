"""Calls to WeChat's API: with the token that all processes share, renewed once where it is refused; none while it answers none."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, TypeVar

from aiohttp import ClientConnectorError, ClientError, ClientResponse, ClientSession, ClientTimeout, ConnectionTimeoutError, TCPConnector

from bot.channels.wechat.faults import STALE_TOKEN, Refusal, Silence
from bot.channels.wechat.tokens import Renewed, Token, Tokens
from bot.store import Store

T = TypeVar("T")

CALL_S, CONNECT_S, FILE_S = 8.0, 4.0, 60.0
AT_ONCE = 24
QUIET_S = 5.0
"""After a call without an answer no other is begun for so long: a platform that hangs must not hold up the other channels' notices."""

OK = 0


class Api:
    """The API of one account, from its making to `close`."""

    def __init__(self, url: str, app_id: str, secret: str, store: Store, clock: Callable[[], datetime]) -> None:
        self._url, self._app_id, self._secret = url, app_id, secret
        self.tokens = Tokens(store, app_id, self.renew, clock)
        self._session: ClientSession | None = None
        self._calls = 0
        self._quiet_until = 0.0

    @property
    def busy_s(self) -> float:
        """How long to wait before another call; 0 if one may be made now."""
        if self._calls >= AT_ONCE:
            return 1.0
        return max(0.0, self._quiet_until - asyncio.get_running_loop().time())

    async def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Call a method with JSON. Raises Refusal or Silence."""
        return await self._with_token(lambda token: self._json("POST", path, {"access_token": token}, body))

    async def media(self, media_id: str, largest: int) -> bytes | None:
        """The bytes of a picture somebody sent; none if there are more than `largest`. Raises Refusal or Silence."""
        return await self._with_token(lambda token: self._bytes({"access_token": token, "media_id": media_id}, largest))

    async def renew(self, *, force: bool) -> Renewed:
        """Ask for the token: the one in force or, with `force`, a new one that ends it. Raises Refusal or Silence."""
        asked = {"grant_type": "client_credential", "appid": self._app_id, "secret": self._secret, "force_refresh": force}
        got = await self._json("POST", "/cgi-bin/stable_token", {}, asked)
        return Renewed(str(got["access_token"]), float(got["expires_in"]))

    async def close(self) -> None:
        """Let go of all connections."""
        if self._session is not None:
            await self._session.close()

    async def _with_token(self, call: Callable[[str], Awaitable[T]]) -> T:
        """Make the call; if the token is refused, once more with another."""
        token = await self._token()
        try:
            return await call(token.text)
        except Refusal as refusal:
            if refusal.code not in STALE_TOKEN:
                raise
        await self.tokens.refused(token)
        return await call((await self._token()).text)

    async def _token(self) -> Token:
        """Whatever happens while a token is fetched, the call itself has not left."""
        try:
            return await self.tokens.current()
        except (Silence, TimeoutError) as error:
            raise Silence(may_have_arrived=False) from error

    async def _json(self, method: str, path: str, query: dict[str, str], body: dict[str, Any]) -> dict[str, Any]:
        # Bytes, not escapes: WeChat shows \u7b80 as it stands.
        data = json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
        raw = await self._called(method, path, query, data, CALL_S, 1 << 20)
        return _checked(raw or b"")

    async def _bytes(self, query: dict[str, str], largest: int) -> bytes | None:
        raw = await self._called("GET", "/cgi-bin/media/get", query, None, FILE_S, largest)
        if raw is not None and raw[:1] == b"{":
            _checked(raw)
        return raw

    async def _called(
        self, method: str, path: str, query: dict[str, str], data: bytes | None, within_s: float, largest: int
    ) -> bytes | None:
        """The body of the answer, none if it is longer than `largest`."""
        self._calls += 1
        try:
            timeout = ClientTimeout(total=within_s, connect=CONNECT_S, sock_read=CALL_S)
            asked = self._opened().request(method, self._url + path, params=query, data=data, timeout=timeout, allow_redirects=False)
            async with asked as answer:
                if answer.status >= 300:  # noqa: PLR2004 - all that is no success
                    raise Silence(may_have_arrived=False)
                return await _read(answer, largest)
        except (ClientConnectorError, ConnectionTimeoutError) as error:
            self._hush()
            raise Silence(may_have_arrived=False) from error
        except TimeoutError as error:
            self._hush()
            raise Silence(may_have_arrived=True) from error
        except ClientError as error:
            raise Silence(may_have_arrived=True) from error
        finally:
            self._calls -= 1

    def _hush(self) -> None:
        self._quiet_until = asyncio.get_running_loop().time() + QUIET_S

    def _opened(self) -> ClientSession:
        if self._session is None:
            self._session = ClientSession(connector=TCPConnector(limit=2 * AT_ONCE), trust_env=False)
        return self._session


async def _read(answer: ClientResponse, largest: int) -> bytes | None:
    read = bytearray()
    async for chunk in answer.content.iter_any():
        read += chunk
        if len(read) > largest:
            return None
    return bytes(read)


def _checked(raw: bytes) -> dict[str, Any]:
    """The answer as JSON; an error in it is raised. What is no JSON is no answer."""
    try:
        answer = json.loads(raw)
        code = int(answer.get("errcode", OK))
    except (ValueError, AttributeError, TypeError) as error:
        raise Silence(may_have_arrived=True) from error
    if code != OK:
        raise Refusal(code)
    found: dict[str, Any] = answer
    return found
