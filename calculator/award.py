"""How an edition turns facts into an amount: each kind of award pays, and writes down every step it took."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from calculator.amounts import MILLION, Fen, Ppm, exact_yuan, half_up
from calculator.facts import Facts

Words = Mapping[str, str]
"""One text of a policy file in every language: {"zh": ..., "en": ...}."""


class Step(NamedTuple):
    """One line of the working. Figures are JSON: money in fen, rates in parts per million; `clause` is the rule it rests on."""

    kind: str
    figures: Mapping[str, Any]
    clause: Words


@dataclass(frozen=True, slots=True)
class Band:
    """One line of a table, with both ends included: `low` to `high` fen; `over` and `to` are the ends as the rule writes them."""

    low: int
    high: int | None
    rate: Ppm
    figures: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RateOnWhole:
    """The whole base times the rate of the band it falls in."""

    base: str
    bands: tuple[Band, ...]
    clause: Words
    _lows: tuple[int, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_lows", tuple(band.low for band in self.bands))

    @property
    def fact(self) -> str:
        """The fact it reads."""
        return self.base

    def pay(self, facts: Facts, working: list[Step]) -> Fen:
        """Pay the amount, rounded half up; a base outside every band pays nothing."""
        base: int = facts[self.base]  # type: ignore[assignment]  # a money fact, as the file was checked for
        working.append(Step("base", {"fact": self.base, "amount": base}, self.clause))
        at = bisect_right(self._lows, base) - 1
        band = self.bands[at]
        if at < 0 or (band.high is not None and base > band.high):
            working.append(Step("no_band", {"amount": 0}, self.clause))
            return Fen(0)
        working.append(Step("band" if band.high is not None else "band_above", band.figures, self.clause))
        return times(base, band.rate, self.clause, working)


@dataclass(frozen=True, slots=True)
class SingleRate:
    """The base times one rate."""

    base: str
    rate: Ppm
    clause: Words

    @property
    def fact(self) -> str:
        """The fact it reads."""
        return self.base

    def pay(self, facts: Facts, working: list[Step]) -> Fen:
        """Pay the amount, rounded half up."""
        base: int = facts[self.base]  # type: ignore[assignment]  # a money fact, as the file was checked for
        working.append(Step("base", {"fact": self.base, "amount": base}, self.clause))
        working.append(Step("rate", {"rate_ppm": self.rate}, self.clause))
        return times(base, self.rate, self.clause, working)


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a list: what happened, and what is paid for it."""

    id: str
    title: Words
    amount: Fen


@dataclass(frozen=True, slots=True)
class Items:
    """A fixed sum for each item of a list, such as injuries by body part and degree."""

    fact: str
    items: Mapping[str, Item]
    clause: Words

    def pay(self, facts: Facts, working: list[Step]) -> Fen:
        """Pay the sum beside the item."""
        item = self.items[facts[self.fact]]  # type: ignore[index]  # a choice fact, as the file was checked for
        working.append(Step("item", {"fact": self.fact, "item": item.id, "title": item.title, "amount": item.amount}, self.clause))
        return item.amount


Award = RateOnWhole | SingleRate | Items


def times(base: int, rate: Ppm, clause: Words, working: list[Step]) -> Fen:
    """Take base times rate, rounded half up: the one rounding of an award."""
    exact = base * rate
    amount = Fen(half_up(exact, MILLION))
    working.append(Step("product", {"base": base, "rate_ppm": rate, "amount": amount}, clause))
    if exact % MILLION:
        working.append(Step("rounded", {"exact": exact_yuan(exact, MILLION), "amount": amount}, clause))
    return amount
