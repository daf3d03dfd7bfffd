"""Short ways to say a case in tests."""

from __future__ import annotations

from datetime import date

from calculator.edition import Edition
from calculator.facts import FACTS, UNCLEAR, FactType, Value, parse_fact
from calculator.policy import load, places, policy_named

IN_FORCE = date(2023, 7, 1)
MOST_CHILDREN = 20

EDITIONS = [found for place in places() for policy in load(place).values() for found in policy.editions]
"""Every edition there is."""


def edition(benefit: str, on: date = IN_FORCE) -> Edition:
    """The Changchun edition of a benefit on a day."""
    return policy_named(f"changchun/{benefit}").edition_on(on)


def facts(**texts: str) -> dict[str, Value]:
    """Facts as the command line writes them."""
    return {name: parse_fact(name, text) for name, text in texts.items()}


def hospital(out_of_pocket: str = "152000", age: str = "45", in_work: str = "yes", paid: str = "0", **more: str) -> dict[str, Value]:
    """A hospital case, whole unless changed."""
    return facts(out_of_pocket=out_of_pocket, age=age, in_work=in_work, paid_this_year=paid, **more)


def samples(policy_edition: Edition, fact: str) -> list[Value]:
    """A few telling values of a fact."""
    known = FACTS[fact]
    if known.type is FactType.CHOICE:
        return [*(choice.id for choice in policy_edition.choices(fact)), UNCLEAR]
    if known.type is FactType.COUNT and known.high == MOST_CHILDREN:
        return [0, 1, MOST_CHILDREN, UNCLEAR]
    by_type: dict[FactType, list[str]] = {
        FactType.YES_NO: ["yes", "no", "unclear"],
        FactType.COUNT: ["15", "16", "60", "61", "unclear"],
        FactType.MONEY: ["0", "0.01", "5000", "5000.01", "50000", "340000", "10000000000", "unclear"],
        FactType.DAY: ["2023-07-01"],
    }
    return [parse_fact(fact, text) for text in by_type[known.type]]
