"""Small calls over HTTP, each with an end: to the channels' APIs, and to our own address."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout

CALL_S = 8.0
LONGEST = 1 << 16


class NoAnswerError(Exception):
    """Nobody answered, or not in a form that can be read. `reason` names how, without the address."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Answer:
    """An answer; `ahead_s` is by how many seconds our clock is ahead of the other's, if it said what time it has."""

    status: int
    text: str
    ahead_s: float | None

    def json(self) -> dict[str, Any]:
        """The body as an object. Raises NoAnswerError."""
        try:
            found = json.loads(self.text)
        except ValueError as error:
            raise NoAnswerError(f"HTTP {self.status}, no JSON") from error
        if not isinstance(found, dict):
            raise NoAnswerError(f"HTTP {self.status}, no object")
        return found


async def call(method: str, url: str, query: dict[str, str] | None = None, body: dict[str, Any] | None = None) -> Answer:
    """Call an address. Raises NoAnswerError."""
    timeout = ClientTimeout(total=CALL_S)
    try:
        async with ClientSession(timeout=timeout, trust_env=False) as http:
            begun = time.time()
            async with http.request(method, url, params=query, json=body, allow_redirects=False) as answer:
                arrived = (begun + time.time()) / 2
                text = (await answer.content.read(LONGEST)).decode("utf-8", "replace")
                return Answer(answer.status, text, _ahead(answer.headers.get("Date"), arrived))
    except TimeoutError as error:
        raise NoAnswerError(f"> {CALL_S:.0f} s") from error
    except (ClientError, OSError, ValueError) as error:
        raise NoAnswerError(type(error).__name__) from error


def _ahead(date: str | None, at: float) -> float | None:
    try:
        told = parsedate_to_datetime(date or "")
    except ValueError:
        return None
    told = told if told.tzinfo else told.replace(tzinfo=UTC)
    return at - told.timestamp() - 0.5  # the header has whole seconds, cut off


def now() -> datetime:
    """The time here."""
    return datetime.now(UTC)
