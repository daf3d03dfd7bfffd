"""Making a claim: who, what happened, the papers, where the money goes, a last look, and off it goes."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from datetime import date
from typing import Any

from calculator.edition import Edition
from calculator.estimate import Estimate, estimate
from calculator.facts import FACTS, Facts, Value
from calculator.policy import Policy
from calculator.verdict import Outcome
from handlers.benefit import Estimated, facts_worth_asking
from handlers.case import Case
from handlers.dialogue import Flow, ask
from handlers.facts import day_question, fact_question
from handlers.identity import age_on, birth_day, read_card, read_certno, read_name, read_phone
from handlers.questions import Confirm, Documents, Found, HandedIn, Item, Lookup, Need, Question, Text, YesNo


@dataclass(frozen=True, slots=True)
class Declined:
    """No consent: nothing was collected, nothing goes anywhere."""


@dataclass(frozen=True, slots=True)
class Person:
    """Who asks, as they say it."""

    name: str
    certno: str
    union: Found
    phone: str


@dataclass(frozen=True, slots=True)
class Applied:
    """A claim as the member confirmed it."""

    benefit: str
    edition: str
    day: date
    person: Person
    facts: Facts
    estimate: Estimate
    documents: tuple[HandedIn, ...]
    card: str


LIKELY_CERTNO = "110101198001010010"
LIKELY_CARD = "6222000000000000"


def claim(case: Case, name: str) -> Flow[Applied | Estimated | Declined]:
    """One flow for every benefit. A member the rules leave out is told so before papers are asked for."""
    if not (yield from ask(YesNo(key="consent"))):
        return Declined()
    policy = case.policies[name]
    person = yield from _person()
    day = yield from ask(_event_day(policy, case.day))
    edition = policy.edition_on(day)
    facts = yield from _facts(case, edition, person, day)
    worked_out = estimate(edition, facts)
    if worked_out.verdict.outcome is Outcome.INELIGIBLE:
        return Estimated(name, worked_out, facts)
    needs = tuple(Need(need.kind, dict(need.title), dict(need.hint)) for need in edition.documents)
    documents = yield from ask(Documents(key="documents", needs=needs))
    card = yield from ask(Text(key="card", reader=read_card, likely=LIKELY_CARD, masked=True))
    applied = Applied(name, edition.id, day, person, facts, worked_out, documents, card)
    yield from ask(Confirm(key="confirm", items=_items(policy, edition, applied, case.day), extra={"amount": worked_out.amount}))
    return applied


def _event_day(policy: Policy, today: date) -> Question[date]:
    """The day that picks the edition: as far back as the rules go."""
    return day_question(FACTS[policy.edition_by], policy.editions[0].starts, today)


def _person() -> Generator[Question[Any], Any, Person]:
    name = yield from ask(Text(key="name", reader=read_name, likely="王芳"))
    certno = yield from ask(Text(key="certno", reader=read_certno, likely=LIKELY_CERTNO, masked=True))
    union = yield from ask(Lookup(key="union", source="union"))
    phone = yield from ask(Text(key="phone", reader=read_phone, likely="13800000000"))
    return Person(name, certno, union, phone)


def _facts(case: Case, edition: Edition, person: Person, day: date) -> Generator[Question[Any], Any, dict[str, Value]]:
    """What the certificate and the day already tell is not asked again."""
    known: dict[str, Value] = {edition.edition_by: day}
    born = birth_day(person.certno)
    if born is not None and "age" in edition.asks:
        known["age"] = age_on(day, born)
    for name in edition.claim_asks:
        if name not in known:
            known[name] = yield from ask(fact_question(name, edition, case.day))
    return (yield from facts_worth_asking(case, edition, known))


def _items(policy: Policy, edition: Edition, applied: Applied, today: date) -> tuple[Item, ...]:
    """Every answer that leaves with the claim, in the order it was asked."""
    person = applied.person
    items = [
        Item("name", Text(key="name", reader=read_name, likely="").show(person.name)),
        Item("certno", Text(key="certno", reader=read_certno, likely="", masked=True).show(person.certno)),
        Item("union", Lookup(key="union", source="union").show(person.union)),
        Item("phone", Text(key="phone", reader=read_phone, likely="").show(person.phone)),
    ]
    born = birth_day(person.certno)
    for name, value in applied.facts.items():
        if name != "age" or born is None:
            question: Question[Any] = _event_day(policy, today) if name == policy.edition_by else fact_question(name, edition, today)
            items.append(Item(name, question.show(value)))
    needs = tuple(Need(need.kind, dict(need.title), dict(need.hint)) for need in edition.documents)
    items.append(Item("documents", Documents(key="documents", needs=needs).show(applied.documents)))
    items.append(Item("card", Text(key="card", reader=read_card, likely="", masked=True).show(applied.card)))
    return tuple(items)
