"""What an estimate says to a member: what you get, why, what to do now."""

from __future__ import annotations

from bot.conversation.actions import order_action
from bot.conversation.talk import Rows
from bot.message import Button, Say
from calculator.award import Step
from calculator.estimate import Estimate
from calculator.facts import FACTS, FactType, Unclear, to_json
from calculator.verdict import ConditionResult, Outcome, State
from handlers.benefit import Estimated

LEFT_OUT = frozenset({"base", "product", "rounded"})
"""Steps of the working that only "why" shows."""


def result(estimated: Estimated) -> tuple[tuple[Say, ...], Rows]:
    """The answer to "how much", with what can be done next."""
    estimate = estimated.estimate
    outcome = estimate.verdict.outcome
    if outcome is Outcome.INELIGIBLE:
        return (Say("result.ineligible"), *_failures(estimate), *_sample(estimate)), _ineligible_buttons(estimated)
    if outcome is Outcome.REVIEW:
        lines = tuple(Say("result.reason", {"clause": r.clause}) for r in estimate.verdict.to_review())
        amount = (Say("result.review_amount", {"amount": estimate.amount}),) if estimate.amount else ()
        return (Say("result.review"), *lines, *amount, Say("result.review_next"), *_sample(estimate)), _buttons(estimated)
    if estimate.amount == 0:
        return (Say("result.nothing_left"), *_steps(estimate), *_sample(estimate)), _ineligible_buttons(estimated)
    return (Say("result.eligible", {"amount": estimate.amount}), *_steps(estimate), *_sample(estimate)), _buttons(estimated)


def why(estimated: Estimated) -> tuple[Say, ...]:
    """Every condition with the member's own figure and its clause, then every step of the working."""
    estimate = estimated.estimate
    conditions = tuple(_condition(result) for result in estimate.verdict.conditions)
    working = tuple(_step("working", step) for step in estimate.working)
    return (
        Say("why.title"),
        *conditions,
        *((Say("why.working"), *working) if working else ()),
        Say("why.edition", {"edition": estimate.edition_id}),
    )


def _failures(estimate: Estimate) -> tuple[Say, ...]:
    return tuple(_failure(condition) for condition in estimate.verdict.failed())


def _failure(condition: ConditionResult) -> Say:
    """The condition, the member's own figure, and the nearest change that would flip it."""
    figures = {"clause": condition.clause, "value": _figure(condition)}
    flip = condition.flip
    if condition.remedy is not None:
        return Say("result.failed_remedy", {**figures, "remedy": condition.remedy})
    if flip is not None and flip.by is not None:
        kind = FACTS[condition.fact].type
        if kind is FactType.MONEY:
            return Say("result.failed_money", {**figures, "by": abs(flip.by)})
        if kind is FactType.COUNT:
            return Say("result.failed_count", figures)
    return Say("result.failed", figures)


def _figure(condition: ConditionResult) -> dict[str, object]:
    value = condition.value
    kind = FACTS[condition.fact].type
    if value is None or isinstance(value, Unclear):
        return {"key": "value.unclear", "figures": {}}
    if kind is FactType.MONEY:
        return {"key": "value.money", "figures": {"amount": value}}
    if kind is FactType.COUNT:
        return {"key": f"value.{condition.fact}", "figures": {"count": value}}
    if kind is FactType.YES_NO:
        return {"key": f"option.{condition.fact}.{'yes' if value else 'no'}", "figures": {}}
    return (
        {"key": "value.text", "figures": {"text": to_json(value)}}
        if kind is not FactType.CHOICE
        else {"key": "value.chosen", "figures": {}}
    )


def _condition(condition: ConditionResult) -> Say:
    key = {State.MET: "why.met", State.FAILED: "why.failed", State.REVIEW: "why.review", State.UNKNOWN: "why.unknown"}[condition.state]
    return Say(key, {"clause": condition.clause, "value": _figure(condition)})


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


def _ineligible_buttons(_: Estimated) -> Rows:
    return (
        (Button(Say("button.change_figure"), order_action("change")), Button(Say("button.why"), order_action("why"))),
        (Button(Say("button.human"), order_action("human")), Button(Say("button.menu"), order_action("menu"))),
    )
