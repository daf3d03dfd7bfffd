"""Staff accounts and what signs them in. Every token and code is kept as a hash only."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, Integer, String, Table, UniqueConstraint

from bot.store.encryption import EncryptedText
from bot.store.tables import BigId, Moment, metadata

staff = Table(
    "staff",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("login", String(64), nullable=False, unique=True),
    Column("name", EncryptedText("staff.name"), nullable=False),
    Column("role", String(16), nullable=False),  # bot.staff.roles.Role
    Column("union_id", BigId, nullable=True),  # the branch; none is the whole tree
    Column("union_path", String(200), nullable=False),
    Column("locale", String(8), nullable=False),
    Column("password_hash", String(200), nullable=True),  # none until the one-time link was used
    Column("totp_secret", EncryptedText("staff.totp_secret"), nullable=True),
    Column("totp_last", Integer, nullable=False),  # the last time step used, so that no code works twice
    Column("certno_hash", String(64), nullable=True),  # the person's own number, so that nobody decides on their own claim
    Column("disabled", Boolean, nullable=False),
    Column("created_at", Moment, nullable=False),
)

staff_sessions = Table(
    "staff_sessions",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("staff_id", BigId, nullable=False, index=True),
    Column("form_token", String(64), nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
)

setup_links = Table(
    "setup_links",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("staff_id", BigId, nullable=True, index=True),  # none makes the first administrator
    Column("expires_at", Moment, nullable=False),
)

link_codes = Table(
    "link_codes",
    metadata,
    Column("code_hash", String(64), primary_key=True),
    Column("staff_id", BigId, nullable=False, unique=True),
    Column("is_group", Boolean, nullable=False),  # links a group of the staff, not a chat of one's own
    Column("expires_at", Moment, nullable=False),
)

staff_chats = Table(
    "staff_chats",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("staff_id", BigId, nullable=False, index=True),
    Column("channel", String(12), nullable=False),
    Column("chat", String(64), nullable=False),
    Column("linked_at", Moment, nullable=False),
    UniqueConstraint("channel", "chat"),
)

staff_groups = Table(
    "staff_groups",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("channel", String(12), nullable=False),
    Column("chat", String(64), nullable=False),
    Column("union_path", String(200), nullable=False),  # the branch whose claims are posted there
    Column("locale", String(8), nullable=False),
    Column("linked_by", BigId, nullable=False),
    Column("linked_at", Moment, nullable=False),
    UniqueConstraint("channel", "chat"),
)

sign_in_attempts = Table(
    "sign_in_attempts",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("who", String(64), nullable=False),  # keyed hash of the name of a bot.staff.throttle.Lane
    Column("at", Moment, nullable=False),
    Index("ix_sign_in_attempts_who", "who", "at"),
)
