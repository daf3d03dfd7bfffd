"""A process to be killed: the whole bot as far as Telegram needs it. Arguments: the database, the keys' file, the Bot API's address."""

from __future__ import annotations

import asyncio
import sys
from functools import partial
from pathlib import Path

from bot import notices, wording
from bot.channels.telegram import Telegram
from bot.channels.telegram.pace import Gaps, Pace
from bot.conversation.step import step
from bot.jobs import Worker
from bot.settings import Settings
from bot.store import Keyring, Store
from calculator import load
from tests.channels.telegram.running import now
from tests.conversation.scene import ZONE
from tests.fakes.telegram import TOKEN

LEASE_S = 1.0


async def answer(database: str, keys: str, api: str) -> None:
    """Answer members until killed."""
    store = Store.open(database, Keyring.from_file(Path(keys)))
    settings = Settings(_env_file=None, telegram_token=TOKEN, telegram_api_url=api)
    take = partial(step, policies=load("changchun"), zone=ZONE)
    channel = Telegram(settings, store, take, wording.say, now, pace=Pace(Gaps(0.001, 0.001, 0.001)))
    worker = Worker(store, {notices.JOB_KIND: notices.sender({channel.name: channel}), **channel.jobs}, now, lease_s=LEASE_S)
    await asyncio.gather(worker.run(), channel.run())


if __name__ == "__main__":
    asyncio.run(answer(*sys.argv[1:]))
