"""Which jobs have told the staff already: a job that is carried out once more, since its process died in between, tells nobody twice."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, delete

from bot.claims.tables import told
from bot.store.tables import insert_new

KEPT: Final = timedelta(days=30)
"""Longer than a job is tried."""


def first_time(conn: Connection, job: int, now: datetime) -> bool:
    """Whether this job tells for the first time; from now on it has."""
    conn.execute(delete(told).where(told.c.at < now - KEPT))
    return conn.execute(insert_new(conn, told).values(job=job, at=now).returning(told.c.job)).first() is not None
