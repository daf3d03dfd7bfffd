"""Counts of conversations that nobody had, so that the console's funnels have something to show."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Final

from bot.conversation.counting import Event, Happening
from bot.conversation.funnel import questions
from calculator import FACTS
from calculator.policy import Policies

DAYS: Final = 120
A_DAY: Final = {
    "benefit.hospital": 9,
    "claim.hospital": 4,
    "benefit.accident": 4,
    "claim.accident": 2,
    "benefit.fire": 1,
    "mend.hospital": 1,
}
"""How many begin at most, on a day."""

HARD: Final = {"out_of_pocket": 0.16, "documents": 0.22, "card": 0.07, "certno": 0.09, "injury": 0.08, "loss": 0.12, "consent": 0.06}
"""How many of those asked leave there; of the others, few do."""

EASY: Final = 0.02
ODDLY: Final[Mapping[Event, float]] = {"not_understood": 0.7, "went_back": 0.3, "changed": 0.4}
"""How often it happens at a question, beside how often it is left."""

SELDOM: Final = frozenset({"relation", "member_agreed", "helper_name", "helper_phone"})
"""Asked only where somebody files for another."""

FOR_ANOTHER: Final = 0.12
AT_MENU: Final = 0.8


def happened(chance: random.Random, today: date, policies: Policies) -> Counter[Happening]:
    """What was counted up to today."""
    days = [today - timedelta(days=back) for back in range(DAYS)]
    flows = {name: most for name, most in A_DAY.items() if name.partition(".")[2] in policies}
    counted = Counter(event for day in days for name, most in flows.items() for event in _day(chance, day, name, most, policies))
    counted.update(Happening(day, "", "", "not_understood") for day in days if chance.random() < AT_MENU)
    return counted


def _day(chance: random.Random, day: date, name: str, most: int, policies: Policies) -> Iterator[Happening]:
    flow, _, benefit = name.partition(".")
    newest = policies[benefit].editions[-1]
    now = {newest.edition_by, *newest.claim_asks, *newest.asks}
    asked = [question for question in questions(flow, benefit, policies) if question in now or question not in FACTS]
    for _ in range(chance.randint(0, most)):
        helped = chance.random() < FOR_ANOTHER
        yield from _walk(chance, day, name, [question for question in asked if helped or question not in SELDOM])


def _walk(chance: random.Random, day: date, name: str, asked: list[str]) -> Iterator[Happening]:
    """One way through a flow, or as far as it goes."""
    yield Happening(day, name, "", "started")
    for question in asked:
        hard = HARD.get(question, EASY)
        yield from (Happening(day, name, question, event) for event, rate in ODDLY.items() if chance.random() < rate * hard)
        if chance.random() < hard:
            yield Happening(day, name, question, "left")
            return
        yield Happening(day, name, question, "answered")
    yield Happening(day, name, "", "finished")
