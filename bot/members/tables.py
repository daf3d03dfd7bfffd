"""The unions' tree and the members on the roster."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, String, Table

from bot.store.encryption import EncryptedText
from bot.store.tables import BigId, Moment, metadata

unions = Table(
    "unions",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("parent_id", BigId, nullable=True, index=True),
    Column("name", String(120), nullable=False),
    Column("level", String(12), nullable=False),  # city | district | industry | base
    Column("path", String(200), nullable=False, index=True),  # "/1/4/9/": itself and all above it, for subtrees by prefix
)

members = Table(
    "members",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("union_id", BigId, nullable=False),
    Column("name", EncryptedText("members.name"), nullable=False),
    Column("certno", EncryptedText("members.certno"), nullable=False),
    Column("certno_hash", String(64), nullable=False, unique=True),
    Column("phone", EncryptedText("members.phone"), nullable=True),
    Column("phone_hash", String(64), nullable=True),
    Column("in_work", Boolean, nullable=False),
    Column("joined_at", Moment, nullable=False),
    Index("ix_members_union", "union_id"),
)
