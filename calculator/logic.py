"""Tests on facts, put together with all, any and not: what holds, what fails, and what is still open."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import NamedTuple

from calculator.facts import UNCLEAR, Known, Open, Value


class State(Enum):
    """How a test stands."""

    MET = "met"
    FAILED = "failed"
    UNKNOWN = "unknown"
    REVIEW = "review"


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
        edges = (edge for edge in (self.low, self.high) if isinstance(edge, int))
        at = {value.low, value.high, *(min(max(edge, value.low), value.high) for edge in edges)}
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
