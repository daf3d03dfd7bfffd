"""Editions that nobody can reach: conditions that no value meets together, and days that another edition has for itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from calculator.amounts import LARGEST
from calculator.edition import Condition, Edition, Policy
from calculator.facts import FACTS, FactType
from calculator.logic import MET, leaves
from calculator.reading.lines import Place

Span = tuple[Any, Any]
"""The least and the most that a fact can be; None where there is no end."""


def unreachable(policy: Policy) -> Iterator[tuple[Place, str]]:
    """What keeps everybody out of an edition, with its place in the file."""
    first = FACTS[policy.edition_by].low
    ends = [later.starts - timedelta(days=1) for _, later in pairwise(policy.editions)]
    for number, (edition, last) in enumerate(zip(policy.editions, [*ends, None], strict=True)):
        if last is not None and isinstance(first, date) and last < first:
            yield ("edition", number, "from"), f"nobody can reach this edition: {policy.edition_by} is never before {first}"
        for names in _contradictions(edition, (edition.starts, last)):
            yield ("edition", number), f"nobody can meet {' and '.join(names)}{'' if len(names) == 1 else ' together'}: change or leave out"


def _contradictions(edition: Edition, days: Span) -> Iterator[list[str]]:
    """The conditions on one fact or sum that no value of it meets."""
    about: dict[str, list[Condition]] = {}
    for condition in (*edition.conditions, *edition.late_conditions):
        names = {leaf.fact for leaf in leaves(condition.test)}
        if len(names) == 1:
            about.setdefault(names.pop(), []).append(condition)
    for name, conditions in about.items():
        span = days if name == edition.edition_by else _span(name)
        if not any(_meets(conditions, name, value) for value in _worth_trying(edition, name, conditions, span)):
            yield [condition.id for condition in conditions]


def _meets(conditions: Sequence[Condition], name: str, value: Any) -> bool:
    return all(condition.test.state({name: value}) is MET for condition in conditions)


def _worth_trying(edition: Edition, name: str, conditions: Sequence[Condition], span: Span) -> Iterator[Any]:
    """Every value at which a test can change its mind: what some value meets, one of these meets."""
    if name in FACTS and FACTS[name].type is FactType.CHOICE:
        yield from (choice.id for choice in edition.choices(name))
    elif name in FACTS and FACTS[name].type is FactType.YES_NO:
        yield from (True, False)
    else:
        one: Any = timedelta(days=1) if isinstance(span[0], date) else 1
        told = [leaf for condition in conditions for leaf in leaves(condition.test)]
        ends = {*span, *(end for leaf in told for end in (leaf.low, leaf.high, *(leaf.values or ())))} - {None}
        near: set[Any] = {value for end in ends for value in (end, end - one, end + one)}
        yield from (value for value in near if value >= span[0] and (span[1] is None or value <= span[1]))


def _span(name: str) -> Span:
    return (FACTS[name].low, FACTS[name].high) if name in FACTS else (0, LARGEST)
