"""A message on its way to one chat: queued in the transaction that caused it, sent by a job after it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from sqlalchemy import Connection

from bot import jobs
from bot.jobs import Handler, Job
from bot.message import Chat, Message, Notice

JOB_KIND = "notice"


class Channel(Protocol):
    """The sending side of a platform."""

    name: str

    async def send(self, notice: Notice, job: Job) -> None:
        """Send it, once. Raises jobs.Later or jobs.Never."""


def queue(conn: Connection, chat: Chat, message: Message, *, locale: str, now: datetime) -> None:
    """Put a message on its way; the messages of one chat leave in this order."""
    payload = {"channel": chat.channel, "chat": chat.id, "message": message.to_json(), "locale": locale}
    jobs.add(conn, JOB_KIND, payload, now=now, lane=lane(chat))


def lane(chat: Chat) -> str:
    """The lane of a chat's notices: one after the other."""
    return f"{chat.channel}:{chat.id}"


def sender(channels: Mapping[str, Channel]) -> Handler:
    """The handler of notice jobs: each goes out over its own channel."""

    async def send(job: Job) -> None:
        payload = job.payload
        channel = channels.get(payload["channel"])
        if channel is None:
            raise jobs.Never("channel_off")
        chat = Chat(payload["channel"], payload["chat"])
        await channel.send(Notice(chat, Message.from_json(payload["message"]), payload["locale"]), job)

    return send
