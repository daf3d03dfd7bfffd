"""Tests on facts, put together with all, any and not: what holds, what fails, and what is still open."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import ClassVar, Final

from calculator.facts import UNCLEAR, Known, Open, Value


class State(Enum):
    """How a test stands."""

    MET = "met"
    FAILED = "failed"
    UNKNOWN = "unknown"
    REVIEW = "review"


MET: Final = State.MET
FAILED: Final = State.FAILED
UNKNOWN: Final = State.UNKNOWN
REVIEW: Final = State.REVIEW
"""The four by name: every case asks for them many times, and to look one up in its enum takes ten times as long."""


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

    def state(self, facts: Known) -> State:
        """How it stands with these facts. An open sum may be decided already, wherever in its range it comes to lie."""
        value = facts.get(self.fact)
        if value is None:
            return UNKNOWN
        if value is UNCLEAR:
            return REVIEW
        if isinstance(value, Open):
            return self._state_of_all(value)
        return MET if self.holds(value) else FAILED

    def decider(self, _facts: Known) -> Leaf:
        """The leaf that decides: itself."""
        return self

    def _state_of_all(self, value: Open) -> State:
        edges = (edge for edge in (self.low, self.high) if isinstance(edge, int))
        at = {value.low, value.high, *(min(max(edge, value.low), value.high) for edge in edges)}
        held = {self.holds(end) for end in at}
        if len(held) == 1:
            return MET if True in held else FAILED
        return REVIEW if value.is_unclear else UNKNOWN


@dataclass(frozen=True, slots=True)
class _Tree:
    """Several parts: the state that weighs most is that of the whole, and the first part that stands so decides."""

    parts: tuple[Test, ...]
    by_weight: ClassVar[tuple[State, ...]]

    def state(self, facts: Known) -> State:
        """How it stands with these facts. What is unclear stays unclear unless another part decides."""
        states = [part.state(facts) for part in self.parts]
        return next(state for state in self.by_weight if state in states)

    def decider(self, facts: Known) -> Leaf:
        """The leaf that decides."""
        state = self.state(facts)
        return next(part for part in self.parts if part.state(facts) is state).decider(facts)


@dataclass(frozen=True, slots=True)
class All(_Tree):
    """Every part must hold."""

    by_weight: ClassVar = (FAILED, UNKNOWN, REVIEW, MET)


@dataclass(frozen=True, slots=True)
class Any_(_Tree):  # noqa: N801  # `Any` is taken
    """One part must hold."""

    by_weight: ClassVar = (MET, UNKNOWN, REVIEW, FAILED)


Test = Leaf | All | Any_


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
    state = test.state(facts)
    if isinstance(test, Leaf):
        if state is UNKNOWN:
            yield test.fact
    elif state not in (MET, FAILED):
        for part in test.parts:
            yield from undecided(part, facts)


def can_fail(test: Test, facts: Known) -> bool:
    """Whether what is unknown can still make a test fail."""
    if isinstance(test, Leaf):
        return test.state(facts) in (UNKNOWN, FAILED)
    can = (can_fail(part, facts) for part in test.parts)
    return any(can) if isinstance(test, All) else all(can)
