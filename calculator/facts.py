"""The closed list of facts a rule may read, with types and bounds: the shared language of policy files, questions and command line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum
from types import MappingProxyType
from typing import Final

from calculator.amounts import LARGEST, parse_yuan, plain
from calculator.errors import AmountError, FactError


class FactType(Enum):
    """How a fact is asked and kept: as bool, int, Fen, date or str."""

    YES_NO = "yes_no"
    COUNT = "count"
    MONEY = "money"
    DAY = "day"
    CHOICE = "choice"


class Unclear(Enum):
    """The type of UNCLEAR, so that it can be told from every other value."""

    UNCLEAR = "unclear"


UNCLEAR: Final = Unclear.UNCLEAR
"""An answer that is neither yes nor no, neither this nor that: a person must look."""

Value = bool | int | date | str | Unclear
"""What a fact can be. Money is fen."""

Facts = Mapping[str, Value]
"""What is known of a case, by fact name. A fact nobody has asked is absent."""


@dataclass(frozen=True, slots=True)
class Open:
    """A sum that is not known: the least and the most it can be, in fen, and whether nothing but a clear answer is wanting."""

    low: int
    high: int
    is_unclear: bool


Known = Mapping[str, Value | Open]
"""Facts, and the sums that rest on them."""

JsonValue = bool | int | str


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing a rule reads. `low` and `high` are what can be true at all, not what a policy allows."""

    name: str
    type: FactType
    low: int | date | None = None
    high: int | date | None = None
    choices: tuple[str, ...] = ()
    """For a CHOICE whose choices are the same everywhere; empty where the edition names them."""


_FIRST_DAY = date(1990, 1, 1)
_OLDEST = 120
_LONGEST_COUNT = 9
_MOST_CHILDREN = 20


def _money(name: str) -> Fact:
    return Fact(name, FactType.MONEY, 0, LARGEST)


def _day(name: str) -> Fact:
    return Fact(name, FactType.DAY, _FIRST_DAY)


FACTS: Final[Mapping[str, Fact]] = MappingProxyType(
    {
        fact.name: fact
        for fact in (
            Fact("age", FactType.COUNT, 0, _OLDEST),
            Fact("in_work", FactType.YES_NO),
            _money("out_of_pocket"),
            _money("paid_this_year"),
            Fact("stay_cause", FactType.CHOICE, choices=("illness", "injury", "maternity")),
            _day("discharged_on"),
            Fact("work_injury", FactType.YES_NO),
            Fact("injury", FactType.CHOICE),
            _day("injured_on"),
            Fact("fire_report", FactType.YES_NO),
            Fact("own_home", FactType.YES_NO),
            Fact("loss_cause", FactType.CHOICE, choices=("fire", "burst_pipe")),
            _money("loss"),
            _day("fire_on"),
            Fact("insurance", FactType.CHOICE, choices=("employee", "resident", "rural", "elsewhere")),
            _money("bill"),
            _money("insured_total"),
            _money("personal_part"),
            _money("deductible"),
            _money("own_pay"),
            _money("own_expense"),
            _money("year_self_pay"),
            _money("year_out_of_pocket"),
            _money("mutual_aid"),
            _money("commercial_paid"),
            _money("unit_paid"),
            Fact("disability_grade", FactType.CHOICE),
            Fact("children_hurt", FactType.COUNT, 0, _MOST_CHILDREN),
            Fact("banned_cause", FactType.YES_NO),
            _day("handed_in_on"),
        )
    }
)

_YES_NO = {"yes": True, "true": True, "是": True, "no": False, "false": False, "否": False}


def fact_named(name: str) -> Fact:
    """Find the fact of this name. Raises FactError."""
    fact = FACTS.get(name)
    if fact is None:
        raise FactError(name, "", "unknown_fact")
    return fact


def parse_fact(name: str, text: str) -> Value:
    """Read a value as a machine or an operator writes it: yes/no, 45, 152000 (yuan), 2023-07-01, a choice, unclear. Raises FactError."""
    fact = fact_named(name)
    word = text.strip()
    if word.lower() == UNCLEAR.value:
        return UNCLEAR
    try:
        return checked(fact, _parsers[fact.type](word))
    except (AmountError, ValueError, KeyError) as wrong:
        if isinstance(wrong, FactError):
            raise
        raise FactError(name, text, wrong.reason if isinstance(wrong, AmountError) else "not_understood") from wrong


def checked(fact: Fact, value: Value) -> Value:
    """Return the value, if the fact can have it. Raises FactError: not_understood, too_low, too_high or not_a_choice."""
    if not _is_of_type(fact.type, value):
        raise FactError(fact.name, value, "not_understood")
    if fact.low is not None and value < fact.low:  # type: ignore[operator]  # the same type, as just seen
        raise FactError(fact.name, value, "too_low")
    if fact.high is not None and value > fact.high:  # type: ignore[operator]  # the same type, as just seen
        raise FactError(fact.name, value, "too_high")
    if fact.choices and value not in fact.choices:
        raise FactError(fact.name, value, "not_a_choice")
    return value


def to_json(value: Value) -> JsonValue:
    """Write a value as it is stored: money as fen, a day as ISO text, UNCLEAR as "unclear"."""
    if isinstance(value, date):
        return value.isoformat()
    return value.value if isinstance(value, Unclear) else value


def from_json(name: str, value: JsonValue) -> Value:
    """Undo `to_json`, with a check. Raises FactError."""
    fact = fact_named(name)
    if value == UNCLEAR.value:
        return UNCLEAR
    if fact.type is FactType.DAY and isinstance(value, str):
        return parse_fact(name, value)
    return checked(fact, value)


def shown(name: str, value: Value) -> JsonValue:
    """Write a value for machines outside: like `to_json`, but money in yuan ("152000.00") and yes or no as these words. A sum is money."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int) and is_money(name):
        return plain(value)
    return to_json(value)


def is_money(name: str) -> bool:
    """Whether a fact is an amount; a name that is no fact is a sum of amounts."""
    return name not in FACTS or FACTS[name].type is FactType.MONEY


def _is_of_type(kind: FactType, value: Value) -> bool:
    if kind is FactType.YES_NO:
        return isinstance(value, bool)
    if kind in (FactType.COUNT, FactType.MONEY):
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, date if kind is FactType.DAY else str)


def _parse_count(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= _LONGEST_COUNT):
        raise ValueError(text)
    return int(text)


_parsers: dict[FactType, Callable[[str], Value]] = {
    FactType.YES_NO: lambda text: _YES_NO[text.lower()],
    FactType.COUNT: _parse_count,
    FactType.MONEY: parse_yuan,
    FactType.DAY: date.fromisoformat,
    FactType.CHOICE: str,
}
