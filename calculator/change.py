"""What if: which single change of a fact would pay more, and what it would pay then."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from calculator.amounts import Fen
from calculator.awards.award import Award
from calculator.awards.banded import FixedSum, RateOnWhole
from calculator.awards.composed import Cases, Parts
from calculator.edition import Edition
from calculator.estimate import Estimate, estimate
from calculator.facts import FACTS, Facts, Value
from calculator.sums import Base


@dataclass(frozen=True, slots=True)
class Change:
    """One fact at another value: what it would pay, and how much more that is, in fen. `by` is how far the value is, with its sign."""

    fact: str
    to: Value
    by: int | None
    amount: Fen
    more: Fen


def changes(edition: Edition, facts: Facts) -> tuple[Change, ...]:
    """For each fact the nearest change that lifts a band or meets the one condition that fails; the nearest first."""
    now = estimate(edition, facts)
    if now.amount is None:
        return ()
    found: dict[str, Change] = {}
    for fact, to, by in sorted(_candidates(edition, facts, now), key=lambda way: abs(way[2] or 0)):
        then = estimate(edition, {**facts, fact: to})
        if fact not in found and then.amount is not None and then.amount > now.amount:
            found[fact] = Change(fact, to, by, then.amount, Fen(then.amount - now.amount))
    return tuple(found.values())


def _candidates(edition: Edition, facts: Facts, now: Estimate) -> Iterator[tuple[str, Value, int | None]]:
    """Every single change worth trying: up to the next bands, and what a failed condition names."""
    for failed in now.verdict.failed():
        if len(failed.flips) == 1:
            (flip,) = failed.flips
            if flip.fact in edition.sums:
                yield from _moved(edition.sums[flip.fact], facts, flip.by or 0)
            else:
                yield flip.fact, flip.to, flip.by
    for award in _banded(edition.award):
        low, high = award.base.range(facts)
        if low == high:
            for row in award.bands.rows:
                if row.low > low:
                    yield from _moved(award.base, facts, row.low - low)


def _moved(base: Base, facts: Facts, by: int) -> Iterator[tuple[str, Value, int | None]]:
    """A base lifted by so much: more of what is added, or less of what is taken off."""
    for name, sign in (*((plus, 1) for plus in base.plus), *((minus, -1) for minus in base.minus)):
        value, most = facts.get(name), FACTS[name].high
        if isinstance(value, int) and isinstance(most, int) and 0 <= value + sign * by <= most:
            yield name, value + sign * by, sign * by


def _banded(award: Award) -> Iterator[RateOnWhole | FixedSum]:
    """The tables with jumps in an award."""
    if isinstance(award, RateOnWhole | FixedSum):
        yield award
    inner = award.parts if isinstance(award, Parts) else [case.award for case in award.cases] if isinstance(award, Cases) else ()
    for part in inner:
        yield from _banded(part)
