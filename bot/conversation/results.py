"""What an estimate says to a member: what you get, why, what to do now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.conversation.actions import order_action
from bot.conversation.talk import Rows, as_json
from bot.message import Button, Say
from calculator.base import Step
from calculator.edition import Edition
from calculator.estimate import Estimate
from calculator.facts import FACTS, UNCLEAR, FactType
from calculator.logic import State
from calculator.verdict import ConditionResult, Outcome
from handlers.benefit import Estimated, reasons
from handlers.facts import fact_question

DEATH = "death"
"""The injury that is told to those left behind."""

LEFT_OUT = frozenset({"base", "product", "rounded"})
"""Steps of the working that only "why" shows."""


def result(estimated: Estimated) -> tuple[tuple[Say, ...], Rows]:
    """The answer to "how much", with what can be done next."""
    lines, is_claimable = _told(estimated)
    condolence = (Say("result.condolence"),) if DEATH in estimated.facts.values() else ()
    return (*condolence, *lines, *_sample(estimated.estimate)), _buttons(estimated) if is_claimable else _ineligible_buttons()


def _told(estimated: Estimated) -> tuple[tuple[Say, ...], bool]:
    """What the rules say, and whether a claim makes sense."""
    estimate = estimated.estimate
    outcome = estimate.verdict.outcome
    if outcome is Outcome.INELIGIBLE:
        return (Say("result.ineligible"), *_failures(estimated)), False
    if outcome is Outcome.REVIEW:
        amount = (Say("result.review_amount", {"amount": estimate.amount}),) if estimate.amount else ()
        return (Say("result.review"), *reasons(estimate.verdict), *amount, Say("result.review_next")), True
    if estimate.amount == 0:
        return (Say("result.nothing_left"), *_steps(estimate)), False
    return (Say("result.eligible", {"amount": estimate.amount}), *_steps(estimate)), True


def why(estimated: Estimated) -> tuple[Say, ...]:
    """Every condition with the member's own figure and its clause, then every step of the working."""
    estimate = estimated.estimate
    conditions = tuple(_condition(estimated.edition, result) for result in estimate.verdict.conditions)
    working = tuple(_step("working", step) for step in estimate.working)
    return (
        Say("why.title"),
        *conditions,
        *((Say("why.working"), *working) if working else ()),
        Say("why.edition", {"title": estimated.edition.title, "day": estimated.edition.starts.isoformat()}),
        *_sample(estimate),
    )


def _failures(estimated: Estimated) -> tuple[Say, ...]:
    return tuple(_failure(estimated.edition, condition) for condition in estimated.estimate.verdict.failed())


def _failure(edition: Edition, condition: ConditionResult) -> Say:
    """The condition, the member's own figure, and the nearest change that would flip it."""
    figures = {"clause": condition.clause, "value": _figure(edition, condition)}
    flip = condition.flips[0] if len(condition.flips) == 1 else None
    if condition.remedy is not None:
        return Say("result.failed_remedy", {**figures, "remedy": condition.remedy})
    if flip is not None and flip.by is not None:
        kind = FACTS[condition.fact].type
        if kind is FactType.MONEY:
            return Say("result.failed_money", {**figures, "by": abs(flip.by)})
        if kind is FactType.COUNT:
            return Say("result.failed_count", figures)
    return Say("result.failed", figures)


def _figure(edition: Edition, condition: ConditionResult) -> Mapping[str, Any]:
    """The member's own figure, worded as where it was asked."""
    if condition.value is None or condition.value is UNCLEAR:
        return as_json(Say("value.unclear"))
    return as_json(fact_question(condition.fact, edition, edition.starts).show(condition.value))


def _condition(edition: Edition, condition: ConditionResult) -> Say:
    key = {State.MET: "why.met", State.FAILED: "why.failed", State.REVIEW: "why.review", State.UNKNOWN: "why.unknown"}[condition.state]
    return Say(key, {"clause": condition.clause, "value": _figure(edition, condition)})


def _steps(estimate: Estimate) -> tuple[Say, ...]:
    """The steps that say why it is this much, each beside the sum it started from."""
    base = next((step.figures["amount"] for step in estimate.working if step.kind == "base"), None)
    return tuple(_step("step", step, base) for step in estimate.working if step.kind not in LEFT_OUT)


def _step(words: str, step: Step, base: int | None = None) -> Say:
    return Say(f"{words}.{step.kind}", {"base": base, **step.figures, "clause": step.clause})


def _sample(estimate: Estimate) -> tuple[Say, ...]:
    return (Say("result.sample" if estimate.status == "sample" else "result.subject_to_review"),)


def _buttons(estimated: Estimated) -> Rows:
    return (
        (Button(Say("button.claim"), order_action("claim", estimated.benefit)),),
        (Button(Say("button.why"), order_action("why")), Button(Say("button.change_figure"), order_action("change"))),
        (Button(Say("button.menu"), order_action("menu")),),
    )


def _ineligible_buttons() -> Rows:
    return (
        (Button(Say("button.change_figure"), order_action("change")), Button(Say("button.why"), order_action("why"))),
        (Button(Say("button.human"), order_action("human")), Button(Say("button.menu"), order_action("menu"))),
    )
