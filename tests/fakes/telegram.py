"""A stand-in for the Bot API: a real HTTP server on loopback that keeps chats, queues updates, and breaks when told to.

It answers as the real one does where the bot depends on it: offsets confirm, one poller at a time, a webhook excludes polling, limits
on texts and buttons, 403 where the bot is blocked, files behind two steps.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Self

from aiohttp import ClientSession, web

Json = dict[str, Any]

TOKEN = "4242:made-up-token"
LARGEST_FILE = 20 * 1024 * 1024
LONGEST_TEXT = 4096
LONGEST_ACTION = 64
PATIENCE_S = 60.0
"""How long a test waits for what must come. Only a test that fails ever waits so long; a busy machine may take its time."""


@dataclass(frozen=True)
class TooMany:
    """429: wait so many seconds. Telegram goes on refusing until they are over."""

    retry_after: int


@dataclass(frozen=True)
class Status:
    """An error with no effect."""

    code: int
    description: str = "Internal Server Error"


@dataclass(frozen=True)
class CutBefore:
    """The connection breaks before the call has any effect."""


@dataclass(frozen=True)
class CutAfter:
    """The call has its effect, and its answer is lost."""


@dataclass(frozen=True)
class Silence:
    """The call has no effect and no answer for so long, or until it is over."""

    seconds: float
    over: asyncio.Event = field(default_factory=asyncio.Event)


Fault = TooMany | Status | CutBefore | CutAfter | Silence


class ApiError(Exception):
    """An answer with ok=false."""

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.code, self.description, self.parameters = code, description, parameters


@dataclass(frozen=True)
class Call:
    """One call the bot made, when (monotonic seconds), and the folder of the address it was made at: by this, callers are told apart."""

    method: str
    parameters: Json
    at: float
    folder: str = ""
    fault: Fault | None = None


@dataclass
class Chat:
    """One private chat as the person sees it."""

    id: int
    language: str
    messages: list[Json] = field(default_factory=list)
    blocked: bool = False
    moved_to: int = 0
    """The supergroup that a group has become."""


class TelegramServer:
    """The Bot API of one bot. `async with TelegramServer() as telegram:` serves on `telegram.url`."""

    def __init__(self) -> None:
        self.chats: dict[int, Chat] = {}
        self.files: dict[str, bytes] = {}
        self.calls: list[Call] = []
        self.pending: deque[Json] = deque()  # updates not yet confirmed
        self.commands: dict[str, list[Json]] = {}
        self.descriptions: dict[str, str] = {}
        self.short_descriptions: dict[str, str] = {}
        self.menu_button = "default"
        self.local_folder = ""  # where a Bot API server of one's own, run with --local, keeps files, which it names by their path
        self.toasts: list[str] = []  # what was said to those who tapped
        self.answered: list[str] = []  # callback queries
        self.webhook: Json = {}
        self.webhook_error = ""  # why the last call to it failed, a moment ago
        self.first_keyboards: dict[int, Json] = {}  # by message, as it was sent
        self.faults: defaultdict[str, deque[Fault]] = defaultdict(deque)
        self.changed = asyncio.Event()
        self._last_update, self._last_message, self._last_query = 1000, 0, 0
        self._polls = 0
        self._quiet_until = 0.0
        self._methods = {name.removeprefix("do_").lower(): getattr(self, name) for name in dir(self) if name.startswith("do_")}

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.add_routes([web.post("/{folder:([^/]+/)?}bot{token}/{method}", self._call), web.get("/file/bot{token}/{path:.*}", self._file)])
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        self._client = ClientSession()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.close()
        self._polls += 1  # ends the poll that waits
        self._stir()
        await self._runner.cleanup()

    # The test's side

    def fail(self, method: str, *faults: Fault) -> None:
        """Let the next calls of a method fail, one fault each."""
        self.faults[method.lower()].extend(faults)

    def called(self, method: str) -> list[Call]:
        """The calls of one method, faults included."""
        return [call for call in self.calls if call.method == method.lower()]

    def update(self, **content: Any) -> Json:
        """Queue an update."""
        self._last_update += 1
        update = {"update_id": self._last_update, **content}
        self.pending.append(update)
        self._stir()
        return update

    async def deliver(self, update: Json, *, secret: str | None = None) -> int:
        """Post an update to the webhook; the status of the answer. One that is stored is delivered no more."""
        headers = {"X-Telegram-Bot-Api-Secret-Token": self.webhook["secret_token"] if secret is None else secret}
        async with self._client.post(self.webhook["url"], json=update, headers=headers) as answer:
            if answer.status == web.HTTPOk.status_code and update in self.pending:
                self.pending.remove(update)
            return answer.status

    async def until(self, condition: Callable[[], object], seconds: float = PATIENCE_S) -> None:
        """Wait for something to become true of this server."""
        async with asyncio.timeout(seconds):
            while not condition():
                self.changed.clear()
                await self.changed.wait()

    def new_message(self, chat: int, **content: Any) -> Json:
        """A message as it stands in a chat."""
        self._last_message += 1
        return {"message_id": self._last_message, "date": int(time.time()), "chat": {"id": chat, "type": "private"}, **content}

    def new_query(self) -> str:
        """An id for a tap on a button."""
        self._last_query += 1
        return f"q{self._last_query}"

    def keep_file(self, content: bytes) -> str:
        """A file people sent; its id."""
        file_id = f"file-{len(self.files) + 1}"
        self.files[file_id] = content
        return file_id

    # The bot's side

    async def _call(self, request: web.Request) -> web.Response:
        method, parameters = request.match_info["method"].lower(), _decoded(await request.post())
        fault = self.faults[method].popleft() if self.faults[method] else None
        self.calls.append(Call(method, parameters, time.monotonic(), request.match_info["folder"], fault))
        self._stir()
        try:
            self._before(request.match_info["token"], method, fault, str(parameters.get("text", "")))
            if isinstance(fault, Silence):
                with suppress(TimeoutError):
                    await asyncio.wait_for(fault.over.wait(), fault.seconds)
            if isinstance(fault, CutBefore | Silence):
                return _cut(request)
            result = self._methods[method](parameters)
            result = await result if asyncio.iscoroutine(result) else result
            self._stir()
        except ApiError as error:
            return web.json_response(
                {"ok": False, "error_code": error.code, "description": error.description}
                | ({"parameters": error.parameters} if error.parameters else {}),
                status=error.code,
            )
        return _cut(request) if isinstance(fault, CutAfter) else web.json_response({"ok": True, "result": result})

    def _before(self, token: str, method: str, fault: Fault | None, text: str) -> None:
        if token != TOKEN:
            raise ApiError(401, "Unauthorized")
        if isinstance(fault, TooMany):
            self._quiet_until = time.monotonic() + fault.retry_after
        if method.startswith("send") and (left := self._quiet_until - time.monotonic()) > 0:
            wait = max(1, round(left + 0.499))
            raise ApiError(429, f"Too Many Requests: retry after {wait}", retry_after=wait)
        if isinstance(fault, Status):
            raise ApiError(fault.code, f"{fault.description} {text}".strip())  # what it quotes must reach no log

    async def _file(self, request: web.Request) -> web.Response:
        fault = self.faults["file"].popleft() if self.faults["file"] else None
        if isinstance(fault, CutBefore):
            return _cut(request)
        content = self.files.get(request.match_info["path"].removeprefix("documents/"))
        return web.Response(status=404) if content is None or request.match_info["token"] != TOKEN else web.Response(body=content)

    async def do_getupdates(self, asked: Json) -> list[Json]:
        if self.webhook:
            raise ApiError(
                409, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
            )
        self._polls += 1
        mine = self._polls
        self._stir()  # an earlier poll ends now
        self._confirm(asked.get("offset"))
        with suppress(TimeoutError):
            async with asyncio.timeout(asked.get("timeout", 0)):  # wait_for would begin to listen a moment too late
                while not self.pending:
                    self.changed.clear()
                    await self.changed.wait()
                    if mine != self._polls:
                        raise ApiError(
                            409, "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
                        )
        return list(self.pending)[: asked.get("limit", 100)]

    def _confirm(self, offset: int | None) -> None:
        while offset is not None and self.pending and self.pending[0]["update_id"] < offset:
            self.pending.popleft()

    def do_setwebhook(self, asked: Json) -> bool:
        self.webhook = dict(asked)
        return True

    def do_deletewebhook(self, _: Json) -> bool:
        self.webhook = {}
        return True

    def do_getwebhookinfo(self, _: Json) -> Json:
        info = {"url": self.webhook.get("url", ""), "has_custom_certificate": False, "pending_update_count": len(self.pending)}
        failed = {"last_error_date": int(time.time()), "last_error_message": self.webhook_error} if self.webhook_error else {}
        return info | failed | {"allowed_updates": self.webhook.get("allowed_updates", [])}

    def do_getme(self, _: Json) -> Json:
        return {"id": 4242, "is_bot": True, "first_name": "Niangjia", "username": "niangjia_bot"}

    def do_setmycommands(self, asked: Json) -> bool:
        self.commands[asked.get("language_code", "")] = asked["commands"]
        return True

    def do_setmydescription(self, asked: Json) -> bool:
        self.descriptions[asked.get("language_code", "")] = asked["description"]
        return True

    def do_setmyshortdescription(self, asked: Json) -> bool:
        self.short_descriptions[asked.get("language_code", "")] = asked["short_description"]
        return True

    def do_getmycommands(self, asked: Json) -> list[Json]:
        return self.commands.get(asked.get("language_code", ""), [])

    def do_getmydescription(self, asked: Json) -> Json:
        return {"description": self.descriptions.get(asked.get("language_code", ""), "")}

    def do_getmyshortdescription(self, asked: Json) -> Json:
        return {"short_description": self.short_descriptions.get(asked.get("language_code", ""), "")}

    def do_getchatmenubutton(self, _: Json) -> Json:
        return {"type": self.menu_button}

    def do_setchatmenubutton(self, asked: Json) -> bool:
        self.menu_button = asked["menu_button"]["type"]
        return True

    def do_sendmessage(self, asked: Json) -> Json:
        text = str(asked.get("text", ""))
        if not text.strip():
            raise ApiError(400, "Bad Request: message text is empty")
        if len(text) > LONGEST_TEXT:
            raise ApiError(400, "Bad Request: message is too long")
        return self._say(asked, text=text)

    def do_sendphoto(self, asked: Json) -> Json:
        return self._say(
            asked, caption=asked.get("caption", ""), photo=[{"file_id": "out", "file_unique_id": "out", "width": 1, "height": 1}]
        )

    def _say(self, asked: Json, **content: Any) -> Json:
        chat = self._open(asked)
        message = self.new_message(chat.id, **content, **({"from": self.do_getme({})}))
        if "reply_markup" in asked:
            message["reply_markup"] = _checked(asked["reply_markup"])
            self.first_keyboards[message["message_id"]] = message["reply_markup"]
        chat.messages.append(message)
        return message

    def do_editmessagereplymarkup(self, asked: Json) -> Json:
        return self._edited(asked)

    def do_editmessagetext(self, asked: Json) -> Json:
        return self._edited(asked, text=asked["text"])

    def _edited(self, asked: Json, **content: Any) -> Json:
        chat = self._open(asked)
        message = next((message for message in chat.messages if message["message_id"] == asked["message_id"]), None)
        if message is None:
            raise ApiError(400, "Bad Request: message to edit not found")
        before, after = message.get("reply_markup"), _checked(asked["reply_markup"]) if "reply_markup" in asked else None
        if before == after and message | content == message:
            raise ApiError(400, "Bad Request: message is not modified")
        message.pop("reply_markup", None)
        message.update(content)
        if after:
            message["reply_markup"] = after
        return message

    def do_answercallbackquery(self, asked: Json) -> bool:
        query = str(asked["callback_query_id"])
        if query in self.answered or not query.startswith("q"):
            raise ApiError(400, "Bad Request: query is too old and response timeout expired or query ID is invalid")
        self.answered.append(query)
        self.toasts.append(str(asked.get("text", "")))
        return True

    def do_getfile(self, asked: Json) -> Json:
        content = self.files.get(asked["file_id"])
        if content is None:
            raise ApiError(400, "Bad Request: wrong file_id or the file is temporarily unavailable")
        if len(content) > LARGEST_FILE and not self.local_folder:
            raise ApiError(400, "Bad Request: file is too big")
        name = asked["file_id"]
        path = f"{self.local_folder}/{name}" if self.local_folder else f"documents/{name}"
        return {"file_id": name, "file_unique_id": name, "file_size": len(content), "file_path": path}

    def _open(self, asked: Json) -> Chat:
        chat = self.chats.get(int(asked["chat_id"]))
        if chat is None:
            raise ApiError(400, "Bad Request: chat not found")
        if chat.moved_to:
            raise ApiError(400, "Bad Request: group chat was upgraded to a supergroup chat", migrate_to_chat_id=chat.moved_to)
        if chat.blocked:
            raise ApiError(403, "Forbidden: bot was blocked by the user")
        return chat

    def _stir(self) -> None:
        self.changed.set()


def _decoded(form: Any) -> Json:
    """Parameters come as form fields; everything but text as JSON."""
    return {
        name: value if name in {"text", "chat_id", "callback_query_id", "file_id"} else _json(str(value)) for name, value in form.items()
    }


def _json(value: str) -> Any:
    try:
        return json.loads(value)
    except ValueError:
        return value


def _checked(keyboard: Json) -> Json:
    for button in buttons_of(keyboard):
        action = button.get("callback_data")
        if not button["text"].strip() or (action is None) == (button.get("url") is None):
            raise ApiError(400, "Bad Request: inline keyboard button is invalid")
        if action is not None and not 0 < len(action.encode()) <= LONGEST_ACTION:
            raise ApiError(400, "Bad Request: BUTTON_DATA_INVALID")
        if "localhost" in button.get("url", ""):
            raise ApiError(400, f"Bad Request: inline keyboard button URL '{button['url']}' is invalid: Wrong HTTP URL")
    return keyboard


def buttons_of(keyboard: Json) -> Iterator[Json]:
    """All buttons of a keyboard."""
    for row in keyboard["inline_keyboard"]:
        yield from row


def _cut(request: web.Request) -> web.Response:
    assert request.transport is not None
    request.transport.abort()
    return web.Response()
