"""Our own address: whether PUBLIC_URL leads to this server, and the server finds itself ready."""

from __future__ import annotations

from http import HTTPStatus

from bot.doctor.finding import Finding, Patient, fine, warning, wrong
from bot.doctor.web import NoAnswerError, call
from bot.settings import Settings

EVERYWHERE = frozenset({"0.0.0.0", "::", ""})  # noqa: S104 - compared with, not listened on


def at_home(settings: Settings) -> str:
    """The address at which this machine reaches the server."""
    host = "127.0.0.1" if settings.host in EVERYWHERE else settings.host
    return f"http://{f'[{host}]' if ':' in host else host}:{settings.port}"


async def is_running(settings: Settings) -> bool:
    """Whether the server answers here."""
    try:
        return (await call("GET", f"{at_home(settings)}/healthz")).text == "alive\n"
    except NoAnswerError:
        return False


async def address(patient: Patient) -> list[Finding]:
    """Asked the way members ask."""
    settings = patient.settings
    if not patient.is_running:
        return [warning("address", "not_running", url=at_home(settings))]
    try:
        ready = await call("GET", f"{at_home(settings)}/readyz")
        if ready.status != HTTPStatus.OK:
            return [wrong("address", "not_ready")]
        answer = await call("GET", f"{settings.public_url}/healthz")
    except NoAnswerError as error:
        return [warning("address", "unreachable", url=settings.public_url, error=error.reason)]
    if answer.text != "alive\n":
        return [wrong("address", "somebody_else", url=settings.public_url, status=answer.status)]
    return [fine("address", url=settings.public_url)]
