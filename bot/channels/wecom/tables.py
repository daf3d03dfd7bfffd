"""What waits to go to WeCom, how far its sending has come, and when each door may be used again."""

from __future__ import annotations

from sqlalchemy import Column, Integer, String, Table

from bot.store.encryption import EncryptedJson
from bot.store.tables import BigId, Moment, metadata

wecom_news = Table(
    "wecom_news",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("door", String(8), nullable=False),  # bot.channels.wecom.doors
    Column("topic", String(12), nullable=False),  # what waits of one topic leaves together
    Column("entries", EncryptedJson("wecom_news.entries"), nullable=False),
    Column("more", Integer, nullable=False),  # so many entries were gathered beyond those that a card shows
    Column(
        "unanswered", Integer, nullable=False
    ),  # tries of which nobody knows whether they arrived; one whose answer was lost counts twice
    Column("failures", Integer, nullable=False),  # tries that surely did not arrive: how long to wait before the next
    Column("given_up_by", BigId, nullable=True),  # the job that gave it up; another one may try anew
    sqlite_autoincrement=True,  # never the id of news that are gone: jobs name them by it
)

wecom_doors = Table(
    "wecom_doors",
    metadata,
    Column("door", String(8), primary_key=True),
    Column("free_at", Moment, nullable=False),  # no message leaves before this moment, from whichever process
)
