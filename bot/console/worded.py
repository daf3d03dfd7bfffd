"""Facts and workings on their way to a page: each a key with the figures for its words, by the type of what it holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from calculator import FACTS, Edition, FactType
from handlers.say import Say
from handlers.working import worded


@dataclass(frozen=True)
class FactLine:
    """One fact: its name, and its value as a sentence or as a policy's own title."""

    name: str
    value: Say
    title: Mapping[str, str] | None = None


@dataclass(frozen=True)
class WorkingLine:
    """One step of the working, and the clause it rests on."""

    step: Say
    clause: Mapping[str, str]


def fact_lines(facts: Mapping[str, Any], edition: Edition) -> list[FactLine]:
    """The facts of a claim in the order its edition asks them, then the rest."""
    order = {name: place for place, name in enumerate((*edition.asks, *edition.claim_asks))}
    known = sorted(((name, value) for name, value in facts.items() if name in FACTS), key=lambda item: order.get(item[0], len(order)))
    return [_fact(name, value, edition) for name, value in known]


def working_lines(estimate: Mapping[str, Any]) -> list[WorkingLine]:
    """The frozen working of a claim's estimate."""
    return [WorkingLine(_step(step["kind"], step["figures"]), step["clause"]) for step in estimate.get("working", ())]


def _fact(name: str, value: Any, edition: Edition) -> FactLine:
    if value == "unclear":
        return FactLine(name, Say("console.value.unclear"))
    kind = FACTS[name].type
    if kind is FactType.YES_NO:
        return FactLine(name, Say("console.value.yes" if value else "console.value.no"))
    if kind is FactType.CHOICE:
        title = next((choice.title for choice in edition.choices(name) if choice.id == value), None)
        return FactLine(name, Say("console.value.text", {"value": value}) if title else Say(f"console.choice.{value}"), title)
    key = {FactType.MONEY: "money", FactType.DAY: "day", FactType.COUNT: "text"}[kind]
    return FactLine(name, Say(f"console.value.{key}", {"value": value}))


def _step(kind: str, figures: Mapping[str, Any]) -> Say:
    named = worded(kind, figures, "console.fact.")
    if kind == "route":
        named["needs"] = [str(need) for need in figures["needs"]]
    return Say(f"console.step.{kind}", named)
