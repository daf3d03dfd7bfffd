"""A process that can no longer do its work ends, so that whoever supervises it starts it anew."""

from __future__ import annotations

from pathlib import Path

from tests.fakes.telegram import TOKEN, TelegramServer
from tests.process.running import Bot


async def test_a_task_that_fails_ends_the_process_in_order_and_with_a_status(tmp_path: Path) -> None:
    async with TelegramServer() as telegram:
        bot = Bot(tmp_path, TELEGRAM_TOKEN=TOKEN, TELEGRAM_API_URL=telegram.url)
        telegram.pending.append({"no": "id"})
        bot.spawn()
        try:
            status = await bot.ended()
        finally:
            bot.kill()

    assert status == 1
    assert '"event": "task_failed"' in bot.complaints
    assert "Traceback" not in bot.complaints
    assert not (bot.data / "niangjia.db-wal").exists()  # the database was closed
