"""Members who answer, whatever happens to the process: on the web they repeat until it is confirmed, on Telegram they tap and wait.

Each keeps what was said to them, to be compared with what is said when nothing happens.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import random
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Self

from aiohttp import ClientError, ClientSession, ClientTimeout, CookieJar, StreamReader

from bot import wording
from bot.channels.web.session import COOKIE, PROOF
from bot.message import Chat, Command
from bot.store import Keyring, Store
from tests.conversation.scene import Scene
from tests.fakes.phone import Phone

PATIENCE_S = 120
"""Only a test that fails waits so long. A busy machine may start the process for ten seconds, and kill it many times before an answer."""

TRIES_APART_S = 0.2
ASKING_HEAD_S = 5

Json = dict[str, Any]


def a_conversation(dice: random.Random) -> list[str]:
    """From the menu to an estimate, with a step back on the way: whatever counts twice or not at all shows in what is said."""
    age, cost = str(dice.randint(18, 59)), str(dice.randint(5_001, 400_000))
    return ["[住院了]", str(dice.randint(18, 59)), "[上一题]", age, "[在职]", cost, "[没领过]"]


@dataclass
class Waits:
    """How long members waited from the confirmation of an answer to the next question, and when that came (monotonic seconds)."""

    all: list[tuple[float, float]] = field(default_factory=list)

    def note(self, confirmed: float) -> None:
        """The next question is here."""
        self.all.append((confirmed, time.monotonic()))


class WebChat:
    """One chat in one browser that never closes: events are resumed, what was not confirmed is sent again under the same id."""

    def __init__(self, address: str, dice: random.Random, *, is_away_at_times: bool = False) -> None:
        """`is_away_at_times`: the bot may say that it cannot take an answer now, which is repeated as if nothing had been said."""
        self.address, self.dice, self.away = address, dice, {503} if is_away_at_times else set()
        self.seen: dict[int, Json] = {}  # events by id
        self.repeats = 0
        self._news = asyncio.Event()

    async def __aenter__(self) -> Self:
        headers = {"Origin": self.address, PROOF: "1", "Accept-Language": "zh-CN"}
        self._http = ClientSession(
            self.address, headers=headers, cookie_jar=CookieJar(unsafe=True), timeout=ClientTimeout(total=ASKING_HEAD_S)
        )
        self._listening = asyncio.create_task(self._listen())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._listening.cancel()
        with suppress(asyncio.CancelledError):
            await self._listening
        await self._http.close()

    @property
    def token_hash(self) -> str:
        """By which the database knows this chat."""
        token = next(cookie.value for cookie in self._http.cookie_jar if cookie.key == COOKIE)
        return hashlib.sha256(token.encode()).hexdigest()

    @property
    def heard(self) -> list[str]:
        """What the bot said, as far as it has come."""
        return [text_of(event) for event in self.seen.values() if event["direction"] == "out"]

    async def answers(self, line: str, waits: Waits | None = None) -> None:
        """Text or a [button]; returns once the bot has answered."""
        before = len(self.heard)
        await self._send({"id": f"{self.dice.getrandbits(64):016x}", **self._body(line)})
        confirmed = time.monotonic()
        await self.hears(before + 1)
        if waits:
            waits.note(confirmed)

    async def sends_photo(self, content: bytes, name: str) -> None:
        """Send a picture under this name, which is percent-encoded."""
        client = f"{self.dice.getrandbits(64):016x}"
        async with self._http.post(f"/chat/files/{client}", data=content, headers={"X-Name": name}) as answer:
            assert answer.status == 202

    async def hears(self, count: int) -> None:
        """Wait for so many messages of the bot in all."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                while len(self.heard) < count:
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            raise AssertionError(f"waited for message {count}; there are {self.heard}") from None

    async def history(self) -> list[Json]:
        """All messages as a fresh page gets them."""
        while True:
            with suppress(ClientError, TimeoutError):
                return [event async for event in self._events(0)]
            await asyncio.sleep(TRIES_APART_S)

    def _body(self, line: str) -> Json:
        if not line.startswith("["):
            return {"text": line}
        last = next(event for event in reversed(self.seen.values()) if event["direction"] == "out")
        actions = {button["label"]: button["action"] for row in last["buttons"] for button in row}
        assert line[1:-1] in actions, (line, self.heard)
        return {"action": actions[line[1:-1]]}

    async def _send(self, body: Json) -> None:
        """Until it is confirmed; one in five goes twice at once, as from two impatient tabs."""
        while not all(await asyncio.gather(*(self._sent(body) for _ in range(1 + (self.dice.random() < 0.2))))):
            self.repeats += 1
            await asyncio.sleep(TRIES_APART_S)

    async def _sent(self, body: Json) -> bool:
        with suppress(ClientError, TimeoutError):
            async with self._http.post("/chat/messages", json=body) as answer:
                assert answer.status < 500 or answer.status in self.away, answer.status
                return answer.status == 202
        return False

    async def _opened(self) -> bool:
        with suppress(ClientError, TimeoutError):
            async with self._http.get("/chat") as answer:
                return answer.status == 200 and bool(await answer.read())
        return False

    async def _listen(self) -> None:
        while not await self._opened():  # noqa: ASYNC110 - nothing tells when the port is open again
            await asyncio.sleep(TRIES_APART_S)
        while True:
            with suppress(ClientError, TimeoutError):
                async for event in self._events(max(self.seen, default=0), for_ever=True):
                    assert event["id"] not in self.seen
                    self.seen[event["id"]] = event
                    self._news.set()
            await asyncio.sleep(TRIES_APART_S)

    @asynccontextmanager
    async def stream(self, last: int = 0) -> AsyncIterator[StreamReader]:
        """The page's events after the one of this id, as they come."""
        headers, timeout = {"Last-Event-ID": str(last)}, ClientTimeout(total=None, connect=ASKING_HEAD_S)
        async with self._http.get("/chat/events", headers=headers, timeout=timeout) as answer:
            yield answer.content

    async def _events(self, last: int, *, for_ever: bool = False) -> AsyncIterator[Json]:
        async with self.stream(last) as events:
            kind = ""
            async for raw in events:
                name, _, value = raw.decode().strip().partition(": ")
                kind = value if name == "event" else kind
                if kind == "ready" and not for_ever:
                    return
                if name == "data" and kind == "message":
                    yield json.loads(value)


