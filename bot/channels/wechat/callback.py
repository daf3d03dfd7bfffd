"""The address that WeChat calls: believed only with a fresh signature, and answered within five seconds whatever happens."""

from __future__ import annotations

import asyncio
import re
import secrets
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from http import HTTPStatus

import structlog
from aiohttp import web

from bot.channels.wechat import signatures
from bot.channels.wechat.crypto import Cipher, Tampered, is_signed, signature
from bot.channels.wechat.inbox import Inbox, NotKept
from bot.channels.wechat.passive import Answer
from bot.channels.wechat.receive import Fields, Garbled, fields_of, read
from bot.channels.wechat.take import Push
from bot.store.errors import StoreError

ANSWERED_WITHIN_S = 4.7
LONGEST_BODY = 64 * 1024
NOTHING = "success"
"""WeChat's word for: arrived, and nothing to say now."""

NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

log = structlog.get_logger(__name__)


class Forged(Exception):  # noqa: N818 - says what was found
    """Not signed by WeChat, or not now."""


class Callback:
    """The receiving side of one account."""

    def __init__(self, inbox: Inbox, token: str, cipher: Cipher | None, clock: Callable[[], datetime]) -> None:
        self._inbox, self._token, self._cipher, self._clock = inbox, token, cipher, clock

    async def verify(self, request: web.Request) -> web.Response:
        """GET: WeChat asks whether this is the right address; it gets back what it sent."""
        query = request.query
        if not self._is_genuine(query, query.get("signature", "")):
            return web.Response(status=HTTPStatus.FORBIDDEN)
        self._inbox.seen(query["signature"], self._clock())
        return web.Response(text=query.get("echostr", ""), headers={"X-Content-Type-Options": "nosniff"})

    async def receive(self, request: web.Request) -> web.StreamResponse:
        """POST: one push. 403 for a wrong signature, 400 for what is no push, 503 for one that could be stored nowhere."""
        try:
            async with asyncio.timeout(ANSWERED_WITHIN_S):
                return await self._received(request)
        except (Forged, Tampered, signatures.Replayed) as error:
            log.warning("wechat_refused", reason=type(error).__name__)
            return web.Response(status=HTTPStatus.FORBIDDEN)
        except Garbled:
            return web.Response(status=HTTPStatus.BAD_REQUEST)
        except web.HTTPRequestEntityTooLarge:
            return web.Response(status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        except (NotKept, StoreError, TimeoutError) as error:
            log.error("wechat_push_not_kept", error=type(error).__name__)  # noqa: TRY400 - no message: it may hold what was written
            return web.Response(status=HTTPStatus.SERVICE_UNAVAILABLE)

    async def _received(self, request: web.Request) -> web.StreamResponse:
        body = await _body(request)
        fields, signed = self._opened(request.query, body)
        received = read(fields)
        if received is None:
            self._inbox.seen(signed, self._clock())
            return web.Response(text=NOTHING)
        push = Push(received, fields, signed, self._clock(), secrets.token_hex(8))
        answer = await self._inbox.put(push)
        return web.Response(text=NOTHING) if answer is None else await self._answer(request, push, answer)

    def _opened(self, query: Mapping[str, str], body: bytes) -> tuple[Fields, str]:
        """The push in clear, and the signature it came with.

        With a key at hand nothing is taken that is not encrypted: the signature of a plain message does not cover it.
        """
        if self._cipher is None:
            if not self._is_genuine(query, query.get("signature", "")):
                raise Forged
            return fields_of(body), query["signature"]
        try:
            encrypted = fields_of(body).get("Encrypt", "")
        except Garbled as error:
            raise Forged from error
        given = query.get("msg_signature", "")
        if not (encrypted and self._is_genuine(query, given, encrypted)):
            if not encrypted and self._is_genuine(query, query.get("signature", "")):
                log.error("wechat_plain_refused", hint="choose the safe mode on WeChat's page, or leave WECHAT_AES_KEY empty")
            raise Forged
        return fields_of(self._cipher.decrypt(encrypted)), given

    def _is_genuine(self, query: Mapping[str, str], given: str, *more: str) -> bool:
        timestamp, nonce = query.get("timestamp", ""), query.get("nonce", "")
        is_right = is_signed(given, self._token, timestamp, nonce, *more)
        is_fresh = signatures.is_fresh(timestamp, self._clock())
        if is_right and not is_fresh:
            log.warning("wechat_stale", hint="is this machine's clock right?")
        return is_right and is_fresh

    async def _answer(self, request: web.Request, push: Push, answer: Answer) -> web.StreamResponse:
        """Write the answer, and note whether it could be written."""
        content = self._sealed(reply(push.fields, answer.text))
        response = web.Response(body=content.encode(), content_type="text/xml", charset="utf-8")
        is_written = False
        try:
            await response.prepare(request)
            await response.write_eof()
            is_written = request.transport is not None and not request.transport.is_closing()
        except ConnectionError:
            pass
        finally:
            if is_written:
                self._inbox.written(answer, push)
            else:
                self._inbox.unwritten(answer)
        return response

    def _sealed(self, clear: str) -> str:
        if self._cipher is None:
            return clear
        encrypted, timestamp, nonce = self._cipher.encrypt(clear.encode()), str(int(time.time())), str(secrets.randbelow(10**10))
        signed = signature(self._token, timestamp, nonce, encrypted)
        return (
            f"<xml><Encrypt><![CDATA[{encrypted}]]></Encrypt><MsgSignature><![CDATA[{signed}]]></MsgSignature>"
            f"<TimeStamp>{timestamp}</TimeStamp><Nonce><![CDATA[{nonce}]]></Nonce></xml>"
        )


def reply(fields: Fields, text: str) -> str:
    """A text as the answer to a push: what came from the one goes to the other."""
    member, account = _quoted(fields["FromUserName"]), _quoted(fields.get("ToUserName", ""))
    return (
        f"<xml><ToUserName>{member}</ToUserName><FromUserName>{account}</FromUserName>"
        f"<CreateTime>{int(time.time())}</CreateTime><MsgType><![CDATA[text]]></MsgType><Content>{_quoted(text)}</Content></xml>"
    )


def _quoted(text: str) -> str:
    """As XML takes it: without control characters, and whatever it holds."""
    allowed = NOT_IN_XML.sub("", text).replace("]]>", "]]]]><![CDATA[>")
    return f"<![CDATA[{allowed}]]>"


async def _body(request: web.Request) -> bytes:
    body = bytearray()
    async for chunk in request.content.iter_any():
        body += chunk
        if len(body) > LONGEST_BODY:
            raise web.HTTPRequestEntityTooLarge(LONGEST_BODY, len(body))
    return bytes(body)
