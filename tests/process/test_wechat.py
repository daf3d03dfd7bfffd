"""The real process under WeChat's pushes: stuck and killed, it loses nothing that it has confirmed; it prints no secret."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

from tests.fakes.wechat import AES_KEY, APP_ID, SECRET, TOKEN, WeChatServer
from tests.fakes.wechat_phone import Follower
from tests.process.members import PATIENCE_S
from tests.process.running import Bot, running

LEFT = "SELECT 1 FROM jobs WHERE state = 'waiting' AND kind IN ('notice', 'upload') LIMIT 1"


@asynccontextmanager
async def bot_on(wechat: WeChatServer, folder: Path, **more: str) -> AsyncIterator[Bot]:
    """The real process, with the account of the stand-in."""
    account = {"WECHAT_APP_ID": APP_ID, "WECHAT_TOKEN": TOKEN, "WECHAT_SECRET": SECRET, "WECHAT_AES_KEY": AES_KEY}
    async with running(folder, **account, WECHAT_API_URL=wechat.url, **more) as bot:
        wechat.callback = f"{bot.address}/wechat"
        yield bot


async def all_said(bot: Bot) -> None:
    """Wait until nothing waits to be said, or has been given up."""
    async with asyncio.timeout(PATIENCE_S):
        with closing(sqlite3.connect(f"file:{bot.data}/niangjia.db?mode=ro", uri=True)) as database:
            while database.execute(LEFT).fetchone():  # noqa: ASYNC110 - only the database knows
                await asyncio.sleep(0.1)


async def test_what_was_confirmed_while_the_database_was_stuck_outlives_a_kill(tmp_path: Path) -> None:
    async with WeChatServer() as wechat, bot_on(wechat, tmp_path) as bot:
        follower = Follower(wechat)
        await wechat.until(lambda: wechat.menu)
        with closing(sqlite3.connect(bot.data / "niangjia.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            pushed = await follower.types("/start")
            bot.kill()
            other.execute("ROLLBACK")
        assert (pushed.status, pushed.body) == (200, "success")  # while the database still was: WeChat hangs up after three tries
        assert follower.heard == []

        await bot.start()
        await follower.hears()
        again = await wechat.try_push(follower.sent[0])
        await all_said(bot)

    assert again.body == "success"
    assert len(follower.heard) == 1


async def test_a_secret_of_wechat_never_stands_in_what_the_process_prints(tmp_path: Path) -> None:
    async with WeChatServer() as wechat, bot_on(wechat, tmp_path, LOG_LEVEL="debug") as bot:
        follower = Follower(wechat)
        await wechat.until(lambda: wechat.menu)
        await follower.types("王芳")
        query, body = wechat.signed(follower.sent[0])
        await wechat.post(query | {"msg_signature": "0" * 40}, body)
        assert await bot.stop() == 0

        printed = bot.printed + bot.complaints
    assert "wechat_refused" in printed
    assert [secret for secret in (SECRET, TOKEN, AES_KEY, wechat.token, "王芳", follower.member.id) if secret in printed] == []
