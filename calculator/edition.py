"""One benefit's rules at one union from a day on: the compiled form that verdicts and estimates read, and the policy that dates it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from calculator.amounts import Fen
from calculator.award import Award, Items, Words
from calculator.errors import FactError, NoEditionError
from calculator.facts import FACTS, UNCLEAR, Value, checked, fact_named


@dataclass(frozen=True, slots=True)
class Condition:
    """One test on one fact: a closed range of whole numbers or days, or values it must (or, negated, must not) be.

    `remedy` is what a person can do if it fails, where the policy knows something.
    """

    id: str
    fact: str
    clause: Words
    low: int | date | None = None
    high: int | date | None = None
    values: frozenset[Value] | None = None
    negated: bool = False
    remedy: Words | None = None

    def holds(self, value: Value) -> bool:
        """Whether a known value passes."""
        if self.values is not None:
            return (value in self.values) is not self.negated
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)  # type: ignore[operator]


@dataclass(frozen=True, slots=True)
class Cap:
    """The most that is paid, and the clause that says so."""

    amount: Fen
    clause: Words


@dataclass(frozen=True, slots=True)
class DocumentNeed:
    """One paper to hand in: its kind, its name, and where a person gets it."""

    kind: str
    title: Words
    hint: Words


@dataclass(frozen=True, slots=True)
class Route:
    """Who else must act on a payment over this sum, such as "unit" and "second_signature"."""

    over: Fen
    needs: tuple[str, ...]
    clause: Words


@dataclass(frozen=True, slots=True)
class Choice:
    """One value a choice fact can take here; `title` is None where the words are in locales/."""

    id: str
    title: Words | None


@dataclass(frozen=True, slots=True)
class Edition:
    """One benefit's rules from a day on. Compiled once, when its file is loaded."""

    id: str
    place: str
    benefit: str
    title: Words
    starts: date
    status: str
    source: str
    edition_by: str
    asks: tuple[str, ...]
    """The facts a verdict and an amount rest on, in the order to ask: cheapest first."""
    claim_asks: tuple[str, ...]
    """What a claim must state besides, such as the day that picks the edition and the facts of `reviews`."""
    conditions: tuple[Condition, ...]
    reviews: tuple[Condition, ...]
    """A known fact that meets one of these sends the case to a person; an unknown one does not hold up the verdict."""
    award: Award
    cap_per_payment: Cap | None
    cap_per_year: Cap | None
    minimum: Cap | None
    documents: tuple[DocumentNeed, ...]
    routes: tuple[Route, ...]
    amount_facts: Mapping[str, Words] = field(repr=False)
    """The facts the amount reads, beside the conditions, each with the clause that reads it."""

    def choices(self, fact: str) -> tuple[Choice, ...]:
        """List what a choice fact can be under this edition, in the order of the file."""
        if isinstance(self.award, Items) and fact == self.award.fact:
            return tuple(Choice(item.id, item.title) for item in self.award.items.values())
        return tuple(Choice(choice, None) for choice in FACTS[fact].choices)

    def check(self, name: str, value: Value) -> Value:
        """Return the value, if the fact can have it under this edition. Raises FactError."""
        if value is UNCLEAR:
            return value
        if isinstance(self.award, Items) and name == self.award.fact and value not in self.award.items:
            raise FactError(name, value, "not_a_choice")
        return checked(fact_named(name), value)


@dataclass(frozen=True, slots=True)
class Policy:
    """One benefit at one place, through time; the oldest edition first."""

    place: str
    benefit: str
    title: Words
    edition_by: str
    editions: tuple[Edition, ...]

    def edition_on(self, day: date) -> Edition:
        """Find the edition in force on a day. Raises NoEditionError before the first."""
        for edition in reversed(self.editions):
            if edition.starts <= day:
                return edition
        raise NoEditionError(f"{self.place}/{self.benefit}", day, self.editions[0].starts)
