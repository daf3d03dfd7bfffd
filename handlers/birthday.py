"""The day of birth of a member who is still too young, asked only so that they can be told on the day they are not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from handlers.case import Case
from handlers.dialogue import Flow, ask
from handlers.identity import OLDEST, age_on
from handlers.questions import Day, Option
from handlers.questions.question import Words
from handlers.understanding.reading import Read, Unread


@dataclass(frozen=True, slots=True)
class Born:
    """The day, the age that will do, and what else the rules were told, as JSON."""

    benefit: str
    age: int
    facts: Mapping[str, Any]
    day: date


@dataclass(frozen=True, kw_only=True)
class BirthDay(Day):
    """A day long ago: no buttons for yesterday and today. One that does not fit the age already told is asked about again."""

    age: int
    """As the member told it."""

    def read(self, text: str, words: Words) -> Read[date] | Unread:
        found = super().read(text, words)
        if isinstance(found, Unread):
            return found
        return Read(found.value, found.sure and abs(age_on(self.today, found.value) - self.age) <= 1)

    def options(self) -> tuple[Option, ...]:
        return ()


def birthday(case: Case, benefit: str, age: int, facts: Mapping[str, Any]) -> Flow[Born]:
    """One question."""
    earliest = date(case.day.year - OLDEST, 1, 1)
    day = yield from ask(BirthDay(key="birthday", today=case.day, earliest=earliest, age=int(facts["age"])))
    return Born(benefit, age, facts, day)
