"""The web chat's own rows: who holds which chat, and every message shown in it, so that a reload or another tab finds it all again."""

from __future__ import annotations

from sqlalchemy import Column, Index, String, Table, UniqueConstraint

from bot.store.encryption import EncryptedJson
from bot.store.tables import BigId, Moment, metadata

web_chats = Table(
    "web_chats",
    metadata,
    Column("id", String(32), primary_key=True),  # random: never given to somebody else after an erasure
    Column("token_hash", String(64), nullable=False, unique=True),  # SHA-256 of the cookie's random 256 bits
    Column("locale", String(8), nullable=False),  # of the last message sent, at first the browser's
    Column("created_at", Moment, nullable=False),
)

web_messages = Table(
    "web_messages",
    metadata,
    Column("id", BigId, primary_key=True),  # grows within a chat in the order of commits: the page resumes by it
    Column("chat", String(32), nullable=False),
    Column("direction", String(3), nullable=False),  # in: from the member | out: from the bot
    Column("source", String(80), nullable=False),  # what it came from: the page's own id, or the job that sent it
    Column("payload", EncryptedJson("web_messages.payload"), nullable=False),  # bot.channels.web.history
    Column("created_at", Moment, nullable=False),
    UniqueConstraint("chat", "source"),
    Index("ix_web_messages_chat", "chat", "id"),
    sqlite_autoincrement=True,
)
