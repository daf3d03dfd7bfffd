"""A fact of the rules as a question to a person."""

from __future__ import annotations

from datetime import date
from typing import Any

from calculator.amounts import Fen
from calculator.edition import Edition
from calculator.facts import FACTS, Fact, FactType
from handlers.questions import Amount, Choice, Count, Day, Option, Question, YesNo
from handlers.say import Say

MAY_BE_UNCLEAR = frozenset({"in_work", "work_injury"})
"""Where many people honestly cannot say, and a person must look."""

NONE_OPTION = frozenset({"paid_this_year"})
"""Sums that are nothing for most people: one tap says so."""

LIKELY = {"age": 45, "out_of_pocket": 2_000_000, "loss": 2_000_000}


def fact_question(name: str, edition: Edition, today: date) -> Question[Any]:
    """The question that asks for a fact under an edition."""
    fact = FACTS[name]
    match fact.type:
        case FactType.YES_NO:
            return YesNo(key=name, may_be_unclear=name in MAY_BE_UNCLEAR)
        case FactType.MONEY:
            return Amount(key=name, high=Fen(_whole(fact.high)), likely=Fen(LIKELY.get(name, 0)), none_option=name in NONE_OPTION)
        case FactType.COUNT:
            return Count(key=name, low=_whole(fact.low), high=_whole(fact.high), likely=LIKELY[name], today=today, as_age=name == "age")
        case FactType.DAY:
            return day_question(fact, edition.starts, today)
        case FactType.CHOICE:
            options = (
                Option(c.id, Say("value.title", {"title": dict(c.title)}) if c.title else Say(f"option.{name}.{c.id}"))
                for c in edition.choices(name)
            )
            return Choice(key=name, choices=tuple(options))


def day_question(fact: Fact, earliest: date, today: date) -> Day:
    """The question for a day, no earlier than the rules go back."""
    return Day(key=fact.name, today=today, earliest=earliest)


def _whole(bound: Any) -> int:
    if not isinstance(bound, int):
        raise TypeError(bound)
    return bound
