"""A stand-in for WeCom: a real HTTP server on loopback with the robot of one group and one app of a company.

It keeps to what the bot depends on: the robot's key and its 20 messages a minute, the app's token and its check for repeats, error codes
in answers with status 200, and the fields that a card of the kind text_notice must have.

What it does not check: the list of allowed addresses, the app's own limits, lengths beyond those of a card's lines, TLS, who may see the
app, and how a card looks. A token in force is given out again, as WeCom does, but never ends by itself: a test ends it.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import defaultdict, deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Self

from aiohttp import web

from tests.fakes.telegram import PATIENCE_S, CutAfter, CutBefore, Silence, Status
from tests.fakes.wechat import Code

Json = dict[str, Any]
Fault = Code | Status | CutBefore | CutAfter | Silence

KEY = "11111111-2222-3333-4444-555555555555"
CORP_ID, AGENT_ID, SECRET = "ww0123456789abcdef", 1000002, "made-up-corp-secret"
A_MINUTE = 20
LONGEST_VALUE, MOST_LINES, MOST_JUMPS = 26, 6, 3


class ApiError(Exception):
    """An answer with an errcode."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Call:
    """One call the bot made, when (monotonic seconds), and the folder of the address it was made at: by this, callers are told apart."""

    path: str
    body: Json
    at: float
    folder: str = ""


@dataclass
class WeComServer:
    """`async with WeComServer() as wecom:` serves on `wecom.url`. `minute_s` makes its minute shorter."""

    minute_s: float = 60.0
    group: list[Json] = field(default_factory=list)  # cards as the group sees them
    inbox: list[Json] = field(default_factory=list)  # cards as the app's users see them
    calls: list[Call] = field(default_factory=list)
    faults: defaultdict[str, deque[Fault]] = field(default_factory=lambda: defaultdict(deque))
    is_stopped: bool = False  # the robot was stopped by somebody of the group
    token: str = ""
    tokens_made: int = 0
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    _taken: deque[float] = field(default_factory=deque)
    _seen: set[str] = field(default_factory=set)

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.add_routes([web.route("*", "/{path:.*}", self._call)])
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        self.webhook = f"{self.url}/cgi-bin/webhook/send?key={KEY}"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    def fail(self, path: str, *faults: Fault) -> None:
        """Let the next calls of a method, named by the end of its path, fail: one fault each."""
        self.faults[path].extend(faults)

    def called(self, path: str) -> list[Call]:
        """The calls of one method, faults included."""
        return [call for call in self.calls if call.path == path]

    async def until(self, condition: Callable[[], object], seconds: float = PATIENCE_S) -> None:
        """Wait for something to become true of this server."""
        async with asyncio.timeout(seconds):
            while not condition():
                self.changed.clear()
                await self.changed.wait()

    async def _call(self, request: web.Request) -> web.Response:
        folder, _, path = request.path.partition("/cgi-bin/")
        raw = await request.read()
        body: Json = json.loads(raw) if raw else {}
        self.calls.append(Call(path, body, time.monotonic(), folder.removeprefix("/")))
        self.changed.set()
        fault = self.faults[path].popleft() if self.faults[path] else None
        if isinstance(fault, Silence):
            with suppress(TimeoutError):
                await asyncio.wait_for(fault.over.wait(), fault.seconds)
        if isinstance(fault, CutBefore | Silence):
            return _cut(request)
        if isinstance(fault, Status):
            return web.Response(status=fault.code, text="<html>trouble</html>")
        try:
            answer = {"errcode": 0, "errmsg": "ok", **self._answer(path, body, request.query, fault)}
        except ApiError as error:
            answer = {"errcode": error.code, "errmsg": f"made up, hint: [1], from ip: 127.0.0.1, key={KEY}"}
        self.changed.set()
        return _cut(request) if isinstance(fault, CutAfter) else web.json_response(answer)

    def _answer(self, path: str, body: Json, query: Any, fault: Fault | None) -> Json:
        if isinstance(fault, Code):
            raise ApiError(fault.code)
        if path == "webhook/send":
            self._robot(body, query.get("key"))
            return {}
        if path == "gettoken":
            return self._gettoken(query)
        if not self.token or query.get("access_token") != self.token:
            raise ApiError(40014)
        if path == "agent/get":
            if query.get("agentid") != str(AGENT_ID):
                raise ApiError(301002)
            return {"agentid": AGENT_ID, "name": "Niangjia", "close": 0}
        if path != "message/send":
            raise ApiError(40066)
        return self._app(body)

    def _robot(self, body: Json, key: str | None) -> None:
        if key != KEY:
            raise ApiError(93000)
        if self.is_stopped:
            raise ApiError(93004)
        now = time.monotonic()
        while self._taken and now - self._taken[0] >= self.minute_s:
            self._taken.popleft()
        if len(self._taken) >= A_MINUTE:
            raise ApiError(45009)
        self._taken.append(now)
        if body.get("msgtype") != "template_card":
            raise ApiError(40008)
        self.group.append(_checked(body["template_card"]))

    def _gettoken(self, query: Any) -> Json:
        if not query.get("corpid"):
            raise ApiError(41002)
        if query["corpid"] != CORP_ID:
            raise ApiError(40013)
        if query.get("corpsecret") != SECRET:
            raise ApiError(40001)
        if not self.token:
            self.tokens_made += 1
            self.token = f"corp-token-{self.tokens_made}"
        return {"access_token": self.token, "expires_in": 7200}

    def _app(self, body: Json) -> Json:
        if body.get("agentid") != AGENT_ID:
            raise ApiError(40056)
        if not body.get("touser"):
            raise ApiError(40032)
        card = _checked(body["template_card"])
        content = json.dumps(body, sort_keys=True)
        if not (body.get("enable_duplicate_check") and content in self._seen):
            self.inbox.append(card)
        self._seen.add(content)
        return {"invaliduser": "", "msgid": str(len(self._seen))}


def _checked(card: Json) -> Json:
    """40058 for a card that WeCom would not take, or would cut."""
    lines, jumps = card.get("horizontal_content_list", []), card.get("jump_list", [])
    fits = len(lines) <= MOST_LINES and len(jumps) <= MOST_JUMPS and all(len(line.get("value", "")) <= LONGEST_VALUE for line in lines)
    links = [card.get("card_action", {}), *jumps]
    leads = all(link.get("type") == 1 and str(link.get("url", "")).startswith("http") for link in links)
    if card.get("card_type") != "text_notice" or not card.get("main_title", {}).get("title") or not (fits and leads):
        raise ApiError(40058)
    return card


def said(card: Json) -> str:
    """Everything that can be read on a card."""
    lines = [f"{line['keyname']} {line['value']}" for line in card["horizontal_content_list"]]
    return "\n".join([card["main_title"]["title"], *lines, card["sub_title_text"], *(jump["title"] for jump in card["jump_list"])])


def _cut(request: web.Request) -> web.Response:
    assert request.transport is not None
    request.transport.abort()
    return web.Response()
