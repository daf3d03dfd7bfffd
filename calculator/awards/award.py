"""What every kind of award is: it pays, says what it can still pay, lists what it reads, and writes down every step it took.

Amounts here are exact, in millionths of a fen ("exact"), so that an estimate rounds once, at the end.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from calculator.amounts import MILLION, Fen, exact_yuan, half_up
from calculator.facts import UNCLEAR, Known, Open
from calculator.working import Step, Words

Range = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Cap:
    """The most, or the least, that is paid, and the clause that says so."""

    amount: Fen
    clause: Words


class Award(Protocol):
    """One kind of award, with its own cap if it has one."""

    @property
    def clause(self) -> Words:
        """The rule it rests on."""

    @property
    def cap(self) -> Cap | None:
        """The most this award pays by itself."""

    def range(self, facts: Known) -> Range:
        """Give the least and the most it can pay, exact, while facts are unknown or unclear."""

    def open(self, facts: Known) -> Iterator[str]:
        """List the facts and sums that are unknown or unclear and can still change the pay."""

    def path(self, facts: Known) -> Iterator[str]:
        """List the facts that this case's pay is worked out from, known or not."""

    def reads(self) -> Iterator[tuple[str, Words]]:
        """List every fact it may read, with the clause that reads it."""

    def pay(self, facts: Known, working: list[Step]) -> int:
        """Pay, exact; every fact it turns on is known."""


def rounded(exact: int, clause: Words, working: list[Step]) -> Fen:
    """Round to the fen, half up: the one rounding of an award."""
    amount = half_up(exact)
    if exact % MILLION:
        working.append(Step("rounded", {"exact": exact_yuan(exact, MILLION), "amount": amount}, clause))
    return amount


def nothing(clause: Words, working: list[Step]) -> int:
    working.append(Step("no_band", {"amount": 0}, clause))
    return 0


def capped(cap: Cap | None, exact: int) -> int:
    return exact if cap is None else min(exact, cap.amount * MILLION)


def cut(award: Award, exact: int, working: list[Step]) -> int:
    """Cut a part to its own cap."""
    if award.cap is None or exact <= award.cap.amount * MILLION:
        return exact
    working.append(Step("cap_part", {"cap": award.cap.amount, "amount": award.cap.amount}, award.cap.clause))
    return award.cap.amount * MILLION


def still_open(award: Award, facts: Known) -> Iterator[str]:
    """List what is not known on an award's path, if its pay turns on it. A sum may be known without one of its facts."""
    if is_open(award.range(facts)):
        yield from (name for name in award.path(facts) if not is_known(name, facts))


def is_open(of: Range) -> bool:
    return of[0] != of[1]


def is_known(name: str, facts: Known) -> bool:
    return name in facts and facts[name] is not UNCLEAR and not isinstance(facts[name], Open)
