"""A stand-in for WeChat's side of an Official Account: a real HTTP server on loopback for the API, and a client that pushes as WeChat does.

It keeps to what the bot depends on: one token at a time, error codes in answers with status 200, a window and a quota for each
member, three tries of five seconds for a push, and its own encryption, written apart from the bot's.

What it does not check: media types, the menu's limits on letters, rate limits over the whole account, the list of allowed addresses,
TLS, and whether WeChat itself would find a text fit to be shown. Its 48 hours are not timed: a test shuts the window.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import secrets
import struct
import time
from base64 import b64decode, b64encode
from collections import defaultdict, deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, Self
from xml.etree import ElementTree as ET

from aiohttp import ClientError, ClientSession, ClientTimeout, web
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from tests.fakes.telegram import PATIENCE_S, CutAfter, CutBefore, Silence, Status
from tests.fakes.wechat_templates import Refused, Templates

Json = dict[str, Any]

APP_ID, SECRET, TOKEN = "wx0123456789abcdef", "made-up-app-secret", "made-up-token"
AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
ACCOUNT = "gh_madeup"
LONGEST_BYTES = 2048
QUOTA = 5
PUSH_TRIES, PUSH_S = 3, 5.0
FINISHED = "TEMPLATESENDJOBFINISH"


@dataclass(frozen=True)
class Code:
    """An answer with this error code, and no effect."""

    code: int


Fault = Code | Status | CutBefore | CutAfter | Silence


class ApiError(Exception):
    """An answer with an errcode."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Call:
    """One call the bot made, and the folder of the address it was made at: by this, callers are told apart."""

    path: str
    body: Json
    at: float
    folder: str = ""
    fault: Fault | None = None


@dataclass(frozen=True)
class Pushed:
    """How one try of a push was answered; status 0 where WeChat hung up."""

    status: int
    body: str
    seconds: float
    hung_up: int = 0  # tries before this one that were not answered


@dataclass
class Member:
    """One person's chat with the account as they see it."""

    id: str
    texts: list[str] = field(default_factory=list)
    callers: list[str] = field(default_factory=list)  # who wrote each of them: the folder it called at, or `WeChatServer.caller`
    passive: int = 0  # how many of the texts came as the answer to a push
    follows: bool = True
    is_shut: bool = False  # more than 48 hours since the last message
    quota: int = 0


