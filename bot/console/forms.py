"""Reading forms and addresses: what a person typed becomes a typed value, or nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta, tzinfo
from enum import Enum
from typing import Any, TypeVar

from calculator import AmountError, Fen, parse_yuan

E = TypeVar("E", bound=Enum)
Fields = Mapping[str, Any]

LONGEST_TEXT = 2000
LARGEST_NUMBER = 10**18


def text(fields: Fields, name: str, longest: int = LONGEST_TEXT) -> str:
    """What was typed, without control characters, cut at a length no honest form reaches."""
    value = fields.get(name)
    if not isinstance(value, str):
        return ""
    return "".join(sign for sign in value if sign in "\n\t" or ((sign.isprintable() or sign.isspace()) and sign != "\0")).strip()[:longest]


def whole_number(fields: Fields, name: str) -> int | None:
    """Digits."""
    value = text(fields, name)
    return (
        int(value)
        if value.isascii() and value.isdigit() and int(value[:20]) < LARGEST_NUMBER and len(value) < len(str(LARGEST_NUMBER))
        else None
    )


def yuan(fields: Fields, name: str) -> Fen | None:
    """An amount typed in yuan."""
    try:
        return parse_yuan(text(fields, name, 40).replace("，", ",").removesuffix("元"))
    except AmountError:
        return None


def choice(fields: Fields, name: str, kind: type[E]) -> E | None:
    """One of a closed set."""
    try:
        return kind(text(fields, name))
    except ValueError:
        return None


def day(fields: Fields, name: str) -> date | None:
    """A day as 2026-11-23."""
    try:
        return date.fromisoformat(text(fields, name, 10))
    except ValueError:
        return None


def beginning(of: date | None, zone: tzinfo, *, after_days: int = 0) -> datetime | None:
    """The first moment of a day, or of some days after it."""
    if of is None or of.year < 2000 or of.year > 2999:  # noqa: PLR2004  # outside, no claim was made and arithmetic may overflow
        return None
    return datetime.combine(of + timedelta(days=after_days), time(), zone)
