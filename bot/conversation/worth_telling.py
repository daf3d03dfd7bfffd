"""Which steps of a working are worth telling beside the sum, and the sentence of each."""

from __future__ import annotations

from itertools import zip_longest

from bot.conversation.block import Told
from bot.message import Say
from calculator.estimate import Estimate
from calculator.working import Step

LEFT_OUT = frozenset({"base", "plus", "minus", "net", "product", "rounded"})
"""Steps of the working that only "why" shows."""

PART = "product"
"""What one part of several gives is worth saying: the result names only their total."""

PARTS = frozenset({PART, "each"})

BASES = frozenset({"base", "net"})
"""Steps that name what the next ones are worked out from."""


def telling(estimate: Estimate) -> tuple[Say, ...]:
    """The steps that say why it is this much in sentences, each beside the sum it started from."""
    return tuple(sentence("step", each) for each in worth_telling(estimate))


def worth_telling(estimate: Estimate) -> tuple[Told, ...]:
    """The steps that say why it is this much."""
    has_parts = sum(_pays(step) for step in estimate.working) > 1
    told: list[Told] = []
    base: Step | None = None
    for step, after in zip_longest(estimate.working, estimate.working[1:]):
        base = step if step.kind in BASES else base
        is_cut = after is not None and after.kind == "cap_part"
        if _is_telling(step, base, has_parts=has_parts and not is_cut):
            told.append(Told(step, base))
    return tuple(told)


def _pays(step: Step) -> bool:
    """Whether a step is a part of an award, and more than nothing."""
    return step.kind in PARTS and step.figures["amount"] > 0


def _is_telling(step: Step, base: Step | None, *, has_parts: bool) -> bool:
    """Whether a step belongs in the result: what one part gives only beside another, and nothing about a part that pays nothing."""
    if step.kind in {PART, "total"}:
        return has_parts and (step.kind == "total" or _pays(step))
    if step.kind == "rate":
        return base is not None and base.figures["amount"] > 0
    return step.kind not in LEFT_OUT and (step.kind not in PARTS or _pays(step))


def sentence(words: str, told: Told) -> Say:
    """A step in words: those of "step" say it in the result, those of "working" under "why"."""
    key = f"{words}.{told.step.kind}"
    if words == "step" and told.step.kind == "route" and "unit" not in told.step.figures["needs"]:
        key = "step.route_within"
    return Say(key, told.figures())
