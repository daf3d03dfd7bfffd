"""The clock, against those of others: signatures, one-time passwords and deadlines go by it."""

from __future__ import annotations

import time
from contextlib import suppress
from urllib.parse import urlsplit

from sqlalchemy import Connection

from bot.doctor.finding import Finding, NotThereError, Patient, fine, warning, wrong
from bot.doctor.looking import sqlite_path, tables
from bot.doctor.threads import in_thread
from bot.doctor.web import NoAnswerError, call
from bot.settings import Settings

CHECK = "clock"
NOTICEABLE_S, TOO_FAR_S = 3.0, 25.0
"""A one-time password is taken from the half minute before and after."""


async def clock(patient: Patient) -> list[Finding]:
    """Against the first channel's API that says what time it has, and against PostgreSQL."""
    found: list[Finding] = []
    for host, url in _others(patient.settings):
        try:
            answer = await call("HEAD", url)
        except NoAnswerError:
            continue
        if answer.ahead_s is not None:
            found.append(_judged(host, answer.ahead_s))
            break
    if sqlite_path(patient.settings.database_url) is None:
        with suppress(NotThereError):  # the database's own check says so
            found.append(_judged("PostgreSQL", await in_thread(_database_ahead, patient)))
    return found or [fine(CHECK, "alone")]


def _others(settings: Settings) -> list[tuple[str, str]]:
    """The hosts of the channels that are set up."""
    urls = {
        settings.telegram_api_url: settings.telegram_token,
        settings.wechat_api_url: settings.wechat_app_id,
        settings.wecom_api_url: settings.wecom_corp_id,
        settings.wecom_webhook_url.get_secret_value() if settings.wecom_webhook_url else "": settings.wecom_webhook_url,
    }
    parts = [urlsplit(url) for url, is_used in urls.items() if is_used]
    return [(part.hostname or "", f"{part.scheme}://{part.netloc}/") for part in parts if part.hostname]


def _database_ahead(patient: Patient) -> float:
    with tables(patient) as conn:
        _moment(conn)  # the first call is slower
        begun = time.time()
        told = _moment(conn)
        return (begun + time.time()) / 2 - told


def _moment(conn: Connection) -> float:
    return float(conn.exec_driver_sql("SELECT extract(epoch FROM clock_timestamp())").scalar_one())


def _judged(host: str, ahead_s: float) -> Finding:
    seconds = f"{ahead_s:+.1f}"
    if abs(ahead_s) >= TOO_FAR_S:
        return wrong(CHECK, "far_off", host=host, seconds=seconds)
    return warning(CHECK, "off", host=host, seconds=seconds) if abs(ahead_s) >= NOTICEABLE_S else fine(CHECK, host=host, seconds=seconds)
