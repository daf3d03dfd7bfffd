"""What a rate or a band is held against: one fact, or a sum of some facts less others, never below zero."""

from __future__ import annotations

from dataclasses import dataclass

from calculator.amounts import LARGEST
from calculator.facts import Known
from calculator.working import Step, Words


@dataclass(frozen=True, slots=True)
class Base:
    """An amount in fen: the facts of `plus` less the facts of `minus`, at least nothing. One fact alone bears its own name."""

    name: str
    plus: tuple[str, ...]
    minus: tuple[str, ...] = ()
    title: Words | None = None
    """What people call a sum; a single fact is worded by `locales/`."""
    clause: Words | None = None
    """The rule of a sum; a single fact rests on the clause of what reads it."""

    @property
    def facts(self) -> tuple[str, ...]:
        """The facts it reads."""
        return self.plus + self.minus

    def taken(self, facts: Known, clause: Words, working: list[Step]) -> int:
        """Add and subtract, and write down where it comes from; every fact is known."""
        if self.clause is None:
            amount: int = facts[self.name]  # type: ignore[assignment]  # a money fact, as the file was checked for
            working.append(Step("base", {"fact": self.name, "amount": amount}, clause))
            return amount
        for kind, names in (("plus", self.plus), ("minus", self.minus)):
            working += (Step(kind, {"fact": name, "amount": facts[name]}, self.clause) for name in names)
        total, _ = self.range(facts)
        working.append(Step("net", {"fact": self.name, "title": self.title, "amount": total}, self.clause))
        return total

    def range(self, facts: Known) -> tuple[int, int]:
        """The least and the most it can be while some facts are unknown or unclear."""
        low = high = 0
        for name in self.plus:
            value = facts.get(name)
            if isinstance(value, int):
                low, high = low + value, high + value
            else:
                high += LARGEST
        for name in self.minus:
            value = facts.get(name)
            if isinstance(value, int):
                low, high = low - value, high - value
            else:
                low -= LARGEST
        return max(low, 0), max(high, 0)
