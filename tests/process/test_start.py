"""Starting and ending the real process: what it prints, what it keeps, and one clear line when it cannot start."""

from __future__ import annotations

import asyncio
import random
import re
import socket
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp import ClientSession, CookieJar
from sqlalchemy import Connection

from bot.staff import accounts, passwords
from bot.staff.roles import Role
from tests.process.members import WebChat
from tests.process.running import Bot, running

LINK = re.compile(r"http://[^ ]+/console/start/[\w-]+")


async def test_it_prints_where_the_chat_and_the_console_are_and_the_first_link_until_somebody_can_sign_in(tmp_path: Path) -> None:
    async with running(tmp_path) as bot:
        first = bot.printed
        await bot.stop()
        await bot.start()
        second = bot.printed.removeprefix(first)
        async with bot.store() as store:
            await store.write(administrator, await passwords.seal("a-long-made-up-password"))
        await bot.stop()
        await bot.start()
        third = bot.printed.removeprefix(first + second)

        for printed in (first, second, third):
            assert f"{bot.address}/chat\n" in printed
            assert f"{bot.address}/console\n" in printed
        assert len(LINK.findall(first)) == 1
        assert len(LINK.findall(second)) == 1
        assert LINK.findall(first) != LINK.findall(second)
        assert LINK.findall(third) == []


async def test_the_first_link_opens_the_form_for_the_first_administrator_and_an_older_one_does_not(tmp_path: Path) -> None:
    async with running(tmp_path) as bot:
        await bot.stop()
        await bot.start()
        old, new = LINK.findall(bot.printed)

        assert await opened(old) == 410
        assert await opened(new) == 200


async def test_it_ends_an_open_page_itself_and_then_in_order(tmp_path: Path) -> None:
    async with running(tmp_path) as bot, WebChat(bot.address, random.Random(1)) as chat:  # noqa: S311 - any ids will do
        await chat.hears(1)
        async with chat.stream() as events:
            reading = asyncio.create_task(events.read())
            assert await bot.stop() == 0
            await reading  # to its proper end; one that the process waited for in vain breaks off in the middle

    assert "Traceback" not in bot.complaints


async def test_a_second_start_on_the_same_data_keeps_the_conversation(tmp_path: Path) -> None:
    async with running(tmp_path) as bot, WebChat(bot.address, random.Random(1)) as chat:  # noqa: S311 - any ids will do
        await chat.hears(1)
        for line in ["[住院了]", "45"]:
            await chat.answers(line)
        before = await chat.history()

        await bot.stop()
        await bot.start()

        assert await chat.history() == before
        await chat.answers("[在职]")


async def test_what_it_keeps_can_be_read_by_nobody_else(tmp_path: Path) -> None:
    async with running(tmp_path) as bot:
        assert bot.data.stat().st_mode & 0o077 == 0
        assert (bot.data / "keys").stat().st_mode & 0o777 == 0o600


async def test_a_port_in_use_is_one_clear_line(tmp_path: Path) -> None:
    bot = Bot(tmp_path)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", bot.port))
        taken.listen()

        assert await refused(bot) == 1

    assert last_line(bot).startswith("PORT: ")
    assert str(bot.port) in last_line(bot)


async def test_a_second_process_on_the_same_data_is_one_clear_line(tmp_path: Path) -> None:
    async with running(tmp_path) as bot:
        second = Bot(tmp_path)

        assert await refused(second) == 1

        assert last_line(second) == f"DATABASE_URL: another process is serving {bot.data}/niangjia.db"


async def test_keys_that_others_can_read_are_one_clear_line(tmp_path: Path) -> None:
    async with running(tmp_path) as bot:
        await bot.stop()
        (bot.data / "keys").chmod(0o644)

        assert await refused(bot) == 1

        assert f"chmod 600 {bot.data}/keys" in last_line(bot)


async def test_keys_that_are_none_are_one_clear_line(tmp_path: Path) -> None:
    bot = Bot(tmp_path)
    bot.data.mkdir()
    (bot.data / "keys").write_text("lost")
    (bot.data / "keys").chmod(0o600)

    assert await refused(bot) == 1

    assert last_line(bot).startswith("KEYS_FILE: ")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "eighty"),
        ("PORT", "70000"),
        ("TIME_ZONE", "Changchun"),
        ("LOG_LEVEL", "loud"),
        ("POLICY_PLACE", "atlantis"),
        ("POLICY_PLACE", "../etc"),
        ("DATA_DIR", "/dev/null/data"),
        ("KEYS_FILE", "/dev/null/keys"),
        ("DATABASE_URL", "mysql://somewhere/niangjia"),
        ("DATABASE_URL", "sqlite:////dev/null/niangjia.db"),
        ("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/niangjia"),
        ("FILES_URL", "ftp://somewhere"),
        ("TELEGRAM_WEBHOOK_URL", "https://bot.example.org/telegram"),
        ("NIANGJIA_KEYS", "lost"),
    ],
)
async def test_a_bad_setting_is_one_clear_line_that_names_it(tmp_path: Path, name: str, value: str) -> None:
    bot = Bot(tmp_path, **{name: value})

    assert await refused(bot) in {1, 2}

    assert name in last_line(bot)


async def refused(bot: Bot) -> int:
    """The exit status of a start that must fail, in one line and without a traceback."""
    before = len(plain_lines(bot))
    bot.spawn()
    try:
        status = await bot.ended()
    finally:
        bot.kill()
    assert len(plain_lines(bot)) == before + 1, bot.complaints
    return status


def last_line(bot: Bot) -> str:
    """What it complained of last."""
    return plain_lines(bot)[-1]


def plain_lines(bot: Bot) -> list[str]:
    """What it complained of, without its log."""
    return [line for line in bot.complaints.splitlines() if not line.startswith("{")]


async def opened(link: str) -> int:
    """The status of what a browser sees behind a link."""
    async with ClientSession(cookie_jar=CookieJar(unsafe=True)) as http, http.get(link) as answer:
        return answer.status


def administrator(conn: Connection, password: str) -> None:
    """Somebody who can sign in."""
    now = datetime.now(UTC)
    first = accounts.add(
        conn, login="first", name="第一位", role=Role.ADMINISTRATOR, union_id=None, locale="zh_CN", actor="system", now=now
    )
    accounts.set_password(conn, first, password, now=now)
