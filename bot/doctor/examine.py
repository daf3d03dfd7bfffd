"""All checks at once: each has an end of its own, and one that hangs or breaks is a line among the others."""

from __future__ import annotations

import asyncio
import re
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Final

from bot.doctor import (
    address,
    clock,
    configured,
    database,
    keys,
    machine,
    people,
    queue,
    storage,
    surroundings,
    telegram,
    wechat,
    wechat_template,
    wecom,
)
from bot.doctor.finding import Check, Finding, Level, NotThereError, Patient, warning, wrong
from bot.settings import Settings

LIMIT_S: Final = 12.0
INTEGRITY_S: Final = 60.0
"""A large file takes its time, and may take longer still: then it is not said to be broken."""


@dataclass(frozen=True)
class Examined:
    """A check by its name, and how long it may take."""

    name: str
    check: Check
    limit_s: float = LIMIT_S
    if_slow: Level = Level.WRONG


CHECKS: Final = (
    Examined("settings", configured.settings),
    Examined("database", database.database),
    Examined("migrations", database.migrations),
    Examined("durability", database.durability),
    Examined("integrity", database.integrity, INTEGRITY_S, Level.WARNING),
    Examined("keys", keys.keys),
    Examined("storage", storage.storage),
    Examined("address", address.address),
    Examined("telegram", telegram.telegram),
    Examined("wechat", wechat.wechat),
    Examined("wechat_callback", wechat.wechat_callback),
    Examined("wechat_template", wechat_template.wechat_template),
    Examined("wecom_robot", wecom.wecom_robot),
    Examined("wecom_app", wecom.wecom_app),
    Examined("clock", clock.clock),
    Examined("disk", machine.disk),
    Examined("memory", machine.memory),
    Examined("open_files", machine.open_files),
    Examined("fonts", surroundings.fonts),
    Examined("zones", surroundings.zones),
    Examined("workdays", surroundings.workdays),
    Examined("administrator", people.administrator),
    Examined("undelivered", queue.undelivered),
    Examined("stuck", queue.stuck),
)


async def examine(settings: Settings, environment: Mapping[str, str], checks: tuple[Examined, ...] = CHECKS) -> list[Finding]:
    """The findings, in the order of the checks."""
    given = frozenset(environment) | names_in(Path(".env"))
    patient = Patient(settings, given, await address.is_running(settings))
    found = await asyncio.gather(*(_within(each, patient) for each in checks))
    return [finding for findings in found for finding in findings]


def names_in(file: Path) -> frozenset[str]:
    """The names that a file of settings gives, in capitals."""
    text = file.read_text("utf-8", "replace") if file.is_file() else ""
    return frozenset(name.upper() for name in re.findall(r"^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=", text, flags=re.MULTILINE))


async def _within(examined: Examined, patient: Patient) -> list[Finding]:
    try:
        async with asyncio.timeout(examined.limit_s):
            return await examined.check(patient)
    except NotThereError:
        return []
    except TimeoutError:
        return [(wrong if examined.if_slow is Level.WRONG else warning)(examined.name, "doctor.hangs", seconds=f"{examined.limit_s:g}")]
    except Exception as error:  # noqa: BLE001 - a check that breaks must not hide what the others found
        last = traceback.extract_tb(error.__traceback__)[-1]
        place = f"{type(error).__name__} at {PurePath(last.filename).name}:{last.lineno}"
        return [wrong(examined.name, "doctor.broke", error=place)]
