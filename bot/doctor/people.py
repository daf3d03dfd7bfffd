"""Whether somebody can sign in to the console who may do everything there."""

from __future__ import annotations

from sqlalchemy import func, select

from bot.doctor.finding import Finding, Patient, fine, warning, wrong
from bot.doctor.looking import tables
from bot.doctor.threads import in_thread
from bot.staff.roles import Role
from bot.staff.tables import staff

CHECK = "administrator"


async def administrator(patient: Patient) -> list[Finding]:
    """An open account of that role with a password, for all unions."""
    return [await in_thread(_look, patient)]


def _look(patient: Patient) -> Finding:
    usable = (staff.c.disabled.is_(False), staff.c.password_hash.is_not(None))
    with tables(patient, "staff") as conn:
        able = conn.execute(select(func.count()).select_from(staff).where(staff.c.role == Role.ADMINISTRATOR, *usable)).scalar_one()
        anybody = conn.execute(select(staff.c.id).where(*usable).limit(1)).first()
    if able:
        return fine(CHECK, count=able)
    return wrong(CHECK, "none") if anybody else warning(CHECK, "nobody")
