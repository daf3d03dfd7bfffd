"""An estimate for readers outside the bot: as JSON with money in yuan, or as plain lines made of the policy's own texts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from calculator.amounts import percent, plain, pretty
from calculator.change import Change
from calculator.edition import Edition
from calculator.estimate import Estimate
from calculator.facts import is_money, shown
from calculator.logic import State
from calculator.nearest import Flip
from calculator.verdict import ConditionResult

MONEY_FIGURES = frozenset({"amount", "base", "over", "from", "to", "below", "cap", "paid", "left", "rest", "minimum", "each", "part"})
"""The figures of working steps that are money; `rate_ppm` is a rate, the rest are names and texts."""

_SIGNS = {State.MET: "✓", State.FAILED: "✗", State.UNKNOWN: "?", State.REVIEW: "!"}


def as_json(result: Estimate, more: Sequence[Change] = ()) -> dict[str, Any]:
    """Write it for machines: every amount a text in yuan ("12160.00"), rates in parts per million, days as ISO text.

    `changes` are the single changes that would pay more, each with what it would pay.
    """
    data = result.to_json()
    data["amount"] = None if result.amount is None else plain(result.amount)
    data["cap_left"] = None if result.cap_left is None else plain(result.cap_left)
    for row, condition in zip(data["conditions"], result.verdict.conditions, strict=True):
        row["value"] = None if condition.value is None else shown(condition.fact, condition.value)
        row["flips"] = [_flip(flip) for flip in condition.flips]
    for step in data["working"]:
        step["figures"] = {name: plain(value) if name in MONEY_FIGURES else value for name, value in step["figures"].items()}
    data["changes"] = [{**_flip(change), "amount": plain(change.amount), "more": plain(change.more)} for change in more]
    return data


def as_lines(result: Estimate, edition: Edition, language: str, more: Sequence[Change] = ()) -> Iterator[str]:
    """Write it for a person at a terminal: verdict and amount, each condition, each step, and what would pay more."""
    yield f"{edition.title[language]}  {edition.id}  {edition.status}"
    yield " ".join([result.verdict.outcome.value, *result.verdict.missing, "" if result.amount is None else pretty(result.amount)]).rstrip()
    for condition in result.verdict.conditions:
        yield _condition(condition, language)
    for step in result.working:
        yield f"= {step.kind}: {_figures(step.figures, language)}  {step.clause[language]}"
    if result.hand_in_by is not None:
        yield f"@ {result.hand_in_by}"
    for change in more:
        yield f"+ {_way(change)}  {pretty(change.amount)} (+{pretty(change.more)})"


def _condition(result: ConditionResult, language: str) -> str:
    value = "" if result.value is None else f" = {shown(result.fact, result.value)}"
    flip = "".join(f"  → {_way(flip)}" for flip in result.flips)
    remedy = "" if result.remedy is None or result.state is not State.FAILED else f"  {result.remedy[language]}"
    return f"{_SIGNS[result.state]} {result.fact}{value}  {result.clause[language]}{flip}{remedy}"


def _figures(figures: Mapping[str, Any], language: str) -> str:
    return ", ".join(f"{name} {_figure(name, value, language)}" for name, value in figures.items())


def _figure(name: str, value: Any, language: str) -> str:
    if name in MONEY_FIGURES:
        return pretty(value)
    if name == "rate_ppm":
        return percent(value)
    if isinstance(value, Mapping):
        return str(value[language])
    return " ".join(value) if isinstance(value, list) else str(value)


def _way(flip: Flip | Change) -> str:
    return " ".join(str(part) for part in _flip(flip).values() if part is not None)


def _flip(flip: Flip | Change) -> dict[str, Any]:
    by = flip.by
    return {"fact": flip.fact, "to": shown(flip.fact, flip.to), "by": plain(by) if is_money(flip.fact) and by is not None else by}
