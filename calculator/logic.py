"""Tests on facts, put together with all, any and not: what holds, what fails, and the nearest change that would make a failed one hold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from typing import Any, NamedTuple

from calculator.facts import FACTS, UNCLEAR, Known, Open, Value

_ONE_DAY = timedelta(days=1)


class State(Enum):
    """How a test stands."""

    MET = "met"
    FAILED = "failed"
    UNKNOWN = "unknown"
    REVIEW = "review"


@dataclass(frozen=True, slots=True)
class Flip:
    """A change that makes a failed test hold: the nearest value, and how far it is in fen, years or days; None for the rest."""

    fact: str
    to: Value
    by: int | None


@dataclass(frozen=True, slots=True)
class Leaf:
    """A test on one fact: whole numbers or days from `low` to `high`, both included, or one of `values`; negated, anything else."""

    fact: str
    low: int | date | None = None
    high: int | date | None = None
    values: frozenset[Value] | None = None
    negated: bool = False

    def holds(self, value: Value) -> bool:
        """Whether a known value passes."""
        if self.values is not None:
            return (value in self.values) is not self.negated
        is_inside = (self.low is None or value >= self.low) and (self.high is None or value <= self.high)  # type: ignore[operator]
        return is_inside is not self.negated

    def state(self, value: Value | Open | None) -> State:
        """How it stands with this value. An open sum may be decided already, wherever in its range it comes to lie."""
        if value is None:
            return State.UNKNOWN
        if value is UNCLEAR:
            return State.REVIEW
        if isinstance(value, Open):
            return self._state_of_all(value)
        return State.MET if self.holds(value) else State.FAILED

    def _state_of_all(self, value: Open) -> State:
        at = {value.low, value.high}
        at |= {
            end
            for edge in (self.low, self.high)
            if isinstance(edge, int)
            for end in (edge - 1, edge, edge + 1)
            if value.low <= end <= value.high
        }
        held = {self.holds(end) for end in at}
        if len(held) == 1:
            return State.MET if True in held else State.FAILED
        return State.REVIEW if value.is_unclear else State.UNKNOWN


@dataclass(frozen=True, slots=True)
class All:
    """Every part must hold."""

    parts: tuple[Test, ...]


@dataclass(frozen=True, slots=True)
class Any_:  # noqa: N801  # `Any` is taken
    """One part must hold."""

    parts: tuple[Test, ...]


Test = Leaf | All | Any_


class Held(NamedTuple):
    """How a test stands, and the part that decided it."""

    state: State
    leaf: Leaf


_ALL_ORDER = (State.FAILED, State.UNKNOWN, State.REVIEW, State.MET)
_ANY_ORDER = (State.MET, State.UNKNOWN, State.REVIEW, State.FAILED)


def hold(test: Test, facts: Known) -> Held:
    """Hold a test against the facts. What is unclear stays unclear unless another part decides."""
    if isinstance(test, Leaf):
        return Held(test.state(facts.get(test.fact)), test)
    held = [hold(part, facts) for part in test.parts]
    order = _ALL_ORDER if isinstance(test, All) else _ANY_ORDER
    return min(held, key=lambda each: order.index(each.state))


def negate(test: Test) -> Test:
    """Turn a test round, down to its leaves, so that nothing else needs to know of "not"."""
    if isinstance(test, Leaf):
        return Leaf(test.fact, test.low, test.high, test.values, not test.negated)
    parts = tuple(negate(part) for part in test.parts)
    return Any_(parts) if isinstance(test, All) else All(parts)


def leaves(test: Test) -> Iterator[Leaf]:
    """List every leaf, in the order of the file."""
    if isinstance(test, Leaf):
        yield test
    else:
        for part in test.parts:
            yield from leaves(part)


def undecided(test: Test, facts: Known) -> Iterator[str]:
    """List the unknown facts and sums that can still decide an open test."""
    state = hold(test, facts).state
    if isinstance(test, Leaf):
        if state is State.UNKNOWN:
            yield test.fact
    elif state not in (State.MET, State.FAILED):
        for part in test.parts:
            yield from undecided(part, facts)


def can_fail(test: Test, facts: Known) -> bool:
    """Whether what is unknown can still make a test fail."""
    if isinstance(test, Leaf):
        return hold(test, facts).state in (State.UNKNOWN, State.FAILED)
    can = (can_fail(part, facts) for part in test.parts)
    return any(can) if isinstance(test, All) else all(can)


def nearest(test: Test, facts: Known) -> tuple[Flip, ...]:
    """Find the nearest change of facts that meets a failed test: the fewest facts, then the first of the file, then the least distance.

    Empty where none is nearer than another, as out of a list of choices.
    """
    order = {leaf.fact: place for place, leaf in reversed(list(enumerate(leaves(test))))}

    def effort(way: tuple[Flip, ...]) -> tuple[int, list[int], int]:
        return len(way), [order[flip.fact] for flip in way], sum(abs(flip.by or 0) for flip in way)

    ways = sorted(_ways(test, facts), key=effort)
    return next((way for way in ways if hold(test, {**facts, **{flip.fact: flip.to for flip in way}}).state is State.MET), ())


def _ways(test: Test, facts: Known) -> list[tuple[Flip, ...]]:
    """List the ways to meet a test; one that is met needs no change."""
    if hold(test, facts).state is State.MET:
        return [()]
    if isinstance(test, Leaf):
        return [(flip,) for flip in _flips(test, closest(test, facts.get(test.fact)))]
    if isinstance(test, Any_):
        return [way for part in test.parts for way in _ways(part, facts)]
    ways: list[tuple[Flip, ...]] = [()]
    for part in test.parts:
        ways = [before + after for before in ways for after in _ways(part, facts)]
    return ways


def closest(leaf: Leaf, value: Value | Open | None) -> Value | None:
    """The value a person reads: of a sum still open, the one nearest to what the test wants."""
    if not isinstance(value, Open):
        return value
    return value.high if isinstance(leaf.low, int) and value.high < leaf.low else value.low


def _flips(leaf: Leaf, value: Value | None) -> Iterator[Flip]:
    """List the nearest values a leaf lets through, on either side."""
    if value is None or value is UNCLEAR:
        return
    if leaf.values is None:
        one: Any = _ONE_DAY if isinstance(value, date) else 1
        ends = [leaf.low, leaf.high] if not leaf.negated else [_beyond(leaf.low, -one), _beyond(leaf.high, one)]
        yield from (_flip(leaf.fact, value, end) for end in ends if end is not None and leaf.holds(end) and _can_be(leaf.fact, end))
    elif isinstance(value, bool):
        yield Flip(leaf.fact, not value, None)
    elif len(leaf.values) == 1 and not leaf.negated:
        yield _flip(leaf.fact, value, next(iter(leaf.values)))


def _beyond(end: Any, step: Any) -> Any:
    return None if end is None else end + step


def _can_be(name: str, value: Any) -> bool:
    fact = FACTS.get(name)
    return fact is None or not ((fact.low is not None and value < fact.low) or (fact.high is not None and value > fact.high))


def _flip(fact: str, value: Value, to: Value) -> Flip:
    if isinstance(to, date) and isinstance(value, date):
        return Flip(fact, to, (to - value).days)
    if isinstance(to, int) and isinstance(value, int):
        return Flip(fact, to, to - value)
    return Flip(fact, to, None)
