"""Jobs that were under way when the process died."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, update

from bot.jobs.tables import WAITS, jobs


def take_back(conn: Connection, *, now: datetime) -> None:
    """Let every job under way be taken again at once, for a process that knows itself to be the only one; else their leases must end."""
    conn.execute(update(jobs).where(WAITS, jobs.c.holder.is_not(None)).values(holder=None, due=now))
