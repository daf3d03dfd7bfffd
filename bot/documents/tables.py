"""The uploads: every file somebody sent, from its arrival to its pictures or its refusal. The bytes themselves are in `files`."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, String, Table

from bot.store.encryption import EncryptedJson, EncryptedText
from bot.store.tables import BigId, Moment, metadata

uploads = Table(
    "uploads",
    metadata,
    Column("id", String(32), primary_key=True),  # 128 random bits: it cannot be guessed
    Column("channel", String(12), nullable=False),
    Column("chat", String(64), nullable=False),
    Column("source", EncryptedJson("uploads.source"), nullable=False),  # where its bytes are: {"telegram": file_id}, {"raw": true}
    Column("name", EncryptedText("uploads.name"), nullable=False),  # as the person's device called it
    Column("state", String(8), nullable=False),  # bot.documents.uploads.State
    Column("reason", String(20), nullable=True),  # bot.documents.errors.Reason, if refused
    Column("pictures", Integer, nullable=False),  # how many; 0 until ready
    Column("kind", String(40), nullable=True),  # the document kind of the policy, once attached
    Column("claim_id", BigId, nullable=True),
    Column("created_at", Moment, nullable=False),
    Column("settled_at", Moment, nullable=True),
    Index("ix_uploads_claim_id", "claim_id"),
    Index("ix_uploads_chat", "channel", "chat"),
)
