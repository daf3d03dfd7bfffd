"""What the system brings along: fonts with Chinese letters, time zones, and the calendar of working days."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from chinese_calendar import is_workday  # type: ignore[import-untyped]  # it ships no types

from bot.doctor.finding import Finding, Patient, fine, warning, wrong
from bot.doctor.threads import in_thread
from bot.doctor.web import now

FONTS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), Path.home() / ".fonts", Path.home() / ".local/share/fonts")
CHINESE = ("cjk", "wqy", "wenquanyi", "sourcehan", "droidsansfallback", "uming", "ukai", "simsun", "simhei", "msyh", "harmonyos", "sarasa")
SHANGHAI, HOURS = "Asia/Shanghai", 8


async def fonts(_: Patient) -> list[Finding]:
    """PDFs lean on the system's fonts where they bring none."""
    found = await in_thread(chinese_font, FONTS)
    return [fine("fonts", file=found) if found else warning("fonts", "none")]


async def zones(patient: Patient) -> list[Finding]:
    """Asia/Shanghai must be known, and be what the calendar day goes by."""
    try:
        offset = now().astimezone(ZoneInfo(SHANGHAI)).utcoffset()
    except ZoneInfoNotFoundError:
        return [wrong("zones", "missing")]
    if offset is None or offset.total_seconds() != HOURS * 3600:
        return [wrong("zones", "shifted")]
    if patient.settings.time_zone.key != SHANGHAI:
        return [warning("zones", "another", zone=patient.settings.time_zone.key)]
    return [fine("zones")]


async def workdays(patient: Patient) -> list[Finding]:
    """The calendar knows the holidays of some years only."""
    return [workdays_at(now().astimezone(patient.settings.time_zone))]


def workdays_at(moment: datetime) -> Finding:
    """Whether that day's year is known."""
    try:
        is_workday(moment.date())
    except (NotImplementedError, ValueError):
        return warning("workdays", "unknown", year=moment.year)
    return fine("workdays", year=moment.year)


def chinese_font(folders: tuple[Path, ...]) -> str | None:
    """The file of some font with Chinese letters, known by its name."""
    for folder in folders:
        for path in folder.rglob("*.[ot]t[fc]") if folder.is_dir() else ():
            name = path.name.lower().replace("-", "").replace("_", "")
            if any(word in name for word in CHINESE):
                return path.name
    return None
