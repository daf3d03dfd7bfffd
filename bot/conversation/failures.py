"""A condition that stands against a member: the rule, the member's own figure, and the nearest change that would meet it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from typing import Any

from bot.conversation.talk import as_json
from bot.message import Say
from calculator.edition import Edition
from calculator.facts import FACTS, UNCLEAR, FactType, Value, is_money
from calculator.nearest import Flip
from calculator.verdict import ConditionResult
from handlers.benefit import late_by
from handlers.facts import fact_question

Worded = Mapping[str, Any]
"""A sentence inside another, as JSON."""


def failure(edition: Edition, condition: ConditionResult) -> Say:
    """What to tell of a failed condition. What can be done goes before how far it is, and several changes make one sentence."""
    figures = {"clause": condition.clause, "value": own_figure(edition, condition)}
    last = late_by(condition)
    if last is not None:
        return Say("result.failed_late", {**figures, "day": last.isoformat()})
    if condition.remedy is not None:
        return Say("result.failed_remedy", {**figures, "remedy": condition.remedy})
    if len(condition.flips) > 1:
        changes = [_change(edition, flip) for flip in condition.flips]
        return Say("result.failed_several", {**figures, "changes": as_json(reduce(_and, changes))})
    return _by_one(edition, condition, figures)


def own_figure(edition: Edition, condition: ConditionResult) -> Worded:
    """The member's own figure, worded as where it was asked; a sum is money."""
    if condition.value is None or condition.value is UNCLEAR:
        return as_json(Say("value.unclear"))
    return as_json(_shown(edition, condition.fact, condition.value))


def _by_one(edition: Edition, condition: ConditionResult, figures: Worded) -> Say:
    """One change of one fact: told as a distance where that is a help. From nothing to a fen is none."""
    flip = condition.flips[0] if condition.flips else None
    if flip is None or flip.by is None or (condition.value == 0 and flip.by == 1):
        return Say("result.failed", figures)
    if is_money(flip.fact):
        return _short_of_money(edition, flip, figures)
    if FACTS[flip.fact].type is FactType.COUNT:
        by = as_json(Say(f"value.{flip.fact}", {"count": abs(flip.by)}))
        return Say("result.failed_count_more" if flip.by > 0 else "result.failed_count", {**figures, "by": by})
    return Say("result.failed", figures)


def _short_of_money(edition: Edition, flip: Flip, figures: Worded) -> Say:
    by = flip.by or 0
    more = {**figures, "by": abs(by)}
    if by < 0:
        return Say("result.failed_money_over", more)
    if flip.fact in edition.sums:
        return Say("result.failed_sum", more)
    return Say("result.failed_money", more)


def _change(edition: Edition, flip: Flip) -> Say:
    """One of several changes."""
    name, by = _name(edition, flip.fact), flip.by
    if by is not None and is_money(flip.fact):
        return Say("change.money_more" if by > 0 else "change.money_less", {"name": name, "by": abs(by)})
    return Say("change.to", {"name": name, "value": as_json(_shown(edition, flip.fact, flip.to))})


def _and(first: Say, second: Say) -> Say:
    return Say("change.and", {"first": as_json(first), "second": as_json(second)})


def _name(edition: Edition, fact: str) -> Worded:
    title = edition.sums[fact].title if fact in edition.sums else None
    return as_json(Say(f"name.{fact}") if title is None else Say("value.title", {"title": title}))


def _shown(edition: Edition, fact: str, value: Value) -> Say:
    if fact in edition.sums:
        return Say("value.money", {"amount": value})
    shown: Say = fact_question(fact, edition, edition.starts).show(value)
    return shown
