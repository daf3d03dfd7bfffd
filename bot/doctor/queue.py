"""What did not reach anybody, and what should have been done by now."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from sqlalchemy import func, select

from bot.doctor.finding import Finding, Patient, fine, warning, wrong
from bot.doctor.looking import tables
from bot.doctor.threads import in_thread
from bot.doctor.web import now
from bot.jobs import given_up
from bot.jobs.tables import WAITS, jobs

LATE: Final = timedelta(minutes=10)
OLD: Final = timedelta(hours=1)


async def undelivered(patient: Patient) -> list[Finding]:
    """Jobs given up, which staff see in the console."""
    return [await in_thread(_undelivered, patient)]


async def stuck(patient: Patient) -> list[Finding]:
    """Jobs long due that nobody takes, and notices that are tried again and again."""
    return [await in_thread(_stuck, patient)]


def _undelivered(patient: Patient) -> Finding:
    with tables(patient, "jobs") as conn:
        counts = given_up.counts(conn)
    kinds = ", ".join(f"{kind} {number}" for kind, number in counts.items())
    return warning("undelivered", "some", count=sum(counts.values()), kinds=kinds) if counts else fine("undelivered")


def _stuck(patient: Patient) -> Finding:
    number = select(func.count()).select_from(jobs)
    with tables(patient, "jobs") as conn:
        late = conn.execute(number.where(WAITS, jobs.c.due < now() - LATE)).scalar_one()
        old = conn.execute(number.where(WAITS, jobs.c.added_at < now() - OLD, jobs.c.attempts > 0)).scalar_one()
    if late:
        return wrong("stuck", "late", count=late) if patient.is_running else warning("stuck", "waiting", count=late)
    return warning("stuck", "tried", count=old) if old else fine("stuck")
