"""Libraries that read Chinese numbers and times, each behind the same small shape: text in, our kind of value or None out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import date, datetime
from importlib import import_module
from importlib.util import find_spec
from typing import Any

Reader = Callable[[str], Any]


def peers(today: date) -> Mapping[str, Mapping[str, Reader]]:
    """Those installed, by name, with a reader for each table they can try."""
    makers: dict[str, Callable[[date], Mapping[str, Reader]]] = {"cn2an": _cn2an, "jionlp": _jionlp}
    return {name: make(today) for name, make in makers.items() if find_spec(name)}


def _cn2an(_: date) -> Mapping[str, Reader]:
    convert = import_module("cn2an").cn2an

    def amount(said: str) -> int | None:
        with suppress(Exception):
            return round(float(convert(said.rstrip("元块整钱。"), "smart")) * 100)
        return None

    def count(said: str) -> int | None:
        with suppress(Exception):
            return int(convert(said, "smart"))
        return None

    return {"amounts": amount, "counts": count}


def _jionlp(today: date) -> Mapping[str, Reader]:
    library = import_module("jionlp")
    noon = datetime(today.year, today.month, today.day, 12).timestamp()  # noqa: DTZ001 - the library knows no zones

    def amount(said: str) -> int | None:
        with suppress(Exception):
            found = library.parse_money(said)["num"]
            return round(float(found) * 100) if isinstance(found, str) else None
        return None

    def day(said: str) -> date | None:
        with suppress(Exception):
            found = library.parse_time(said, time_base=noon)["time"]
            return date.fromisoformat(found[0][:10])
        return None

    return {"amounts": amount, "days": day}
