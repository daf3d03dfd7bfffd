"""What no browser sends, byte by byte: it is refused or passed over, and is never an error of ours."""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit

import pytest

from bot.staff.roles import Role
from tests.claims.making import hire
from tests.console.running import Console

FORM = b"application/x-www-form-urlencoded"


async def answered(console: Console, method: bytes, path: bytes, *headers: bytes, body: bytes = b"") -> int:
    """The status of a request sent as these very bytes."""
    url = urlsplit(console.base)
    reader, writer = await asyncio.open_connection(url.hostname, url.port)
    length = b"Content-Length: %d" % len(body)
    writer.write(b"\r\n".join([method + b" /console" + path + b" HTTP/1.1", b"Host: x", b"Connection: close", length, *headers, b"", body]))
    status = int((await reader.read()).split()[1])
    writer.close()
    await writer.wait_closed()
    return status


@pytest.mark.parametrize("cookie", [b"console_session", b"console_form", b"console_start", b"console_language"])
@pytest.mark.parametrize(("method", "path"), [(b"GET", b"/sign-in"), (b"GET", b"/start"), (b"GET", b"/"), (b"POST", b"/start")])
async def test_a_cookie_of_bytes_that_are_no_text_is_no_cookie_of_ours(console: Console, method: bytes, path: bytes, cookie: bytes) -> None:
    status = await answered(console, method, path, b"Cookie: " + cookie + b"=\xff", b"Content-Type: " + FORM, body=b"form_token=%FF")

    assert status < 500


@pytest.mark.parametrize(
    "header",
    [
        b"Content-Type: " + FORM + b"; charset=zzz",
        b"Content-Type: " + FORM + b"; charset=idna",
        b"Content-Type: " + FORM + b"; charset=unicode_escape",
        b"Content-Type: " + FORM + b"; charset=\xff",
        b"Origin: http://[evil",
        b"Accept-Language: \xff",
    ],
)
@pytest.mark.parametrize(
    "body", [b"form_token=" + b"x" * 32, b"\xff", b"form_token=%ED%A0%80", b"form_token=" + b"x" * 32 + b"&password=\xff"]
)
async def test_a_form_that_is_no_text_is_refused(console: Console, header: bytes, body: bytes) -> None:
    headers = [header] if header.startswith(b"Content-Type") else [header, b"Content-Type: " + FORM]

    assert await answered(console, b"POST", b"/sign-in", b"Cookie: console_form=" + b"y" * 32, *headers, body=body) == 403


@pytest.mark.parametrize("typed", [b"%FF", b"%ED%A0%80", b"%00", b"%F0%9F"])
async def test_what_was_typed_may_be_no_text(console: Console, typed: bytes) -> None:
    token = b"y" * 32
    fields = b"&".join([b"form_token=" + token, *(name + b"=" + typed * 10 for name in (b"login", b"password", b"code", b"claim"))])

    cookie = b"Cookie: console_form=" + token
    assert await answered(console, b"POST", b"/sign-in", cookie, b"Content-Type: " + FORM, body=fields) == 401


async def test_a_place_in_the_queue_before_all_time_is_none(any_console: Console) -> None:
    visitor = await any_console.signed_in(await any_console.store.write(hire, "admin", Role.ADMINISTRATOR))

    for after in ("0001-01-01T00:00:00%2B14:00~1", "9999-12-31T23:59:59-14:00~1", "0001-01-01T00:00:00%2B00:00~1"):
        await visitor.get(f"/?after={after}")
