"""When to look at which unfinished conversation, what a member was promised to hear of, and who wants nothing that goes to many."""

from __future__ import annotations

from sqlalchemy import Column, Integer, String, Table, UniqueConstraint

from bot.store.encryption import EncryptedJson
from bot.store.tables import BigId, Moment, metadata

reminders = Table(
    "reminders",
    metadata,
    Column("conversation_id", BigId, primary_key=True, autoincrement=False),
    Column("look_at", Moment, nullable=True, index=True),  # what waits in this conversation is looked at then; none: nothing waits
    Column("quiet_since", Moment, nullable=True),  # the last thing said in it when it was last looked at ...
    Column("passed", Integer, nullable=False),  # ... and how many moments to remind have passed since
    Column("stopped_at", Moment, nullable=True),  # the member wants no reminders
)

promises = Table(
    "promises",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("channel", String(12), nullable=False),
    Column("chat", String(64), nullable=False),
    Column("locale", String(8), nullable=False),
    Column("benefit", String(20), nullable=False),
    Column("kind", String(8), nullable=False),  # bot.reminders.outlook.Kind
    Column("facts", EncryptedJson("promises.facts"), nullable=False),  # what the verdict rested on, as JSON
    Column("due", Moment, nullable=False, index=True),
    Column("ends", Moment, nullable=True),  # what is looked for every day is looked for no longer than that
    UniqueConstraint("channel", "chat", "benefit"),
    sqlite_autoincrement=True,  # never the id of a promise that is gone: buttons name them by it
)

announcements_off = Table(
    "announcements_off",
    metadata,
    Column("channel", String(12), primary_key=True),
    Column("chat", String(64), primary_key=True),
    Column("since", Moment, nullable=False),  # the member wants nothing that the union sends to many
)
