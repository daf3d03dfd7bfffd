"""Awards made of awards: several together, or the first whose test is met."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from calculator.amounts import MILLION, exact_yuan
from calculator.awards.award import Award, Cap, Range, capped, cut, is_open, nothing, still_open
from calculator.facts import Known
from calculator.logic import FAILED, MET, State, Test, leaves
from calculator.working import Step, Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Several awards together."""

    parts: tuple[Award, ...]
    clause: Words
    cap: Cap | None = None

    def range(self, facts: Known) -> Range:
        """The least and the most they can pay together, exact."""
        ranges = [part.range(facts) for part in self.parts]
        return capped(self.cap, sum(low for low, _ in ranges)), capped(self.cap, sum(high for _, high in ranges))

    def open(self, facts: Known) -> Iterator[str]:
        """List what any part still needs, unless the cap is reached without."""
        if is_open(self.range(facts)):
            for part in self.parts:
                yield from part.open(facts)

    def path(self, facts: Known) -> Iterator[str]:
        """List the facts of every part."""
        for part in self.parts:
            yield from part.path(facts)

    def reads(self) -> Iterator[tuple[str, Words]]:
        """List every fact of every part."""
        for part in self.parts:
            yield from part.reads()

    def pay(self, facts: Known, working: list[Step]) -> int:
        """Pay every part, and add up."""
        exact = sum(part.pay(facts, working) for part in self.parts)
        working.append(Step("total", {"exact": exact_yuan(exact, MILLION)}, self.clause))
        return cut(self, exact, working)


@dataclass(frozen=True, slots=True)
class Case:
    """One way to be paid, and when it applies; always, without a test."""

    when: Test | None
    award: Award


@dataclass(frozen=True, slots=True, kw_only=True)
class Cases:
    """The first of several awards whose test is met, such as one for each kind of insurance."""

    cases: tuple[Case, ...]
    clause: Words
    cap: Cap | None = None

    def range(self, facts: Known) -> Range:
        """The least and the most that the awards still possible can pay, exact."""
        possible = self._possible(facts)
        ranges = [case.award.range(facts) for case in possible]
        if not possible or _state(possible[-1], facts) is not MET:
            ranges.append((0, 0))
        return capped(self.cap, min(low for low, _ in ranges)), capped(self.cap, max(high for _, high in ranges))

    def open(self, facts: Known) -> Iterator[str]:
        """List what decides between the cases; once that is known, what the one chosen needs."""
        if not is_open(self.range(facts)):
            return
        chosen = self._chosen(facts)
        yield from still_open(self, facts) if chosen is None else chosen.open(facts)

    def path(self, facts: Known) -> Iterator[str]:
        """List what chooses the case, and the facts of the one chosen."""
        for case in self.cases:
            if case.when is not None:
                yield from dict.fromkeys(leaf.fact for leaf in leaves(case.when))
            state = _state(case, facts)
            if state is MET:
                yield from case.award.path(facts)
            if state is not FAILED:
                return

    def reads(self) -> Iterator[tuple[str, Words]]:
        """List every fact of every test and award."""
        for case in self.cases:
            if case.when is not None:
                yield from ((leaf.fact, self.clause) for leaf in leaves(case.when))
            yield from case.award.reads()

    def pay(self, facts: Known, working: list[Step]) -> int:
        """Pay the first that applies."""
        chosen = self._chosen(facts)
        return nothing(self.clause, working) if chosen is None else cut(self, chosen.pay(facts, working), working)

    def _chosen(self, facts: Known) -> Award | None:
        """The award of the first case that certainly applies, if none before it may."""
        possible = self._possible(facts)
        return possible[0].award if possible and _state(possible[0], facts) is MET else None

    def _possible(self, facts: Known) -> list[Case]:
        """List the cases from the first that may apply to the first that certainly does."""
        possible = []
        for case in self.cases:
            state = _state(case, facts)
            if state is not FAILED:
                possible.append(case)
            if state is MET:
                break
        return possible


def _state(case: Case, facts: Known) -> State:
    return MET if case.when is None else case.when.state(facts)