class WeChatServer:
    """WeChat with one account. `async with WeChatServer() as wechat:` serves its API on `wechat.url`; it pushes to `wechat.callback`."""

    def __init__(self, *, encrypted: bool = True) -> None:
        self.encrypted = encrypted
        self.callback = ""
        self.caller = ""  # who answers pushes now, if a test tells callers apart
        self.clock: Callable[[], float] = time.time
        self.members: dict[str, Member] = {}
        self.media: dict[str, bytes] = {}
        self.menu: Json = {}
        self.templates = Templates()
        self.calls: list[Call] = []
        self.pushes: list[Pushed] = []
        self.faults: defaultdict[str, deque[Fault]] = defaultdict(deque)
        self.hangs: asyncio.Event | None = None  # set to an event: no call is answered before it
        self.may_write = True  # else 48001
        self.token, self.tokens_made = "", 0
        self.changed = asyncio.Event()
        self._numbers = 6054768590064713728

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.add_routes([web.route("*", "/{path:.*}", self._call)])
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        self._client = ClientSession(timeout=ClientTimeout(total=PUSH_S))
        return self

    async def __aexit__(self, *_: object) -> None:
        if self.hangs is not None:
            self.hangs.set()
        await self._client.close()
        await self._runner.cleanup()

    # The test's side

    def fail(self, path: str, *faults: Fault) -> None:
        """Let the next calls of a method, named by the end of its path, fail: one fault each."""
        self.faults[path].extend(faults)

    def called(self, path: str) -> list[Call]:
        """The calls of one method, faults included."""
        return [call for call in self.calls if call.path == path]

    def end_token(self) -> None:
        """The token is not in force any more, as after its time or a renewal elsewhere."""
        self.token = ""

    async def until(self, condition: Callable[[], object], seconds: float = PATIENCE_S) -> None:
        """Wait for something to become true of this server."""
        async with asyncio.timeout(seconds):
            while not condition():
                self.changed.clear()
                await self.changed.wait()

    def number(self) -> str:
        """A fresh message id."""
        self._numbers += 1
        return str(self._numbers)

    def fields(self, member: str, kind: str, **more: str) -> dict[str, str]:
        """A push as WeChat writes it; events have no id of their own."""
        fields = {"ToUserName": ACCOUNT, "FromUserName": member, "CreateTime": str(int(self.clock())), "MsgType": kind, **more}
        return fields if kind == "event" else fields | {"MsgId": self.number()}

    async def push(self, fields: dict[str, str]) -> Pushed:
        """Push as WeChat does: three tries of five seconds, each as long as the one before was not answered."""
        is_theirs = fields.get("Event") != FINISHED
        if is_theirs and (member := self.members.get(fields["FromUserName"])):
            member.is_shut, member.quota = False, QUOTA
        for hung_up in range(PUSH_TRIES):
            pushed = replace(await self.try_push(fields), hung_up=hung_up)
            if pushed.status:
                break
        return pushed

    async def finish(self, person: str, msgid: int, status: str = "success") -> Pushed:
        """Tell the account what became of a template message. That is nothing its member did."""
        return await self.push(self.fields(person, "event", Event=FINISHED, MsgID=str(msgid), Status=status))

    async def try_push(self, fields: dict[str, str]) -> Pushed:
        """One try; a passive reply is shown to its member."""
        query, body = self.signed(fields)
        return await self.post(query, body)

    async def post(self, query: dict[str, str], body: str) -> Pushed:
        """One call of the account's address."""
        begun, status, text, caller = time.monotonic(), 0, "", self.caller
        with suppress(ClientError, TimeoutError):
            async with self._client.post(self.callback, params=query, data=body.encode()) as answer:
                status, text = answer.status, await answer.text()
        pushed = Pushed(status, text, time.monotonic() - begun)
        self.pushes.append(pushed)
        if status == web.HTTPOk.status_code and text not in {"", "success"}:
            self._show(text, caller)
        self._stir()
        return pushed

    def signed(self, fields: dict[str, str]) -> tuple[dict[str, str], str]:
        """A push's query and body."""
        timestamp, nonce = str(int(self.clock())), str(secrets.randbelow(10**10))
        query = {"signature": sign(TOKEN, timestamp, nonce), "timestamp": timestamp, "nonce": nonce, "openid": fields["FromUserName"]}
        body = xml(fields)
        if not self.encrypted:
            return query, body
        encrypted = encrypt(body)
        query |= {"encrypt_type": "aes", "msg_signature": sign(TOKEN, timestamp, nonce, encrypted)}
        return query, xml({"ToUserName": ACCOUNT, "Encrypt": encrypted})

    def _show(self, text: str, caller: str) -> None:
        reply = {element.tag: element.text or "" for element in ET.fromstring(text)}  # noqa: S314 - from our own bot
        if self.encrypted:
            assert reply["MsgSignature"] == sign(TOKEN, reply["TimeStamp"], reply["Nonce"], reply["Encrypt"])
            reply = {element.tag: element.text or "" for element in ET.fromstring(decrypt(reply["Encrypt"]))}  # noqa: S314
        assert reply["FromUserName"] == ACCOUNT
        assert reply["MsgType"] == "text"
        assert 0 < len(reply["Content"].encode()) <= LONGEST_BYTES
        member = self.members[reply["ToUserName"]]
        member.texts.append(reply["Content"])
        member.callers.append(caller)
        member.passive += 1

    # The bot's side

    async def _call(self, request: web.Request) -> web.Response:
        folder, _, path = request.path.partition("/cgi-bin/")
        raw, folder = await request.read(), folder.removeprefix("/")
        body: Json = json.loads(raw) if raw else {}
        fault = self.faults[path].popleft() if self.faults[path] else None
        self.calls.append(Call(path, body, time.monotonic(), folder, fault))
        self._stir()
        if self.hangs is not None:
            await self.hangs.wait()
        if isinstance(fault, Silence):
            with suppress(TimeoutError):
                await asyncio.wait_for(fault.over.wait(), fault.seconds)
        if isinstance(fault, CutBefore | Silence):
            return _cut(request)
        if isinstance(fault, Status):
            return web.Response(status=fault.code, text=f"<html>trouble with {raw.decode()}</html>")
        try:
            answer = self._answer(path, body, request.query, fault, folder)
        except ApiError as error:
            answer = web.json_response({"errcode": error.code, "errmsg": f"made up, of {raw.decode()}"})
        self._stir()
        return _cut(request) if isinstance(fault, CutAfter) else answer

    def _answer(self, path: str, body: Json, query: Any, fault: Fault | None, caller: str) -> web.Response:
        if isinstance(fault, Code):
            raise ApiError(fault.code)
        if path == "stable_token":
            return web.json_response(self._stable_token(body))
        if not self.token or query.get("access_token") != self.token:
            raise ApiError(40001)
        if path == "media/get":
            return self._media(query.get("media_id", ""))
        if path == "template/get_all_private_template":
            return web.json_response(self.templates.listed())
        if path == "message/template/send":
            return web.json_response({"errcode": 0, "errmsg": "ok", "msgid": self._template(body)})
        if path == "message/custom/send":
            self._custom(body, caller)
        elif path == "menu/create":
            self.menu = body
        elif path != "get_api_domain_ip":
            raise ApiError(40066)
        return web.json_response({"errcode": 0, "errmsg": "ok"})

    def _stable_token(self, asked: Json) -> Json:
        if asked["appid"] != APP_ID or asked["secret"] != SECRET or asked["grant_type"] != "client_credential":
            raise ApiError(40125)
        if not self.token or asked["force_refresh"]:
            self.tokens_made += 1
            self.token = f"token-{self.tokens_made}"
        return {"access_token": self.token, "expires_in": 7200}

    def _media(self, media_id: str) -> web.Response:
        if media_id not in self.media:
            raise ApiError(40007)
        return web.Response(body=self.media[media_id], content_type="image/jpeg")

    def _custom(self, asked: Json, caller: str) -> None:
        text, member = asked["text"]["content"], self.members.get(asked["touser"])
        if not self.may_write:
            raise ApiError(48001)
        if member is None:
            raise ApiError(40003)
        if not member.follows:
            raise ApiError(43004)
        if member.is_shut:
            raise ApiError(45015)
        if member.quota <= 0:
            raise ApiError(45047)
        if not 0 < len(text.encode()) <= LONGEST_BYTES:
            raise ApiError(45002)
        member.quota -= 1
        member.texts.append(text)
        member.callers.append(caller)

    def _template(self, asked: Json) -> int:
        if not self.may_write:
            raise ApiError(48001)
        if asked["touser"] not in self.members:
            raise ApiError(40003)
        if not self.members[asked["touser"]].follows:
            raise ApiError(43004)
        try:
            return self.templates.send(asked, self.clock())
        except Refused as refused:
            raise ApiError(refused.code) from refused

    def _stir(self) -> None:
        self.changed.set()


