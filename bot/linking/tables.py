"""Which chats belong together, the codes with which they are brought together, and how often that was tried."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, String, Table, UniqueConstraint

from bot.store.tables import BigId, Moment, metadata

parties = Table(
    "parties",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("channel", String(12), nullable=False),  # where the member last was
    Column("chat", String(64), nullable=False),
    Column("member_id", BigId, nullable=True, index=True),  # on the roster, once they have proven it
)

linked_chats = Table(
    "linked_chats",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("party", BigId, nullable=False, index=True),
    Column("channel", String(12), nullable=False),
    Column("chat", String(64), nullable=False),
    Column("linked_at", Moment, nullable=False),
    UniqueConstraint("channel", "chat"),
)

chat_codes = Table(
    "chat_codes",
    metadata,
    Column("code_hash", String(64), primary_key=True),
    Column("channel", String(12), nullable=False),  # the chat that made it
    Column("chat", String(64), nullable=False),
    Column("by_channel", String(12), nullable=True),  # the chat that typed it
    Column("by_chat", String(64), nullable=True),
    Column("agreed", Boolean, nullable=False),  # whoever typed it wants to be joined: now the first one is asked
    Column("expires_at", Moment, nullable=False),
    UniqueConstraint("channel", "chat"),
)

link_tries = Table(
    "link_tries",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("who", String(64), nullable=False),  # keyed hash of a chat or a certificate number
    Column("at", Moment, nullable=False),
    Index("ix_link_tries_who", "who", "at"),
)
