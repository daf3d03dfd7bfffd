"""Where each chat stands, and which updates have been taken."""

from __future__ import annotations

from sqlalchemy import Column, Date, Integer, PrimaryKeyConstraint, String, Table, UniqueConstraint, func

from bot.store.encryption import EncryptedJson
from bot.store.tables import BigId, Moment, metadata

updates = Table(
    "updates",
    metadata,
    Column("channel", String(12), nullable=False),
    Column("update_id", String(80), nullable=False),
    Column("day", Date, nullable=False, server_default=func.current_date()),  # of its coming, in UTC: it is remembered for some days
    PrimaryKeyConstraint("channel", "update_id"),
    sqlite_with_rowid=False,
)

conversations = Table(
    "conversations",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("channel", String(12), nullable=False),
    Column("chat", String(64), nullable=False),
    Column("locale", String(8), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("state", EncryptedJson("conversations.state"), nullable=False),  # bot.conversation.state.Place
    Column("changed_at", Moment, nullable=False),
    UniqueConstraint("channel", "chat"),
)

happenings = Table(
    "happenings",
    metadata,
    Column("day", Date, nullable=False),
    Column("flow", String(40), nullable=False),  # "claim.hospital"; "" at the menu
    Column("question", String(40), nullable=False),
    Column("event", String(16), nullable=False),  # bot.conversation.counting.Event
    Column("count", Integer, nullable=False),
    PrimaryKeyConstraint("day", "flow", "question", "event"),
    sqlite_with_rowid=False,
)
