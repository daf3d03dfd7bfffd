"""A fault of ours: the member gets a sentence with its number, the log its places, and neither what was typed."""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection
from structlog.testing import capture_logs

from bot.channels.web.routes import HEADERS
from bot.message import Incoming, Text
from bot.store import Keyring, Store
from bot.store.errors import StoreUnavailable
from tests.channels.web.page import Page, says
from tests.channels.web.running import Running, echo, running_chat

CERTIFICATE = "110101198001010010"


def faulty(conn: Connection, incoming: Incoming, *, now: datetime) -> bool:
    """A conversation with a fault in it, whose words quote the member."""
    if isinstance(incoming.what, Text):
        raise StoreUnavailable if incoming.what.text == "later" else ValueError(incoming.what.text)
    return echo(conn, incoming, now=now)


@pytest.fixture
async def broken(sqlite_store: Store, keyring: Keyring, tmp_path: Path) -> AsyncIterator[Running]:
    async with running_chat(sqlite_store, keyring, tmp_path / "files", faulty) as running:
        yield running


async def test_a_fault_is_answered_with_its_number_and_logged_without_what_was_typed(
    broken: Running, caplog: pytest.LogCaptureFixture
) -> None:
    with capture_logs() as lines, caplog.at_level(logging.DEBUG):
        async with Page(broken.server) as page:
            await page.until(says("start"))
            answer = await page.write(CERTIFICATE)

    entry = next(line for line in lines if line["event"] == "chat_error")
    assert answer.status == 500
    assert f"编号 {entry['incident']}" in answer.json()["sentence"]
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
    assert (entry["error"], entry["method"], entry["route"]) == ("ValueError", "POST", "/chat/messages")
    assert any("test_faults.py" in place for place in entry["places"])
    assert CERTIFICATE not in str(lines) + caplog.text


async def test_a_database_that_is_away_for_a_while_is_no_fault_of_the_message(broken: Running) -> None:
    with capture_logs():
        async with Page(broken.server) as page:
            await page.until(says("start"))
            answer = await page.write("later")

    assert (answer.status, answer.json()["sentence"]) == (503, "我们这边出了点问题，稍后会自动再发。")


async def test_whoever_opens_the_page_at_such_a_time_reads_a_sentence(broken: Running) -> None:
    async with Page(broken.server) as page:
        await page.until(says("start"))
        await broken.store.close()
        with capture_logs():
            async with page.client.get(broken.address, headers={"Accept": "text/html"}) as response:
                assert response.status == 503
                assert response.content_type == "text/plain"
                assert "出了点问题" in await response.text()


def test_what_a_library_logs_of_an_error_quotes_nobody() -> None:
    script = f"""
import logging
from bot import logs
logs.set_up("info")
try:
    raise ValueError("{CERTIFICATE}")
except ValueError as error:
    logging.getLogger("aiohttp.server").exception("Error handling request from %s", "{CERTIFICATE}")
    logging.getLogger("asyncio").error("exception was never retrieved: %r", error, exc_info=error)
logging.getLogger("aiohttp.server").warning("plain")
"""
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stderr  # noqa: S603 - our own words

    assert said.count("ValueError at <string>:6") == 2
    assert said.count("\n") == 3
    assert "WARNING aiohttp.server plain" in said
    assert CERTIFICATE not in said
