"""A broadcast goes on after the process was killed in the middle of it: nobody is left out, and almost nobody hears it twice."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection

from bot.broadcast.find import Broadcast
from bot.broadcast.outgoing import AT_ONCE
from bot.broadcast.states import Fate
from bot.store import Store
from tests.broadcast.sending import Going, got, phones
from tests.broadcast.writing import enrol_all, office, signed
from tests.fakes.telegram import TOKEN, TelegramServer
from tests.process.running import running

MEMBERS = 150


async def test_a_broadcast_goes_on_after_the_process_was_killed(tmp_path: Path) -> None:
    async with (
        TelegramServer() as telegram,
        running(tmp_path, TELEGRAM_TOKEN=TOKEN, TELEGRAM_API_URL=telegram.url, QUIET_HOURS="3-3") as bot,
        bot.store() as store,
    ):
        chats = phones(telegram, MEMBERS)

        def work(conn: Connection) -> Broadcast:
            people = office(conn)
            enrol_all(conn, people.town.east_base, chats)
            return signed(conn, people, pace=25, now=datetime.now(UTC))

        number = (await store.write(work)).id
        for share in (1, 2):
            await telegram.until(lambda share=share: len(got(telegram)) >= share * MEMBERS // 3)  # type: ignore[misc]
            bot.kill()
            await bot.start()
        await _over(store, number)

        assert sorted(got(telegram)) == [int(chat.id) for chat in chats]
        assert sum(got(telegram).values()) <= MEMBERS + 2 * AT_ONCE


async def _over(store: Store, number: int) -> None:
    going = Going(store, number)
    await going.over()
    assert (await going.progress()).fates == {Fate.SENT: MEMBERS}
