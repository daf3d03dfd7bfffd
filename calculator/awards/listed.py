"""Awards of fixed sums: by an item of a list, for each one of a count, or whatever the facts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from calculator.amounts import MILLION, Fen
from calculator.awards.award import Cap, Range, capped, cut, still_open
from calculator.facts import FACTS, Known
from calculator.working import Step, Words


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a list: what happened, and what is paid for it."""

    id: str
    title: Words
    amount: Fen


@dataclass(frozen=True, slots=True, kw_only=True)
class Items:
    """A fixed sum for each item of a list, such as injuries by body part and degree."""

    fact: str
    items: Mapping[str, Item]
    clause: Words
    cap: Cap | None = None

    def range(self, facts: Known) -> Range:
        """The least and the most it can pay, exact, while the fact is unknown."""
        known = facts.get(self.fact)
        sums = [item.amount for item in self.items.values() if not isinstance(known, str) or item.id == known]
        worths = [capped(self.cap, amount * MILLION) for amount in sums]
        return min(worths), max(worths)

    def open(self, facts: Known) -> Iterator[str]:
        """List the fact, if it is unknown or unclear and can still change the pay."""
        return still_open(self, facts)

    def path(self, _facts: Known) -> Iterator[str]:
        """The one fact."""
        yield self.fact

    def reads(self) -> Iterator[tuple[str, Words]]:
        """List the fact it reads."""
        yield self.fact, self.clause

    def pay(self, facts: Known, working: list[Step]) -> int:
        """Pay the sum beside the item."""
        item = self.items[facts[self.fact]]  # type: ignore[index]  # a choice fact, as the file was checked for
        working.append(Step("item", {"fact": self.fact, "item": item.id, "title": item.title, "amount": item.amount}, self.clause))
        return cut(self, item.amount * MILLION, working)


@dataclass(frozen=True, slots=True, kw_only=True)
class Each:
    """A sum for each one of a count, such as each child hurt."""

    fact: str
    amount: Fen
    clause: Words
    cap: Cap | None = None

    def range(self, facts: Known) -> Range:
        """The least and the most it can pay, exact, while the count is unknown."""
        known = facts.get(self.fact)
        low, high = (known, known) if isinstance(known, int) else (0, FACTS[self.fact].high)
        return capped(self.cap, low * self.amount * MILLION), capped(self.cap, high * self.amount * MILLION)  # type: ignore[operator]  # a count's own high

    def open(self, facts: Known) -> Iterator[str]:
        """List the count, if it is unknown or unclear."""
        return still_open(self, facts)

    def path(self, _facts: Known) -> Iterator[str]:
        """The one fact."""
        yield self.fact

    def reads(self) -> Iterator[tuple[str, Words]]:
        """List the fact it reads."""
        yield self.fact, self.clause

    def pay(self, facts: Known, working: list[Step]) -> int:
        """Pay the sum as many times."""
        count: int = facts[self.fact]  # type: ignore[assignment]  # a count, as the file was checked for
        amount = count * self.amount
        working.append(Step("each", {"fact": self.fact, "count": count, "each": self.amount, "amount": amount}, self.clause))
        return cut(self, amount * MILLION, working)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fixed:
    """One sum, whatever the facts."""

    amount: Fen
    clause: Words
    cap: Cap | None = None

    def range(self, _facts: Known) -> Range:
        """The sum, exact."""
        exact = capped(self.cap, self.amount * MILLION)
        return exact, exact

    def open(self, _facts: Known) -> Iterator[str]:
        """Nothing changes it."""
        return iter(())

    def path(self, _facts: Known) -> Iterator[str]:
        """It rests on nothing."""
        return iter(())

    def reads(self) -> Iterator[tuple[str, Words]]:
        """It reads nothing."""
        return iter(())

    def pay(self, _facts: Known, working: list[Step]) -> int:
        """Pay the sum."""
        working.append(Step("fixed", {"amount": self.amount}, self.clause))
        return cut(self, self.amount * MILLION, working)
