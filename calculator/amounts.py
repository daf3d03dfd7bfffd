"""Exact money: whole fen, rates in parts per million, one rounding. No float ever touches an amount."""

from __future__ import annotations

import re
from typing import NewType

from calculator.errors import AmountError

Fen = NewType("Fen", int)
"""An amount of money in fen, a hundredth of a yuan."""

Ppm = NewType("Ppm", int)
"""A rate in parts per million: 1.5 % is 15,000, 22.5 ‰ is 22,500."""

FEN_PER_YUAN = 100
MILLION = 1_000_000
_HALF = 500_000
LARGEST = Fen(10**12)
"""Ten thousand million yuan: more than any case, and times any rate still within 64 bits."""

_YUAN = re.compile(r"(?P<whole>[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.(?P<part>[0-9]+))?", re.ASCII)
_RATE = re.compile(r"(?P<whole>[0-9]{1,3})(?:\.(?P<part>[0-9]{1,4}))?\s?(?P<unit>[%‰])", re.ASCII)
_PPM_PER_UNIT = {"%": 10_000, "‰": 1_000}
_CENTS = 2
_LONGEST = 40


def parse_yuan(text: str) -> Fen:
    """Yuan as "152000", "12,160.00" or "0.5", in fen. Raises AmountError."""
    plain_text = text.strip()
    if not plain_text:
        raise AmountError(text, "empty")
    if plain_text[0] in "-−":
        raise AmountError(text, "negative")
    found = _YUAN.fullmatch(plain_text)
    if found is None or len(plain_text) > _LONGEST:
        raise AmountError(text[:_LONGEST], "not_a_number")
    part = (found["part"] or "").rstrip("0")
    if len(part) > _CENTS:
        raise AmountError(text, "too_precise")
    fen = int(found["whole"].replace(",", "")) * FEN_PER_YUAN + int(part.ljust(_CENTS, "0"))
    if fen > LARGEST:
        raise AmountError(text, "too_large")
    return Fen(fen)


def parse_rate(text: str) -> Ppm:
    """Read a rate as "1.5%" or "22.5‰", exactly. Raises AmountError, also for a rate finer than a millionth."""
    found = _RATE.fullmatch(text.strip())
    if found is None:
        raise AmountError(text, "not_a_number")
    part = found["part"] or ""
    scaled = int(found["whole"] + part) * _PPM_PER_UNIT[found["unit"]]
    ppm, rest = divmod(scaled, 10 ** len(part))
    if rest:
        raise AmountError(text, "too_precise")
    return Ppm(ppm)


def half_up(exact: int) -> Fen:
    """Give the fen nearest to an amount in millionths of a fen that is not negative; a half goes up."""
    return Fen((exact + _HALF) // MILLION)


def plain(fen: int) -> str:
    """For machines: 12160.00."""
    return f"{fen // FEN_PER_YUAN}.{fen % FEN_PER_YUAN:02d}" if fen >= 0 else f"-{plain(-fen)}"


def pretty(fen: int) -> str:
    """For people: 12,160.00."""
    return f"{fen // FEN_PER_YUAN:,}.{fen % FEN_PER_YUAN:02d}" if fen >= 0 else f"-{pretty(-fen)}"


def percent(rate: int) -> str:
    """Write a rate for people: 8%, 1.5%."""
    whole, part = divmod(rate, _PPM_PER_UNIT["%"])
    return f"{whole}.{part:04d}".rstrip("0").rstrip(".") + "%"


def exact_yuan(numerator: int, denominator: int) -> str:
    """Write a fraction of fen as exact yuan without trailing zeros: 7500015 / 1000 is 75.00015. The denominator is a power of ten."""
    digits = len(str(denominator)) + 1
    whole, part = divmod(numerator, denominator * FEN_PER_YUAN)
    return f"{whole}.{part:0{digits}d}".rstrip("0").rstrip(".")
