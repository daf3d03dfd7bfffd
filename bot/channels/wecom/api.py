"""Calls to WeCom over HTTP: an answer as JSON, or one of two errors."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any

from aiohttp import ClientConnectorError, ClientError, ClientSession, ClientTimeout, ConnectionTimeoutError, InvalidURL

from bot.channels.wecom.faults import Refusal, Silence

CALL_S, CONNECT_S = 8.0, 4.0
LONGEST_ANSWER = 1 << 20


class Api:
    """WeCom's side of the wire, from its making to `close`."""

    def __init__(self) -> None:
        self._session: ClientSession | None = None

    async def call(self, method: str, url: str, query: dict[str, str], body: dict[str, Any] | None = None) -> dict[str, Any]:
        """The answer to a call. Raises Refusal or Silence."""
        # Bytes, not escapes, so that the limits on lengths count what is read.
        data = None if body is None else json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
        headers = {"Content-Type": "application/json"} if data else {}
        timeout = ClientTimeout(total=CALL_S, connect=CONNECT_S)
        try:
            asked = self._opened().request(method, url, params=query, data=data, headers=headers, timeout=timeout, allow_redirects=False)
            async with asked as answer:
                if answer.status >= HTTPStatus.MULTIPLE_CHOICES:
                    raise Silence(may_have_arrived=answer.status == HTTPStatus.GATEWAY_TIMEOUT)
                return _checked(await answer.content.read(LONGEST_ANSWER))
        except (ClientConnectorError, ConnectionTimeoutError, InvalidURL) as error:
            raise Silence(may_have_arrived=False) from error
        except (ClientError, TimeoutError) as error:
            raise Silence(may_have_arrived=True) from error

    async def close(self) -> None:
        """Let go of all connections."""
        if self._session is not None:
            await self._session.close()

    def _opened(self) -> ClientSession:
        if self._session is None:
            self._session = ClientSession(trust_env=False)
        return self._session


def _checked(raw: bytes) -> dict[str, Any]:
    """The answer as JSON; an error in it is raised. What is no JSON is no answer."""
    try:
        answer = json.loads(raw)
        code = int(answer.get("errcode", 0))
    except (ValueError, AttributeError, TypeError) as error:
        raise Silence(may_have_arrived=True) from error
    if code:
        raise Refusal(code)
    found: dict[str, Any] = answer
    return found