def text_of(event: Json) -> str:
    """A message's sentences."""
    return "\n".join(event["lines"])


@dataclass
class TelegramMember:
    """A person on Telegram who says one thing after the other."""

    phone: Phone
    photo: bytes = b""
    said: list[str] = field(default_factory=list)
    updates: list[Json] = field(default_factory=list)

    async def answers(self, line: str, waits: Waits | None = None) -> None:
        """Text, a [button] or a （照片）; returns once the bot has answered."""
        sent, before = time.monotonic(), len(self.phone.heard)
        self.says(line)
        await self.is_answered(before)
        if waits:
            waits.note(sent)

    def says(self, line: str) -> Json:
        """The update that comes of it."""
        self.said.append(line)
        self.updates.append(self._does(line))
        return self.updates[-1]

    def _does(self, line: str) -> Json:
        if line.startswith("（"):
            return self.phone.sends_photo(self.photo)
        return self.phone.taps(line[1:-1]) if line.startswith("[") else self.phone.types(line)

    async def is_answered(self, before: int) -> None:
        """Wait until something new comes after so many messages: a question that comes twice is not new."""
        last = self.phone.heard[before - 1] if before else ""
        try:
            await self.phone.telegram.until(lambda: any(text != last for text in self.phone.heard[before:]), PATIENCE_S)
        except TimeoutError:
            raise AssertionError(f"no answer to {self.said[-1]}; there are {self.phone.heard}") from None

    @property
    def heard(self) -> list[str]:
        """What the bot said; what came twice, once."""
        return list(without_doubles(self.phone.heard))

    @property
    def doubled(self) -> int:
        """How many messages came a second time."""
        return len(self.phone.heard) - len(self.heard)


def without_doubles(texts: list[str]) -> Iterator[str]:
    """Each text that differs from the one before. No two questions in a row are the same."""
    before = None
    for text in texts:
        if text != before:
            yield text
        before = text


async def undisturbed(database: str, channel: str, lines: list[str]) -> list[str]:
    """What the bot says to these lines when nothing happens. On the web it speaks first."""
    store = Store.open(database, Keyring.generate())
    scene = Scene(store, chat=Chat(channel, "somebody"), now=datetime.now(UTC))
    await scene.open()
    if channel == "web":
        await scene.tell(Command("start"))
    said = await scene.heard()
    for line in lines:
        await scene.member(line)
        said += await scene.heard()
    await store.close()
    return ["\n".join(wording.say(line, scene.locale) for line in message.lines) for message in said]
