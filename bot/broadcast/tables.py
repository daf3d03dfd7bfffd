"""The broadcasts, and of each one row for everybody it is for: never two for one person."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, String, Table, UniqueConstraint

from bot.store.encryption import EncryptedJson
from bot.store.tables import BigId, Moment, metadata

broadcasts = Table(
    "broadcasts",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("state", String(12), nullable=False),  # bot.broadcast.states.State
    Column("revision", Integer, nullable=False),  # one more at every change; whoever signs names the one they read
    Column("union_path", String(200), nullable=False),  # the branch it is for: who may see it
    Column("words", EncryptedJson("broadcasts.words"), nullable=False),  # {"zh_CN": ..., "en": ...}; one may be empty
    Column("audience", EncryptedJson("broadcasts.audience"), nullable=False),  # bot.broadcast.audience.Audience
    Column("pace", Integer, nullable=False),  # messages a second
    Column("writers", EncryptedJson("broadcasts.writers"), nullable=False),  # ids of all who wrote on it: none of them signs
    Column("approver_id", BigId, nullable=True),
    Column("created_at", Moment, nullable=False),
    Column("began_at", Moment, nullable=True),  # signed
    Column("gathered_at", Moment, nullable=True),  # from then on everybody it is for has a row
    Column("next_at", Moment, nullable=True),  # when the next message may leave
    Column("ended_at", Moment, nullable=True),
    Column("counts", EncryptedJson("broadcasts.counts"), nullable=True),  # what became of it, kept when the rows of its people are erased
)

broadcast_recipients = Table(
    "broadcast_recipients",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("broadcast_id", BigId, nullable=False),
    Column("person", String(90), nullable=False),  # bot.broadcast.audience.Person.key
    Column("channel", String(12), nullable=False),
    Column("chat", String(64), nullable=False),
    Column("fate", String(12), nullable=False),  # bot.broadcast.states.Fate
    Column("reason", String(80), nullable=True),  # why it failed
    Column("revision", Integer, nullable=True),  # the broadcast's when it was queued
    UniqueConstraint("broadcast_id", "person"),
    Index("ix_broadcast_recipients_fate", "broadcast_id", "fate", "id"),
    Index("ix_broadcast_recipients_chat", "channel", "chat"),
    sqlite_autoincrement=True,  # never the id of somebody erased: jobs name them by it
)
