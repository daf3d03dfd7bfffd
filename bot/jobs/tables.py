"""The queue's one table. A job that runs holds a lease: `due` lies ahead, `holder` names its worker; a job done is a row deleted."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, String, Table, literal_column

from bot.store.encryption import EncryptedJson
from bot.store.tables import BigId, Moment, metadata

WAITING, DEAD = "waiting", "dead"
PAYLOAD = EncryptedJson("jobs.payload")

jobs = Table(
    "jobs",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("kind", String(40), nullable=False),
    Column("payload", PAYLOAD, nullable=False),
    Column("lane", String(120), nullable=True),
    Column("state", String(8), nullable=False, default=WAITING),  # a job done is a row deleted
    Column("due", Moment, nullable=False),  # while it runs: the end of its lease
    Column("holder", String(32), nullable=True),
    Column("attempts", Integer, nullable=False, default=0),
    Column("dedupe", String(200), nullable=True, unique=True),
    Column("reason", String(200), nullable=True),
    Column("added_at", Moment, nullable=False),
    sqlite_autoincrement=True,  # never the id of a job that is gone: channels note by it what they have sent
)
WAITS = jobs.c.state == literal_column(f"'{WAITING}'")
"""Spelt out, not bound: a partial index serves no query that binds its condition."""
Index("ix_jobs_due", jobs.c.due, sqlite_where=WAITS, postgresql_where=WAITS)
Index("ix_jobs_lane", jobs.c.lane, jobs.c.id, sqlite_where=WAITS, postgresql_where=WAITS)
