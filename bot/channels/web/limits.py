"""How much one chat may send. All counts are rows, so that every replica counts alike."""

from __future__ import annotations

from datetime import datetime, timedelta
from http import HTTPStatus

from sqlalchemy import Connection

from bot.channels.web import history
from bot.channels.web.refused import Refused

TEXT_LENGTH = 2_000  # characters
BODY_BYTES = 32 * 1024  # of a message: 2,000 characters, every one of them escaped
FILE_BYTES = 20 * 1024 * 1024
MESSAGES_A_MINUTE = 30


def refuse_haste(conn: Connection, chat: str, now: datetime) -> None:
    """Not more messages in a minute than a person sends."""
    if history.sent_since(conn, chat, now - timedelta(minutes=1)) >= MESSAGES_A_MINUTE:
        raise Refused(HTTPStatus.TOO_MANY_REQUESTS, "too_many")
