"""The doctor beside the real process and after it: what it says, how it ends, and that it disturbs nothing."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.doctor.asking import hanging
from tests.fakes.telegram import TOKEN, TelegramServer
from tests.fakes.wechat import AES_KEY, APP_ID, SECRET, WeChatServer
from tests.fakes.wechat import TOKEN as WECHAT_TOKEN
from tests.fakes.wecom import WeComServer
from tests.process.running import Bot, running

STOP_S = 120
"""Only a doctor that hangs takes so long."""


async def doctor(bot: Bot, *arguments: str) -> tuple[int, str, str]:
    """Its exit status, and what it printed."""
    command = [sys.executable, "-m", "bot", "doctor", *arguments]

    def run() -> subprocess.CompletedProcess[str]:
        return subprocess.run(command, cwd=bot.folder, env=bot.environment, capture_output=True, text=True, check=False, timeout=STOP_S)  # noqa: S603 - ours

    ended = await asyncio.to_thread(run)
    return ended.returncode, ended.stdout, ended.stderr


def levels(printed: str) -> dict[str, str]:
    """Each key with how bad it is."""
    told: dict[str, Any] = json.loads(printed)
    return {each["key"]: each["level"] for each in told["checks"]}


async def test_beside_a_server_with_every_channel_it_finds_all_of_them_well_and_disturbs_none(tmp_path: Path) -> None:
    async with TelegramServer() as telegram, WeChatServer() as wechat, WeComServer() as wecom:
        channels = {"TELEGRAM_TOKEN": TOKEN, "TELEGRAM_API_URL": telegram.url, "WECOM_WEBHOOK_URL": wecom.webhook}
        account = {"WECHAT_APP_ID": APP_ID, "WECHAT_SECRET": SECRET, "WECHAT_TOKEN": WECHAT_TOKEN, "WECHAT_AES_KEY": AES_KEY}
        async with running(tmp_path, **channels, **account, WECHAT_API_URL=wechat.url) as bot:
            await telegram.until(lambda: telegram.called("getUpdates"))
            polls = len(telegram.called("getUpdates"))

            status, printed, complaints = await doctor(bot, "--json")

            found = levels(printed)
            fine = ("database", "migrations", "durability", "integrity", "address", "telegram", "wechat", "wechat_callback", "wecom_robot")
            assert {f"doctor.{name}.ok" for name in (*fine, "clock", "stuck", "undelivered")} <= found.keys()
            assert found["doctor.administrator.nobody"] == "warning"
            assert (status, complaints) == (0, "")
            assert len(telegram.called("getUpdates")) == polls
            assert (wechat.tokens_made, wecom.group) == (1, [])
            secrets = (TOKEN, SECRET, WECHAT_TOKEN, AES_KEY, wecom.webhook)
            assert [secret for secret in secrets if secret in printed] == []


async def test_after_the_server_it_looks_at_what_is_left_and_changes_nothing(tmp_path: Path) -> None:
    async with running(tmp_path) as bot:
        await bot.stop()
        before = {path.name for path in bot.data.iterdir()}

        status, printed, complaints = await doctor(bot, "--language", "en")

        assert (status, complaints) == (0, "")
        assert "The server is not running" in printed
        assert "ok       keys" in printed
        assert {path.name for path in bot.data.iterdir()} == before


async def test_what_is_wrong_ends_in_1_and_says_what_to_do(tmp_path: Path) -> None:
    async with running(tmp_path) as bot:
        await bot.stop()
        (bot.data / "keys").chmod(0o644)

        status, printed, _ = await doctor(bot)

        assert status == 1
        assert f"chmod 600 {bot.data}/keys" in printed


async def test_settings_that_cannot_be_read_are_lines_of_the_report(tmp_path: Path) -> None:
    status, printed, complaints = await doctor(Bot(tmp_path, PORT="eighty", LOG_LEVEL="loud"), "--json")

    told = json.loads(printed)
    assert (status, complaints, told["ok"]) == (1, "", False)
    assert [name in each["text"] for name, each in zip(("PORT", "LOG_LEVEL"), told["checks"], strict=True)] == [True, True]


async def test_a_database_that_hangs_keeps_it_neither_from_the_rest_nor_from_leaving(tmp_path: Path) -> None:
    async with hanging() as url:
        status, printed, _ = await doctor(Bot(tmp_path, DATABASE_URL=f"postgresql://nobody@127.0.0.1:{url.rsplit(':', 1)[1]}/n"), "--json")

    assert status == 1
    assert "doctor.zones.ok" in levels(printed)
