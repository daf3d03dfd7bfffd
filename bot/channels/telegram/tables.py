"""What Telegram needs remembered: of each chat, of claims posted to groups, and what processes share."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, String, Table

from bot.store.tables import BigId, Moment, metadata

telegram_chats = Table(
    "telegram_chats",
    metadata,
    Column("chat", String(64), primary_key=True),
    Column("keyboard", BigInteger, nullable=True),  # message whose buttons wait for an answer
    Column("blocked_at", Moment, nullable=True),  # the person blocked the bot, or the account is gone
)

telegram_questions = Table(
    "telegram_questions",
    metadata,
    Column("chat", String(64), primary_key=True),
    Column("message", BigInteger, primary_key=True, autoincrement=False),
    Column("sentence", String(60), nullable=False),  # of the question it asked; or the order of the button under words of the staff
)

telegram_posts = Table(
    "telegram_posts",
    metadata,
    Column("chat", String(64), primary_key=True),
    Column("message", BigInteger, primary_key=True, autoincrement=False),
    Column("claim_id", BigId, nullable=False, index=True),  # which a message in a group of the staff tells of
)

telegram_turns = Table(
    "telegram_turns",
    metadata,
    Column("name", String(64), primary_key=True),  # a chat, or "all"
    Column("free_at", Moment, nullable=False),  # when the next message may leave; only where several processes send
)

telegram_pollers = Table(
    "telegram_pollers",
    metadata,
    Column("bot", String(20), primary_key=True),
    Column("holder", String(16), nullable=False),  # the one process that polls
    Column("until", Moment, nullable=False),
)
