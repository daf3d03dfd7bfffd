"""The report: one line a finding for people, or JSON for a program. No secret of the settings stands in either."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from pydantic import SecretStr
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from bot import wording
from bot.doctor.finding import Finding, Level
from bot.settings import Settings

HIDDEN = "***"
SHORTEST_SECRET = 4


def as_lines(findings: Sequence[Finding], settings: Settings | None, locale: str) -> list[str]:
    """A line each, and one at the end that counts."""
    lines = []
    for finding in findings:
        level, name = wording.text(f"doctor.level.{finding.level}", locale), wording.text(f"doctor.name.{finding.check}", locale)
        lines.append(f"{level}  {name}  {_text(finding, settings, locale)}")
    counts = {level.value: sum(finding.level is level for finding in findings) for level in Level}
    return [*lines, wording.text("doctor.counts", locale, counts)]


def as_json(findings: Sequence[Finding], settings: Settings | None, locale: str) -> str:
    """The same for a program."""
    checks = [
        {"check": finding.check, "level": finding.level.value, "key": finding.key, "text": _text(finding, settings, locale)}
        for finding in findings
    ]
    return json.dumps({"ok": exit_status(findings) == 0, "checks": checks}, ensure_ascii=False, indent=1)


def exit_status(findings: Sequence[Finding]) -> int:
    """1 if anything is wrong."""
    return int(any(finding.level is Level.WRONG for finding in findings))


def _text(finding: Finding, settings: Settings | None, locale: str) -> str:
    text = " ".join(wording.text(finding.key, locale, finding.figures).split())
    for secret in _secrets(settings) if settings else ():
        text = text.replace(secret, HIDDEN)
    return text


def _secrets(settings: Settings) -> Iterator[str]:
    """Whatever must not be read over a shoulder: what a service says about an error may quote it."""
    for name in type(settings).model_fields:
        value = getattr(settings, name)
        if isinstance(value, SecretStr) and len(value.get_secret_value()) >= SHORTEST_SECRET:
            yield value.get_secret_value()
    for url in (settings.database_url, settings.files_url):
        try:
            password = make_url(url).password
        except (ArgumentError, ValueError):
            continue
        if password:
            yield str(password)
