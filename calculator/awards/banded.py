"""Awards that look at an amount: a rate on the whole, a fixed sum, one rate, or slices."""

from __future__ import annotations

from abc import ABC, abstractmethod
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field

from calculator.amounts import MILLION, Fen, Ppm, exact_yuan, half_up
from calculator.awards.award import Cap, Range, capped, cut, nothing, still_open
from calculator.facts import Known
from calculator.sums import Base
from calculator.working import Step, Words


@dataclass(frozen=True, slots=True)
class Band:
    """One line of a table, with both ends included: `low` to `high` fen, and either a rate or a sum.

    `step` is what the working says where it applies: the ends as the rule writes them, and what it pays.
    """

    low: int
    high: int | None
    rate: Ppm
    amount: Fen
    step: Step


@dataclass(frozen=True, slots=True)
class Bands:
    """A table of bands that adjoin, from the lowest up."""

    rows: tuple[Band, ...]
    _lows: tuple[int, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_lows", tuple(row.low for row in self.rows))

    def find(self, base: int) -> Band | None:
        """Find the band a base falls in; None below the first and above the last."""
        at = bisect_right(self._lows, base) - 1
        if at < 0:
            return None
        row = self.rows[at]
        return row if row.high is None or base <= row.high else None

    def edges(self) -> Iterator[int]:
        """List the bases at which the pay can jump, on both sides of each."""
        for row in self.rows:
            yield from (row.low - 1, row.low)
        last = self.rows[-1].high
        if last is not None:
            yield from (last, last + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Based(ABC):
    """What the kinds with a base share: what they can pay follows from their least, their most and their jumps."""

    base: Base
    clause: Words
    cap: Cap | None = None
    _jumps: tuple[int, ...] = field(init=False, repr=False, compare=False)
    """The bases at which the pay can jump, from the lowest up ..."""
    _worths: tuple[int, ...] = field(init=False, repr=False, compare=False)
    """... and what is paid there."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "_jumps", tuple(sorted(set(self.edges()))))
        object.__setattr__(self, "_worths", tuple(capped(self.cap, self.worth(base)) for base in self._jumps))

    @abstractmethod
    def worth(self, base: int) -> int:
        """What a base pays, exact."""

    def edges(self) -> Iterator[int]:
        """The bases at which the pay can jump."""
        return iter(())

    def range(self, facts: Known) -> Range:
        """The least and the most it can pay, exact, while facts are unknown."""
        low, high = self.base.range(facts)
        between = self._worths[bisect_right(self._jumps, low) : bisect_left(self._jumps, high)]
        worths = (capped(self.cap, self.worth(low)), capped(self.cap, self.worth(high)), *between)
        return min(worths), max(worths)

    def open(self, facts: Known) -> Iterator[str]:
        """List the facts that are unknown or unclear and can still change the pay."""
        return still_open(self, facts)

    def path(self, _facts: Known) -> Iterator[str]:
        """List the facts of the base."""
        return iter(self.base.facts)

    @abstractmethod
    def pay(self, facts: Known, working: list[Step]) -> int:
        """Pay, and write down how."""

    def reads(self) -> Iterator[tuple[str, Words]]:
        """List every fact it may read, with the clause that reads it."""
        yield from ((name, self.clause) for name in self.base.facts)


@dataclass(frozen=True, slots=True, kw_only=True)
class RateOnWhole(_Based):
    """The whole base times the rate of the band it falls in."""

    bands: Bands

    def worth(self, base: int) -> int:
        """What a base pays, exact; outside every band nothing."""
        band = self.bands.find(base)
        return 0 if band is None else base * band.rate

    def edges(self) -> Iterator[int]:
        """The ends of the bands."""
        return self.bands.edges()

    def pay(self, facts: Known, working: list[Step]) -> int:
        """Pay, and say which band applied."""
        base = self.base.taken(facts, self.clause, working)
        band = self.bands.find(base)
        if band is None:
            return nothing(self.clause, working)
        working.append(band.step)
        return cut(self, _product(base, band.rate, self.clause, working), working)


@dataclass(frozen=True, slots=True, kw_only=True)
class FixedSum(_Based):
    """A fixed sum for the band the base falls in."""

    bands: Bands

    def worth(self, base: int) -> int:
        """What a base pays, exact; outside every band nothing."""
        band = self.bands.find(base)
        return 0 if band is None else band.amount * MILLION

    def edges(self) -> Iterator[int]:
        """The ends of the bands."""
        return self.bands.edges()

    def pay(self, facts: Known, working: list[Step]) -> int:
        """Pay, and say which band applied."""
        band = self.bands.find(self.base.taken(facts, self.clause, working))
        if band is None:
            return nothing(self.clause, working)
        working.append(band.step)
        return cut(self, band.amount * MILLION, working)


@dataclass(frozen=True, slots=True, kw_only=True)
class SingleRate(_Based):
    """The base times one rate."""

    rate: Ppm

    def worth(self, base: int) -> int:
        """What a base pays, exact."""
        return base * self.rate

    def pay(self, facts: Known, working: list[Step]) -> int:
        """Pay, and say the rate."""
        base = self.base.taken(facts, self.clause, working)
        working.append(Step("rate", {"rate_ppm": self.rate}, self.clause))
        return cut(self, _product(base, self.rate, self.clause, working), working)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slices(_Based):
    """Each slice of the base times the rate of its own band."""

    bands: Bands

    def worth(self, base: int) -> int:
        """What a base pays, exact."""
        return sum(_slice(row, base) * row.rate for row in self.bands.rows)

    def pay(self, facts: Known, working: list[Step]) -> int:
        """Pay, slice by slice."""
        base = self.base.taken(facts, self.clause, working)
        for row in self.bands.rows:
            part = _slice(row, base)
            if part:
                figures = {**row.step.figures, "part": part, "exact": exact_yuan(part * row.rate, MILLION)}
                working.append(Step(row.step.kind, figures, self.clause))
        return cut(self, self.worth(base), working)


def _product(base: int, rate: Ppm, clause: Words, working: list[Step]) -> int:
    exact = base * rate
    working.append(Step("product", {"base": base, "rate_ppm": rate, "amount": half_up(exact)}, clause))
    return exact


def _slice(row: Band, base: int) -> int:
    """How much of the base lies in a band whose lower end is the amount before its first fen."""
    below = max(row.low - 1, 0)
    return max(min(base, base if row.high is None else row.high) - below, 0)
