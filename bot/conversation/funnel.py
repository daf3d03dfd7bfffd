"""The counts of a span as funnels: one for each flow, question by question, with how many came to it and how many went no further."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from bot.conversation.counting import Event
from bot.conversation.going_on import in_order
from calculator.policy import Policies

FLOWS: Final = ("benefit", "claim", "mend", "birthday")
"""The kinds of flows, as they are shown."""

PERSON: Final = ("consent", "relation", "member_agreed", "helper_name", "helper_phone", "name", "certno", "union", "phone")
"""What a claim asks first ..."""

LAST: Final = ("documents", "card", "confirm")
"""... and what comes after its facts."""

Tally = Mapping[tuple[str, str, Event], int]


@dataclass(frozen=True)
class Step:
    """What happened at one question; how often, not to how many people."""

    question: str
    counts: Mapping[Event, int] = field(default_factory=dict)

    @property
    def left(self) -> int:
        """Went no further."""
        return self.counts.get("left", 0)

    @property
    def asked(self) -> int:
        """Answered or left. Who has neither answered nor been away for long is not counted yet."""
        return self.counts.get("answered", 0) + self.left


@dataclass(frozen=True)
class Funnel:
    """One flow about one benefit, with the questions in their order."""

    flow: str
    benefit: str
    started: int
    finished: int
    steps: tuple[Step, ...]

    @property
    def left(self) -> int:
        """Went no further, at any question."""
        return sum(step.left for step in self.steps)

    @property
    def highest(self) -> int:
        """The largest figure of the picture; at least 1."""
        return max(self.started, self.finished, *(step.asked for step in self.steps), 1)

    @property
    def worst(self) -> Step | None:
        """Where most went no further, the first of several; None where nobody did."""
        return max((step for step in self.steps if step.left), key=lambda step: step.left, default=None)


def funnels(counted: Tally, policies: Policies) -> list[Funnel]:
    """A funnel for each flow in which anything was counted."""
    names = sorted({flow for flow, _, _ in counted if flow}, key=lambda flow: _place_of(flow, policies))
    return [_funnel(flow, counted, policies) for flow in names]


def not_understood(counted: Tally) -> list[tuple[str, str, int]]:
    """Where words were not understood: flow ("" at the menu), question ("" where none was open) and how often, the most frequent first."""
    found = [(flow, question, count) for (flow, question, event), count in counted.items() if event == "not_understood"]
    return sorted(found, key=lambda one: (-one[2], one[0], one[1]))


def questions(flow: str, benefit: str, policies: Policies) -> tuple[str, ...]:
    """Every question that a flow may ask, in about the order in which it does; those of the newest edition first."""
    editions = policies[benefit].editions[::-1] if benefit in policies else ()
    asks = [name for edition in editions for name in edition.asks]
    more = [name for edition in editions for name in (edition.edition_by, *edition.claim_asks)]
    known = {"benefit": asks, "claim": [*PERSON, *more, *asks, *LAST], "mend": ["documents"], "birthday": ["birthday"]}
    return tuple(dict.fromkeys(known.get(flow, ())))


def _funnel(name: str, counted: Tally, policies: Policies) -> Funnel:
    flow, _, benefit = name.partition(".")
    mine = {(question, event): count for (each, question, event), count in counted.items() if each == name}
    order = questions(flow, benefit, policies)
    asked = sorted({question for question, _ in mine if question}, key=lambda each: (_index(each, order), each))
    steps = tuple(Step(each, {event: count for (question, event), count in mine.items() if question == each}) for each in asked)
    return Funnel(flow, benefit, mine.get(("", "started"), 0), mine.get(("", "finished"), 0), steps)


def _place_of(name: str, policies: Policies) -> tuple[int, int, str]:
    flow, _, benefit = name.partition(".")
    return _index(benefit, in_order(policies)), _index(flow, FLOWS), name


def _index(name: str, among: Iterable[str]) -> int:
    """Where it stands; unknown ones come last."""
    known = list(among)
    return known.index(name) if name in known else len(known)
