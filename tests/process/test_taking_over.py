"""Two real processes with one token on one PostgreSQL: the one that polls is killed, and the other answers."""

from __future__ import annotations

import asyncio
from pathlib import Path

import psycopg

from bot.store import Keyring
from tests.fakes.phone import Phone
from tests.fakes.telegram import PATIENCE_S, TOKEN, TelegramServer
from tests.process.running import Bot


async def test_a_member_whose_process_is_killed_is_answered_by_the_other(tmp_path: Path, postgres_url: str, keyring: Keyring) -> None:
    with psycopg.connect(postgres_url.replace("+psycopg", ""), autocommit=True) as conn:
        conn.execute("DROP SCHEMA public CASCADE")  # the first process makes its tables itself
        conn.execute("CREATE SCHEMA public")
    folders = tmp_path / "one", tmp_path / "two"
    for folder in folders:
        folder.mkdir()
    shared = {"DATABASE_URL": postgres_url, "NIANGJIA_KEYS": keyring.to_json(), "FILES_URL": (tmp_path / "files").as_uri()}
    async with TelegramServer() as telegram:
        shared |= {"TELEGRAM_TOKEN": TOKEN, "TELEGRAM_API_URL": telegram.url}
        phone = Phone(telegram)
        one, two = (Bot(folder, **shared) for folder in folders)
        try:
            await one.start()
            await two.start()
            phone.types("/start")
            await phone.hears()
            (await who_polls(one, two)).kill()
            phone.types("/help")
            await phone.hears()
        finally:
            one.kill()
            two.kill()

    assert len(phone.heard) == 2
    assert "telegram_conflict" not in one.complaints + two.complaints


async def who_polls(*bots: Bot) -> Bot:
    """The one that says so."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            found = [bot for bot in bots if "telegram_polling_here" in bot.printed + bot.complaints]
            if found:
                return found[0]
            await asyncio.sleep(0.05)
