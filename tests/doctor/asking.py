"""Asking one check, or all of them, and services that answer badly: real sockets that hang, refuse or talk nonsense."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiohttp import web

from bot import wording
from bot.doctor.finding import Check, Finding, Patient
from bot.settings import Settings

Found = list[tuple[str, str]]


def settings(folder: Path, **more: Any) -> Settings:
    """A deployment in a folder, and what a test sets beside."""
    return Settings(_env_file=None, **{"data_dir": folder, "port": free_port(), **more})


async def ask(check: Check, patient: Patient) -> Found:
    """How bad and what, for each finding; every one of them has words in both languages."""
    findings = await check(patient)
    for finding in findings:
        said(finding)
    return [(finding.level.value, finding.what) for finding in findings]


def said(finding: Finding) -> str:
    """Its Chinese words, with its figures; the English ones must take the same figures."""
    worded = [wording.text(finding.key, locale, finding.figures) for locale in ("en", "zh_CN")]
    assert not [text for text in worded if "{" in text]
    return worded[1]


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def refusing() -> str:
    """An address where nobody listens."""
    return f"http://127.0.0.1:{free_port()}"


@asynccontextmanager
async def hanging(held: list[int] | None = None) -> AsyncIterator[str]:
    """An address that takes every call and never answers; `held` is told at each call how many now hang there."""
    over, callers = asyncio.Event(), set[asyncio.Task[bytes]]()

    async def never(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        gone = asyncio.create_task(reader.read())
        callers.add(gone)
        gone.add_done_callback(callers.discard)
        if held is not None:
            held.append(len(callers))
        await over.wait()
        gone.cancel()
        writer.close()

    server = await asyncio.start_server(never, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        over.set()
        server.close()


@asynccontextmanager
async def answering(answer: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> AsyncIterator[str]:
    """An address that answers everything this way."""
    app = web.Application()
    app.add_routes([web.route("*", "/{path:.*}", answer)])
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def nonsense(_: web.Request) -> web.StreamResponse:
    """A page where JSON was expected."""
    return web.Response(text="<html>welcome to my router</html>", content_type="text/html")
