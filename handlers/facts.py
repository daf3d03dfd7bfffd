"""A fact of the rules as a question to a person."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from calculator.amounts import Fen
from calculator.edition import Choice as PolicyChoice
from calculator.edition import Edition
from calculator.facts import FACTS, Fact, FactType
from handlers.questions import Amount, Choice, Count, Day, Option, Question, YesNo
from handlers.say import Figures, Say

MAY_BE_UNCLEAR = frozenset(
    {
        *("in_work", "work_injury"),
        *("personal_part", "deductible", "own_pay", "own_expense", "insured_total", "year_self_pay", "year_out_of_pocket"),
    }
)
"""Where many people honestly cannot say, and a person must look: at the papers, for sums that not every receipt shows."""

NONE_OPTION = frozenset({"paid_this_year", "mutual_aid", "commercial_paid", "unit_paid", "children_hurt"})
"""What is nothing for most people: one tap says so."""

USUALLY_NO = frozenset({"work_injury", "banned_cause"})

OF_THE_YEAR = frozenset({"paid_this_year", "year_self_pay", "year_out_of_pocket", "mutual_aid", "commercial_paid", "unit_paid"})
"""What is asked for the calendar year of the event, which is not always this year."""

ANY_CAUSE = frozenset({"loss", "fire_on"})
"""Asked in other words where not only a fire counts."""

LIKELY = {
    "age": 45,
    "out_of_pocket": 2_000_000,
    "loss": 2_000_000,
    "bill": 3_000_000,
    "insured_total": 2_000_000,
    "personal_part": 2_000_000,
    "deductible": 80_000,
    "own_pay": 120_000,
    "own_expense": 100_000,
    "year_self_pay": 2_000_000,
    "year_out_of_pocket": 8_000_000,
}
"""Typical answers, in fen or years; nothing for the rest. Only to foresee how long the way is."""

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
    "insurance": {
        "employee": ("职工", "城镇职工", "职工医疗保险", "单位交的", "单位给交的", "employee", "through my employer"),
        "resident": ("居民", "城镇居民", "城乡居民", "居民医疗保险", "resident"),
        "rural": ("农合", "农村合作医疗", "rural"),
        "elsewhere": ("外地", "异地", "外地医保", "老家的医保", "不在本地", "somewhere else", "another city"),
    },
    "loss_cause": {
        "fire": ("火灾", "失火", "起火", "着了火", "a fire", "fire"),
        "burst_pipe": ("爆管", "水管", "管子爆了", "跑水", "漏水", "burst pipe", "a pipe burst", "water"),
    },
    "banned_cause": {"yes": ("是", "喝了酒", "酒驾"), "no": ("都不是", "没有", "都没有", "none", "none of them")},
}
"""What people say instead of a label, by fact and option."""


@lru_cache(maxsize=4096)
def fact_question(name: str, edition: Edition, today: date, happened: date | None = None) -> Question[Any]:
    """The question that asks for a fact under an edition; `happened` is the day of the event, today where it is not known."""
    fact = FACTS[name]
    match fact.type:
        case FactType.YES_NO:
            may_be_unclear, likely = name in MAY_BE_UNCLEAR, name not in USUALLY_NO
            return YesNo(key=name, may_be_unclear=may_be_unclear, spoken=SPOKEN.get(name, {}), likely=likely)
        case FactType.MONEY:
            return _amount(fact, edition, today, happened or today)
        case FactType.COUNT:
            low, high, likely_count = _whole(fact.low), _whole(fact.high), LIKELY.get(name, 0)
            has_none = name in NONE_OPTION
            return Count(key=name, low=low, high=high, likely=likely_count, today=today, as_age=name == "age", none_option=has_none)
        case FactType.DAY:
            return day_question(fact, edition, edition.starts, today)
        case FactType.CHOICE:
            return Choice(key=name, choices=tuple(_option(name, choice) for choice in edition.choices(name)))


def is_any_cause(edition: Edition) -> bool:
    """Whether what befell a home need not have been a fire."""
    return "loss_cause" in (*edition.asks, *edition.claim_asks)


def day_question(fact: Fact, edition: Edition, earliest: date, today: date) -> Day:
    """The question for a day, no earlier than the rules go back."""
    return Day(key=fact.name, words=_words(fact.name, edition), today=today, earliest=earliest)


def _amount(fact: Fact, edition: Edition, today: date, happened: date) -> Amount:
    is_yearly = fact.name in OF_THE_YEAR
    return Amount(
        key=fact.name,
        words=_words(fact.name, edition),
        figures=_year(today, happened) if is_yearly else {},
        of_year=happened.year if is_yearly and happened.year != today.year else None,
        high=Fen(_whole(fact.high)),
        likely=Fen(LIKELY.get(fact.name, 0)),
        none_option=fact.name in NONE_OPTION or (fact.name == "loss" and "children_hurt" in edition.asks),
        may_be_unclear=fact.name in MAY_BE_UNCLEAR,
    )


def _words(name: str, edition: Edition) -> str:
    return f"{name}_any_cause" if name in ANY_CAUSE and is_any_cause(edition) else ""


def _year(today: date, happened: date) -> Figures:
    """The year of the event, in the words of today."""
    if happened.year == today.year:
        return {"year": {"key": "value.this_year", "figures": {}}}
    return {"year": {"key": "value.that_year", "figures": {"year": happened.year}}}


def _option(name: str, choice: PolicyChoice) -> Option:
    label = Say("value.title", {"title": dict(choice.title)}) if choice.title else Say(f"option.{name}.{choice.id}")
    return Option(choice.id, label, SPOKEN.get(name, {}).get(choice.id, ()))


def _whole(bound: Any) -> int:
    if not isinstance(bound, int):
        raise TypeError(bound)
    return bound
