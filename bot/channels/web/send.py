"""The sending side: a notice becomes a message of the chat's history, and the pages that listen are woken."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, update

from bot.channels.web import history
from bot.channels.web.desk import CHANNEL, Clock
from bot.channels.web.streams import Streams
from bot.channels.web.tables import web_chats
from bot.jobs import Job
from bot.message import Notice
from bot.store.store import Store


class WebChannel:
    """The web chat as the notice job sees it."""

    name = CHANNEL

    def __init__(self, store: Store, streams: Streams, clock: Clock) -> None:
        self._store = store
        self._streams = streams
        self._clock = clock

    async def send(self, notice: Notice, job: Job) -> None:
        """Show the notice in its chat: once, however often the job is tried."""
        await self._store.write(_keep, notice, job.id, self._clock())
        self._streams.wake(notice.chat.id)


def _keep(conn: Connection, notice: Notice, job: int, now: datetime) -> None:
    payload = {"message": notice.message.to_json(), "locale": notice.locale}
    if history.keep(conn, notice.chat.id, "out", f"job:{job}", payload, now=now):
        other = (web_chats.c.id == notice.chat.id, web_chats.c.locale != notice.locale)
        conn.execute(update(web_chats).where(*other).values(locale=notice.locale))
