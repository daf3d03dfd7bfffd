"""Typed values out of a policy file's tables: each is checked as it is taken, and everything wrong is gathered with its place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, TypeVar

from calculator.amounts import Fen, Ppm, parse_rate, parse_yuan
from calculator.award import Words
from calculator.errors import CalculatorError
from calculator.facts import FACTS, Fact, FactType

Table = Mapping[str, Any]
T = TypeVar("T")

LANGUAGES = ("zh", "en")


class WrongError(CalculatorError):
    """One problem in one part of a file."""


class Problems:
    """Gathers what is wrong, so that one reading names it all."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def attempt(self, where: str, read: Callable[[], T]) -> T | None:
        """Read one part; what goes wrong is a problem of this place, and reading goes on after it."""
        try:
            return read()
        except CalculatorError as wrong:
            self.found.append(f"{where}: {wrong}")
            return None

    def each(self, where: str, rows: object, read: Callable[[Table], T]) -> tuple[T, ...]:
        """Read every row that can be read."""
        found = (self.attempt(f"{where} {number}", lambda row=row: read(row)) for number, row in enumerate(rows_of(rows), 1))  # type: ignore[misc]
        return tuple(row for row in found if row is not None)


def take_fact(name: object, kind: FactType | None = None) -> Fact:
    """Take a fact of the closed list, of this type if one is given."""
    fact = FACTS.get(name) if isinstance(name, str) else None
    if fact is None:
        raise WrongError(f"unknown fact {name!r}")
    if kind is not None and fact.type is not kind:
        raise WrongError(f"{name} is not of type {kind.value}")
    return fact


def take_facts(table: Table, key: str) -> tuple[str, ...]:
    """Take a list of fact names."""
    return tuple(take_fact(name).name for name in listed(table.get(key)))


def take_words(table: Table, key: str) -> Words:
    """Take a text in every language."""
    words = table.get(key)
    if not isinstance(words, dict) or words.keys() != set(LANGUAGES) or not all(isinstance(w, str) and w.strip() for w in words.values()):
        raise WrongError(f"{key} needs a text in each of {', '.join(LANGUAGES)}")
    return words


def take_text(table: Table, key: str) -> str:
    """Take a text that is not empty."""
    text = table.get(key)
    if not isinstance(text, str) or not text.strip():
        raise WrongError(f"{key} is missing")
    return text


def take_day(table: Table, key: str) -> date:
    """Take a day without a time."""
    day = table.get(key)
    if not isinstance(day, date) or isinstance(day, datetime):
        raise WrongError(f"{key} must be a day, like 2023-01-01")
    return day


def take_fen(table: Table, key: str) -> Fen:
    """Take an amount written as text, in yuan."""
    return exact_fen(table.get(key))


def exact_fen(value: object) -> Fen:
    """Take one amount; a number would not stay exact."""
    if not isinstance(value, str):
        raise WrongError(f'{value!r} must be text in yuan, like "5000", so that it stays exact')
    return parse_yuan(value)


def take_rate(table: Table, key: str) -> Ppm:
    """Take a rate written as text."""
    rate = table.get(key)
    if not isinstance(rate, str):
        raise WrongError(f'{key} {rate!r} must be text, like "1.5%", so that it stays exact')
    return parse_rate(rate)


def take_table(table: Table, key: str) -> Table:
    """Take a table inside a table."""
    inner = table.get(key)
    if not isinstance(inner, dict):
        raise WrongError(f"{key} is missing")
    return inner


def only(table: Table, known: set[str]) -> None:
    """Refuse a key nobody reads: a slip of the pen must not pass as a rule left out."""
    unknown = table.keys() - known
    if unknown:
        raise WrongError(f"unknown key {', '.join(sorted(unknown))}")


def listed(value: object) -> list[Any]:
    """Take a list."""
    if not isinstance(value, list):
        raise WrongError(f"{value!r} must be a list")
    return value


def rows_of(value: object) -> list[Table]:
    """Take a list of tables."""
    rows = listed(value)
    if not all(isinstance(row, dict) for row in rows):
        raise WrongError("must be tables")
    return rows
