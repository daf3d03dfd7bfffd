"""Made-up names, certificate numbers and unions, drawn from one fixed seed so that every demo is the same."""

from __future__ import annotations

import random
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final

from handlers.identity import check_sign

NOWHERE: Final = "990101"
"""The first six digits of a certificate number name a place; this one is no place."""
_OLDEST: Final = date(1966, 1, 1)
_BORN_WITHIN_DAYS: Final = 14_000


@dataclass(frozen=True)
class Person:
    """Somebody who does not exist."""

    name: str
    certno: str
    phone: str
    card: str
    born: date


@cache
def made_up() -> dict[str, Any]:
    """What the file holds."""
    return tomllib.loads((Path(__file__).parent / "made_up.toml").read_text("utf-8"))


def people(chance: random.Random) -> Iterator[Person]:
    """One person after another, no two with the same certificate number."""
    number = 0
    while True:
        number += 1
        born = _OLDEST + timedelta(days=chance.randrange(_BORN_WITHIN_DAYS))
        body = f"{NOWHERE}{born:%Y%m%d}{number % 1000:03d}"
        name = chance.choice(made_up()["surnames"]) + chance.choice(made_up()["given"])
        yield Person(name, body + check_sign(body), f"199{chance.randrange(10**8):08d}", f"6200{chance.randrange(10**15):015d}", born)