def sign(*parts: str) -> str:
    """SHA-1 over the sorted parts."""
    return hashlib.sha1("".join(sorted(parts)).encode()).hexdigest()  # noqa: S324 - WeChat's choice


def xml(fields: dict[str, str]) -> str:
    """Fields as WeChat writes them."""
    quoted = {name: value.replace("]]>", "]]]]><![CDATA[>") for name, value in fields.items()}
    return "<xml>" + "".join(f"<{name}><![CDATA[{value}]]></{name}>" for name, value in quoted.items()) + "</xml>"


def encrypt(text: str, app_id: str = APP_ID, key: str = AES_KEY) -> str:
    """As WeChat does it."""
    clear = secrets.token_bytes(16) + struct.pack("!I", len(text.encode())) + text.encode() + app_id.encode()
    clear += bytes([32 - len(clear) % 32]) * (32 - len(clear) % 32)
    encryptor = _mode(key).encryptor()
    return b64encode(encryptor.update(clear) + encryptor.finalize()).decode()


def decrypt(encrypted: str, app_id: str = APP_ID, key: str = AES_KEY) -> str:
    """As WeChat does it."""
    decryptor = _mode(key).decryptor()
    clear = decryptor.update(b64decode(encrypted)) + decryptor.finalize()
    clear = clear[16 : -clear[-1]]
    (length,) = struct.unpack("!I", clear[:4])
    assert clear[4 + length :].decode() == app_id
    return clear[4 : 4 + length].decode()


def _mode(key: str) -> Cipher[modes.CBC]:
    raw = b64decode(key + "=")
    return Cipher(algorithms.AES(raw), modes.CBC(raw[:16]))


def _cut(request: web.Request) -> web.Response:
    assert request.transport is not None
    request.transport.abort()
    return web.Response()
