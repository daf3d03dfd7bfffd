"""The threads and what was said in them, encrypted. What anybody did or looked at is in the audit chain of "thread:<id>"."""

from __future__ import annotations

from sqlalchemy import Column, Index, String, Table

from bot.store.encryption import EncryptedJson, EncryptedText
from bot.store.tables import BigId, Moment, metadata

threads = Table(
    "threads",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("subject", String(100), nullable=False, unique=True),  # claim:17, or chat:web:abc while there is no claim
    Column("claim_id", BigId, nullable=True),
    Column("union_path", String(200), nullable=False),  # who may see it
    Column("channel", String(12), nullable=False),
    Column("chat", String(64), nullable=False),
    Column("locale", String(8), nullable=False),
    Column("state", String(8), nullable=False),  # bot.threads.thread.State
    Column("context", EncryptedJson("threads.context"), nullable=True),  # {"benefit", "facts"}, only where the member said so
    Column("taken_by", BigId, nullable=True),
    Column("since", Moment, nullable=False),  # it is whose turn it is since then
    Column("opened_at", Moment, nullable=False),
    Index("ix_threads_list", "state", "since"),
    Index("ix_threads_chat", "channel", "chat"),
)

thread_messages = Table(
    "thread_messages",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("thread_id", BigId, nullable=False, index=True),
    Column("at", Moment, nullable=False),
    Column("staff_id", BigId, nullable=True),  # none: the member
    Column("words", EncryptedText("thread_messages.words"), nullable=False),  # may be empty beside a picture
    Column("upload", String(32), nullable=True, index=True),  # the picture or document that was sent, while it is there
)
