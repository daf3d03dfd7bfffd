"""The nearest change of facts that would meet a failed test."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import combinations, product
from typing import Any, NamedTuple

from calculator.facts import FACTS, UNCLEAR, Known, Open, Value
from calculator.logic import FAILED, Leaf, Test, leaves

_ONE_DAY = timedelta(days=1)


class Flip(NamedTuple):
    """A change that makes a failed test hold: the nearest value, and how far it is in fen, years or days; None for the rest."""

    fact: str
    to: Value
    by: int | None


def nearest(test: Test, facts: Known) -> tuple[Flip, ...]:
    """Find the nearest change after which a failed test no longer fails.

    The fewest facts come first, then the first of the file, then the least distance. Empty where none is nearest, as out of a list.
    """
    if test.state(facts) is not FAILED:
        return ()
    ways = _changes(test, facts)
    for count in range(1, len(ways) + 1):
        for names in combinations(ways, count):
            tried = sorted(product(*(ways[name] for name in names)), key=_distance)
            best = next((flips for flips in tried if _helps(test, facts, flips)), ())
            if best:
                return best
    return ()


def _distance(flips: tuple[Flip, ...]) -> int:
    return sum(abs(flip.by or 0) for flip in flips)


def _helps(test: Test, facts: Known, flips: tuple[Flip, ...]) -> bool:
    return test.state({**facts, **{flip.fact: flip.to for flip in flips}}) is not FAILED


def _changes(test: Test, facts: Known) -> dict[str, list[Flip]]:
    """For each fact every value worth trying: where a leaf begins to hold."""
    found: dict[str, list[Flip]] = {}
    for leaf in leaves(test):
        found.setdefault(leaf.fact, []).extend(_flips(leaf, closest(leaf, facts.get(leaf.fact))))
    return found


def closest(leaf: Leaf, value: Value | Open | None) -> Value | None:
    """The value a person reads: of a sum still open, the one nearest to what the test wants."""
    if not isinstance(value, Open):
        return value
    return value.high if isinstance(leaf.low, int) and value.high < leaf.low else value.low


def _flips(leaf: Leaf, value: Value | None) -> Iterator[Flip]:
    """List the values at the ends of a leaf, outside if it is negated; of a yes or no the other; of a list its only value."""
    if value is None or value is UNCLEAR:
        return
    if leaf.values is None:
        one: Any = _ONE_DAY if isinstance(value, date) else 1
        ends = (_beyond(leaf.low, -one), _beyond(leaf.high, one)) if leaf.negated else (leaf.low, leaf.high)
        yield from (_flip(leaf.fact, value, end) for end in ends if end is not None and _can_be(leaf.fact, end))
    elif isinstance(value, bool):
        yield Flip(leaf.fact, not value, None)
    elif len(leaf.values) == 1:
        yield _flip(leaf.fact, value, next(iter(leaf.values)))


def _beyond(end: Any, step: Any) -> Any:
    return None if end is None else end + step


def _can_be(name: str, value: Any) -> bool:
    fact = FACTS.get(name)  # a sum is none, and what has ends has a least value
    return fact is None or (value >= fact.low and (fact.high is None or value <= fact.high))


def _flip(fact: str, value: Any, to: Any) -> Flip:
    if isinstance(to, date):
        return Flip(fact, to, (to - value).days)
    return Flip(fact, to, to - value if isinstance(to, int) else None)
