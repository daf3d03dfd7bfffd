"""The rules worked out once more, written apart: from the TOML of a policy file itself, in decimal yuan."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

Table = Mapping[str, Any]
Case = Mapping[str, Any]
"""Facts in words, numbers and days, and money in yuan as Decimal."""

NOTHING = Decimal(0)
_UNITS = {"%": Decimal(100), "‰": Decimal(1000)}


def editions(file: Path) -> list[Table]:
    """The editions of a policy file as they are written."""
    found: list[Table] = tomllib.loads(file.read_text(encoding="utf-8"))["edition"]
    return found


def told(edition: Table, case: Case) -> tuple[str, Decimal]:
    """The outcome and the amount in yuan, of a case with all that the verdict and the amount rest on. Deadlines are left out."""
    facts = {**case, **{row["name"]: _sum(row, case) for row in edition.get("sums", [])}}
    failed = any(_holds(row, facts) is False for row in edition.get("conditions", []))
    excluded = any(_holds(row, facts) is True for row in edition.get("exclusions", []))
    if failed or excluded:
        return "ineligible", NOTHING
    reviewed = any(_holds(row, facts) is True for row in edition.get("reviews", []))
    return "review" if reviewed else "eligible", _paid(edition, facts)


def _paid(edition: Table, facts: Case) -> Decimal:
    amount = _award(edition["award"], facts).quantize(Decimal("0.01"), ROUND_HALF_UP)
    caps = edition.get("caps", {})
    if amount and "minimum" in edition:
        amount = max(amount, Decimal(edition["minimum"]["amount"]))
    if "per_payment" in caps:
        amount = min(amount, Decimal(caps["per_payment"]["amount"]))
    before = facts.get("paid_this_year", NOTHING)
    if edition["per"] == "year":
        amount = max(amount - before, NOTHING)
    if "per_year" in caps:
        amount = min(amount, max(Decimal(caps["per_year"]["amount"]) - before, NOTHING))
    return amount


def _award(award: Table, facts: Case) -> Decimal:
    return min(_before_its_cap(award, facts), Decimal(award["cap"]["amount"]) if "cap" in award else Decimal("Infinity"))


def _before_its_cap(award: Table, facts: Case) -> Decimal:
    if award["kind"] == "items":
        return next(Decimal(item["amount"]) for item in award["items"] if item["id"] == facts[award["fact"]])
    if award["kind"] == "each":
        return Decimal(award["amount"]) * int(facts[award["fact"]])
    if award["kind"] == "sum":
        return sum((_award(part, facts) for part in award["parts"]), NOTHING)
    if award["kind"] == "cases":
        chosen = (row["award"] for row in award["cases"] if "when" not in row or _holds(row["when"], facts))
        return next((_award(each, facts) for each in chosen), NOTHING)
    return Decimal(award["amount"]) if award["kind"] == "fixed" else _of_base(award, facts[award.get("base", award.get("sum"))])


def _of_base(award: Table, base: Decimal) -> Decimal:
    if award["kind"] == "single_rate":
        return base * _rate(award["rate"])
    if award["kind"] == "slices":
        return sum((_slice(band, base) * _rate(band["rate"]) for band in award["bands"]), NOTHING)
    inside = [band for band in award["bands"] if _inside(band, base)]
    pays = [base * _rate(band["rate"]) if award["kind"] == "rate_on_whole" else Decimal(band["amount"]) for band in inside]
    return sum(pays, NOTHING)


def _slice(band: Table, base: Decimal) -> Decimal:
    return max(min(base, Decimal(band["to"]) if "to" in band else base) - Decimal(band["over"]), NOTHING)


def _rate(text: str) -> Decimal:
    return Decimal(text[:-1]) / _UNITS[text[-1]]


def _sum(row: Table, case: Case) -> Decimal:
    return max(_total(row["plus"], case) - _total(row.get("minus", []), case), NOTHING)


def _total(names: Sequence[str], case: Case) -> Decimal:
    return sum((case[name] for name in names), NOTHING)


def _holds(row: Table, facts: Case) -> bool | None:
    """Whether a test holds; None as long as that rests on a fact only a claim states."""
    if "not" in row:
        held = _holds(row["not"], facts)
        return None if held is None else not held
    if "all" in row or "any" in row:
        parts = {_holds(part, facts) for part in row.get("all", row.get("any"))}
        decides = "any" in row
        return decides if decides in parts else None if None in parts else not decides
    value = facts.get(row["fact"] if "fact" in row else row["sum"])
    if value is None:
        return None
    if "is" in row:
        return value in row["is"]
    return value not in row["is_not"] if "is_not" in row else _inside(row, value)


def _inside(row: Table, value: Any) -> bool:
    low, high = row.get("between", (row.get("from"), row.get("to")))
    ends = {"from": low, "to": high, "over": row.get("over"), "below": row.get("below")}
    end = {name: Decimal(at) if isinstance(at, str) else at for name, at in ends.items() if at is not None}
    return (
        value >= end.get("from", value) and value <= end.get("to", value)
        and ("over" not in end or value > end["over"]) and ("below" not in end or value < end["below"])
    )  # fmt: skip


def as_case(facts: Mapping[str, Any], money: frozenset[str]) -> Case:
    """Facts in fen as a case in yuan."""
    return {name: Decimal(value) / 100 if name in money else value for name, value in facts.items() if not isinstance(value, date)}
