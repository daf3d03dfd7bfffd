"""A fact of the rules as a question to a person."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from calculator.amounts import Fen
from calculator.edition import Choice as PolicyChoice
from calculator.edition import Edition
from calculator.facts import FACTS, Fact, FactType
from handlers.questions import Amount, Choice, Count, Day, Option, Question, YesNo
from handlers.say import Say

MAY_BE_UNCLEAR = frozenset({"in_work", "work_injury"})
"""Where many people honestly cannot say, and a person must look."""

NONE_OPTION = frozenset({"paid_this_year"})
"""Sums that are nothing for most people: one tap says so."""

LIKELY = {"age": 45, "out_of_pocket": 2_000_000, "loss": 2_000_000}

SPOKEN: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "in_work": {
        "yes": ("在上班", "还在上班", "上班", "在岗", "working", "employed", "i am in work", "i work"),
        "no": ("退休", "退休了", "已经退休", "已经退休了", "退了", "离职", "离职了", "没工作", "retired", "i am retired", "not working"),
    },
    "work_injury": {"yes": ("是工伤", "work injury"), "no": ("非工伤", "不算工伤", "不属于工伤", "no work injury")},
    "own_home": {"yes": ("自己家", "我家", "自己的房子", "my home"), "no": ("租的", "租的房子", "出租屋", "rented")},
    "fire_report": {"yes": ("有了", "拿到了", "开了"), "no": ("还没开", "没开", "没拿到", "还没拿到")},
    "stay_cause": {
        "illness": ("病了", "得病", "生病了", "看病", "sick", "ill", "i was ill"),
        "injury": ("受伤了", "摔了", "外伤", "hurt", "i was hurt"),
        "maternity": ("生育", "分娩", "剖腹产", "having a baby", "gave birth"),
    },
}
"""What people say instead of a label, by fact and option."""


def fact_question(name: str, edition: Edition, today: date) -> Question[Any]:
    """The question that asks for a fact under an edition."""
    fact = FACTS[name]
    match fact.type:
        case FactType.YES_NO:
            return YesNo(key=name, may_be_unclear=name in MAY_BE_UNCLEAR, spoken=SPOKEN.get(name, {}))
        case FactType.MONEY:
            return Amount(key=name, high=Fen(_whole(fact.high)), likely=Fen(LIKELY.get(name, 0)), none_option=name in NONE_OPTION)
        case FactType.COUNT:
            return Count(key=name, low=_whole(fact.low), high=_whole(fact.high), likely=LIKELY[name], today=today, as_age=name == "age")
        case FactType.DAY:
            return day_question(fact, edition.starts, today)
        case FactType.CHOICE:
            return Choice(key=name, choices=tuple(_option(name, choice) for choice in edition.choices(name)))


def _option(name: str, choice: PolicyChoice) -> Option:
    label = Say("value.title", {"title": dict(choice.title)}) if choice.title else Say(f"option.{name}.{choice.id}")
    return Option(choice.id, label, SPOKEN.get(name, {}).get(choice.id, ()))


def day_question(fact: Fact, earliest: date, today: date) -> Day:
    """The question for a day, no earlier than the rules go back."""
    return Day(key=fact.name, today=today, earliest=earliest)


def _whole(bound: Any) -> int:
    if not isinstance(bound, int):
        raise TypeError(bound)
    return bound
