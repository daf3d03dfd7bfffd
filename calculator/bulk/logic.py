"""Tests on facts over rows: the same four states as in one case."""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce
from typing import Final

import numpy as np

from calculator.bulk.columns import Array, Mask, number
from calculator.bulk.rows import FAILED, MET, REVIEW, UNKNOWN, Rows, States
from calculator.logic import All, Leaf, Test
from calculator.sums import Base

_INT64: Final = np.iinfo(np.int64)
_TURNED: Final = np.array([MET, UNKNOWN, REVIEW, FAILED])
"""Turns the order in which one decides for all into that in which one decides for any, and back."""


def hold(test: Test, rows: Rows) -> States:
    """Hold a test against every row."""
    if isinstance(test, Leaf):
        return _leaf(test, rows)
    states = [hold(part, rows) for part in test.parts]
    if isinstance(test, All):
        return reduce(np.minimum, states)
    turned: States = _TURNED[reduce(np.minimum, [_TURNED[each] for each in states])]
    return turned


def undecided(test: Test, rows: Rows, among: Mask) -> Iterator[tuple[str, Mask]]:
    """List the facts and sums that can still decide an open test, each with the rows where it is missing."""
    states = hold(test, rows)
    among = among & (states != MET) & (states != FAILED)
    if isinstance(test, Leaf):
        yield test.fact, among & (states == UNKNOWN)
    else:
        for part in test.parts:
            yield from undecided(part, rows, among)


def can_fail(test: Test, rows: Rows) -> Mask:
    """Find where what is unknown can still make a test fail."""
    if isinstance(test, Leaf):
        states = hold(test, rows)
        open_or_failed: Mask = (states == UNKNOWN) | (states == FAILED)
        return open_or_failed
    return reduce(np.bitwise_or if isinstance(test, All) else np.bitwise_and, [can_fail(part, rows) for part in test.parts])


def _leaf(leaf: Leaf, rows: Rows) -> States:
    base = rows.edition.sums.get(leaf.fact)
    if base is not None and not rows.are_whole:
        return _sum(leaf, base, rows)
    values = rows.values(leaf.fact)
    if values is None:
        return np.full(rows.count, UNKNOWN)
    states = _holds(leaf, values, rows).view(np.uint8) * MET
    if rows.are_whole:
        return states
    known = rows.states(leaf.fact)
    return np.where(known == MET, states, known)


def _sum(leaf: Leaf, base: Base, rows: Rows) -> States:
    """An open sum may be decided already, wherever in its span it comes to lie."""
    low, high = rows.span(base)
    first, last = (0 if leaf.low is None else leaf.low), (_INT64.max if leaf.high is None else leaf.high)
    inside, outside = (low >= first) & (high <= last), (high < first) | (low > last)
    met, failed = (outside, inside) if leaf.negated else (inside, outside)
    return np.where(met, MET, np.where(failed, FAILED, rows.states(leaf.fact)))


def _holds(leaf: Leaf, values: Array, rows: Rows) -> Mask:
    if leaf.values is not None:
        held = reduce(np.bitwise_or, [values == number(rows.edition, leaf.fact, value) for value in leaf.values])
    else:
        ends = ((np.greater_equal, leaf.low), (np.less_equal, leaf.high))
        held = reduce(np.bitwise_and, [each(values, number(rows.edition, leaf.fact, end)) for each, end in ends if end is not None])
    passed: Mask = ~held if leaf.negated else held
    return passed
