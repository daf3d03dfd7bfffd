"""What can go wrong in the calculator: one small tree, with the data as attributes, so that callers can word it for people."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import NamedTuple


class CalculatorError(Exception):
    """Anything the calculator refuses."""


class AmountError(CalculatorError, ValueError):
    """Text that is not an exact, non-negative amount or rate. `reason` is empty, not_a_number, negative, too_precise or too_large."""

    def __init__(self, text: str, reason: str) -> None:
        super().__init__(f"{text!r}: {reason}")
        self.text = text
        self.reason = reason


class FactError(CalculatorError, ValueError):
    """A fact nobody knows, or a value it cannot have. `reason` is unknown_fact, not_understood, too_low, too_high or not_a_choice."""

    def __init__(self, fact: str, value: object, reason: str) -> None:
        super().__init__(f"{fact}={value}: {reason}")
        self.fact = fact
        self.value = value
        self.reason = reason


class ColumnError(CalculatorError, ValueError):
    """Columns that cannot be computed. `rows` are the rows to blame by fact, from 0; where columns differ in length, the lengths.

    `reason` is cannot_be, not_whole_numbers, not_as_long, too_large (the sums of the policy, for 64 bits) or too_many_reasons.
    """

    def __init__(self, reason: str, rows: Mapping[str, tuple[int, ...]]) -> None:
        named = (f"{name} in {len(places)} rows, first {places[0]}" for name, places in rows.items())
        super().__init__("; ".join((reason, *named)))
        self.reason = reason
        self.rows = rows


class Problem(NamedTuple):
    """One thing wrong in a file: its line, the table or key, and what to do."""

    line: int
    place: str
    message: str


class PolicyError(CalculatorError):
    """A policy file that must not be used, with everything found wrong in it."""

    def __init__(self, file: str, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(f"{file}:{problem.line}: {problem.place}: {problem.message}" for problem in problems))
        self.file = file
        self.problems = problems


class UnknownPolicyError(CalculatorError, LookupError):
    """A place, benefit or edition for which there is no file."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name}: there is no such policy or edition")
        self.name = name


class NoEditionError(CalculatorError, LookupError):
    """A day before the first edition of a policy."""

    def __init__(self, policy: str, day: date, first: date) -> None:
        super().__init__(f"{policy}: {day} is before the first edition, {first}")
        self.policy = policy
        self.day = day
        self.first = first


class NotTogetherError(CalculatorError, ValueError):
    """Two benefits that one event does not pay side by side."""

    def __init__(self, one: str, other: str) -> None:
        super().__init__(f"{one} and {other} are not paid for the same event")
        self.one = one
        self.other = other


class SheetError(CalculatorError, ValueError):
    """A table that cannot be read or written; SHEET_REASONS lists every `reason`. `where` is a line or a column."""

    def __init__(self, file: Path, reason: str, where: int | str = "") -> None:
        super().__init__(f"{file}: {SHEET_REASONS[reason]}{f' ({where})' if where else ''}")
        self.file = file
        self.reason = reason
        self.where = where


SHEET_REASONS = {
    "no_file": "there is no such file",
    "empty": "there are no headings in its first line",
    "heading_twice": "the same heading twice",
    "too_many_cells": "a line has more cells than there are headings",
    "not_a_table": "it is no CSV (UTF-8 or GB18030) and no XLSX file",
    "too_large": "it unpacks to more than two thousand million bytes",
    "no_column": "it has no column of this name",
    "too_long": "an XLSX file holds 1,048,575 rows: write a .csv file",
    "same_file": "it is the file that is read: name another to write to",
}
