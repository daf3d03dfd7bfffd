"""A member who goes on in another chat has said only once that they want no reminders: the wish comes along with the conversation."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select

from bot.reminders import drafts
from bot.reminders.tables import reminders


def follow(conn: Connection, before: int, here: int) -> None:
    """From one conversation, by its id, to the one that goes on with it."""
    stopped_at: datetime | None = conn.scalar(select(reminders.c.stopped_at).where(reminders.c.conversation_id == before))
    if stopped_at is not None:
        drafts.stop(conn, here, stopped_at)
        drafts.allow(conn, before)
