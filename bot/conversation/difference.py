"""How much a change does to the amount, and because of what: another band, another base, a condition met at last."""

from __future__ import annotations

from typing import Any

from bot.conversation.talk import as_json
from bot.conversation.worth_telling import telling
from bot.message import Say
from calculator.estimate import Estimate
from calculator.verdict import Outcome
from calculator.working import Step
from handlers.benefit import Estimated
from handlers.working import worded

NAMES = "name."
ABOVE = "_above"
"""Ends the kind of a step in the last band, which has no upper end."""


def difference(old: Estimated | None, new: Estimated | None) -> tuple[Say, ...]:
    """Both amounts in one sentence and the reason in another; nothing while one of them is not known."""
    if old is None or new is None or old.estimate.amount is None or new.estimate.amount is None:
        return ()
    was, now = old.estimate.amount, new.estimate.amount
    if was == now:
        return () if now == 0 else (Say("changed.same", {"amount": now}),)
    reason = because(old.estimate, new.estimate)
    return (Say("changed.amount", {"old": was, "new": now}), *((reason,) if reason else ()))


def because(old: Estimate, new: Estimate) -> Say | None:
    """Name what made the difference. A condition that fails now is none: the result below says it, with what would mend it."""
    if new.verdict.outcome is Outcome.INELIGIBLE:
        return None
    if old.verdict.outcome is Outcome.INELIGIBLE:
        return Say("changed.because_met", {"clause": old.verdict.failed()[0].clause})
    was, now = _decisive(old), _decisive(new)
    if was is not None and now is not None and was[1].kind.removesuffix(ABOVE) == now[1].kind.removesuffix(ABOVE):
        reason = _of_two(was, now)
        if reason is not None:
            return reason
    steps = telling(new)
    lost = next((step for step in telling(old) if step not in steps), None)
    return None if lost is None else Say("changed.because_was", {"step": as_json(lost)})


def _decisive(estimate: Estimate) -> tuple[Step | None, Step] | None:
    """The one step that says how the sum is made, and what it is made from; None where there are several."""
    base = next((step for step in reversed(estimate.working) if step.kind in {"base", "net"}), None)
    steps = [step for step in estimate.working if step.kind in {"band", "band_above", "rate", "item"}]
    return (base, steps[0]) if len(steps) == 1 else None


def _of_two(was: tuple[Step | None, Step], now: tuple[Step | None, Step]) -> Say | None:
    (old_base, old), (base, step) = was, now
    if step.kind == "item":
        titles = {"old": old.figures["title"], "new": step.figures["title"]}
        return Say("changed.because_item", titles) if titles["old"] != titles["new"] else None
    if base is None or old_base is None:
        return None
    if step.kind != "rate" and _range(old) != _range(step):
        return Say("changed.because_band", {"old_rate": old.figures["rate_ppm"], "rate": step.figures["rate_ppm"]})
    name = worded(base.kind, base.figures, NAMES)["name"]
    sums = {"old": old_base.figures["amount"], "new": base.figures["amount"]}
    return Say("changed.because_base", {"name": name, **sums, "rate": step.figures["rate_ppm"]}) if sums["old"] != sums["new"] else None


def _range(step: Step) -> Any:
    return worded(step.kind, step.figures, NAMES)["range"]
