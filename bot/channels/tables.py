"""What channels that call a platform need remembered alike: how far the sending of each notice has come."""

from __future__ import annotations

from sqlalchemy import Column, Integer, Table

from bot.store.tables import BigId, Moment, metadata

sends = Table(
    "sends",
    metadata,
    Column("job", BigId, primary_key=True, autoincrement=False),
    Column("parts", Integer, nullable=False),  # how many of its messages the platform has confirmed
    Column("unanswered", Integer, nullable=False),  # tries of the next one of which nobody knows whether they arrived
    Column("failures", Integer, nullable=False),  # tries that surely did not arrive: how long to wait before the next
    Column("changed_at", Moment, nullable=False, index=True),
)
