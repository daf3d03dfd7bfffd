"""One benefit's rules at one union from a day on: the compiled form that verdicts and estimates read, and the policy that dates it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from calculator.amounts import Fen
from calculator.awards.award import Award, Cap
from calculator.awards.listed import Item
from calculator.deadline import Deadline
from calculator.errors import FactError, NoEditionError
from calculator.facts import FACTS, UNCLEAR, Facts, Known, Open, Value, checked, fact_named
from calculator.logic import FAILED, Test, leaves
from calculator.sums import Base
from calculator.working import Step, Words


@dataclass(frozen=True, slots=True)
class Condition:
    """One test that must hold. An exclusion is a condition that its file writes the other way round.

    `remedy` is what a person can do if it fails, where the policy knows something.
    """

    id: str
    test: Test
    clause: Words
    remedy: Words | None = None


@dataclass(frozen=True, slots=True)
class DocumentNeed:
    """One paper to hand in: its kind, its name, where a person gets it, and when it is needed if not always."""

    kind: str
    title: Words
    hint: Words
    when: Test | None = None


@dataclass(frozen=True, slots=True)
class Route:
    """Who else must act on a payment over this sum, such as "unit" and "second_signature"."""

    over: Fen
    needs: tuple[str, ...]
    clause: Words
    step: Step = field(init=False, repr=False, compare=False)
    """What the working says of it."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "step", Step("route", {"over": self.over, "needs": list(self.needs)}, self.clause))


@dataclass(frozen=True, slots=True)
class Choice:
    """One value a choice fact can take here; `title` is None where the words are in locales/."""

    id: str
    title: Words | None


@dataclass(frozen=True, slots=True)
class Combination:
    """Another benefit that the same event may pay as well."""

    benefit: str
    clause: Words


@dataclass(frozen=True, slots=True, eq=False)
class Edition:
    """One benefit's rules from a day on. Compiled once, when its file is loaded, and equal to nothing but itself."""

    id: str
    place: str
    benefit: str
    title: Words
    starts: date
    status: str
    source: str
    edition_by: str
    per: str
    """What one payment is for: a stay, an event, or a whole year, of which earlier payments are taken off."""
    asks: tuple[str, ...]
    """The facts a verdict and an amount rest on, in the order to ask: cheapest first."""
    claim_asks: tuple[str, ...]
    """What a claim must state besides, such as the day that picks the edition. What reads one of these is judged once it is known."""
    sums: Mapping[str, Base]
    conditions: tuple[Condition, ...]
    late_conditions: tuple[Condition, ...]
    """Conditions that read a fact of `claim_asks`: an unknown one does not hold up the verdict."""
    reviews: tuple[Condition, ...]
    """A known fact that meets one of these sends the case to a person; an unknown one does not hold up the verdict."""
    deadlines: tuple[Deadline, ...]
    award: Award
    cap_per_payment: Cap | None
    cap_per_year: Cap | None
    minimum: Cap | None
    documents: tuple[DocumentNeed, ...]
    routes: tuple[Route, ...]
    combines: tuple[Combination, ...]
    items: Mapping[str, Mapping[str, Item]] = field(repr=False)
    """The items of each list, by the fact that names one."""
    amount_facts: Mapping[str, Words] = field(repr=False)
    """The facts the amount may read, beside the conditions, each with the clause that reads it."""
    asked: frozenset[str] = field(init=False, repr=False)
    """The names of `asks`."""
    noted: frozenset[str] = field(init=False, repr=False)
    """The facts and sums of late conditions, reviews and deadlines: what is judged only once it is known."""

    def __post_init__(self) -> None:
        late = (leaf.fact for condition in (*self.late_conditions, *self.reviews) for leaf in leaves(condition.test))
        object.__setattr__(self, "asked", frozenset(self.asks))
        object.__setattr__(self, "noted", frozenset((*late, *(deadline.fact for deadline in self.deadlines))))

    def choices(self, fact: str) -> tuple[Choice, ...]:
        """List what a choice fact can be under this edition, in the order of the file."""
        if fact in self.items:
            return tuple(Choice(item.id, item.title) for item in self.items[fact].values())
        return tuple(Choice(choice, None) for choice in FACTS[fact].choices)

    def check(self, name: str, value: Value) -> Value:
        """Return the value, if the fact can have it under this edition. Raises FactError."""
        if value is UNCLEAR:
            return value
        if name in self.items and value not in self.items[name]:
            raise FactError(name, value, "not_a_choice")
        return checked(fact_named(name), value)

    def with_sums(self, facts: Facts) -> Known:
        """Add every sum, as far as the facts settle it."""
        return {**facts, **{base.name: _sum(base, facts) for base in self.sums.values()}} if self.sums else facts

    def is_whole(self, known: Known) -> bool:
        """Whether everything that is asked is known and clear."""
        return known.keys() >= self.asked and UNCLEAR not in known.values()

    def documents_for(self, facts: Facts) -> tuple[DocumentNeed, ...]:
        """List the papers this case needs: those always needed, and those that a fact asks for or may ask for."""
        known = self.with_sums(facts)
        return tuple(need for need in self.documents if need.when is None or need.when.state(known) is not FAILED)

    def spread(self, name: str) -> tuple[str, ...]:
        """List the facts behind a name: those of a sum, or the fact itself."""
        return self.sums[name].facts if name in self.sums else (name,)


def _sum(base: Base, facts: Facts) -> int | Open:
    low, high = base.range(facts)
    return low if low == high else Open(low, high, is_unclear=all(name in facts for name in base.facts))


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
