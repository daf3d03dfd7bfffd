"""What Telegram needs remembered: per chat its open keyboard and whether the bot is blocked, per notice how far its sending has come."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, String, Table

from bot.store.tables import BigId, Moment, metadata

telegram_chats = Table(
    "telegram_chats",
    metadata,
    Column("chat", String(64), primary_key=True),
    Column("keyboard", BigInteger, nullable=True),  # message whose buttons wait for an answer
    Column("blocked_at", Moment, nullable=True),  # the person blocked the bot, or the account is gone
)

telegram_sends = Table(
    "telegram_sends",
    metadata,
    Column("job", BigId, primary_key=True, autoincrement=False),
    Column("parts", Integer, nullable=False),  # how many messages of this notice Telegram has confirmed
    Column("unanswered", Integer, nullable=False),  # tries of the next one of which nobody knows whether they arrived
    Column("failures", Integer, nullable=False),  # tries that surely did not arrive: how long to wait before the next
    Column("changed_at", Moment, nullable=False, index=True),
)
