"""Making a claim: who, what happened, the papers, where the money goes, a last look, and off it goes."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache, partial
from typing import Any

from calculator.deadline import HANDED_IN
from calculator.edition import Edition, Policy
from calculator.estimate import Estimate
from calculator.facts import FACTS, Facts, Value
from calculator.verdict import Outcome
from handlers.benefit import Estimated, NotYet, estimated, facts_worth_asking, in_force, reasons
from handlers.case import Case
from handlers.dialogue import Flow, ask
from handlers.facts import day_question, fact_question
from handlers.identity import age_on, birth_day, is_card, is_certno, is_name, is_phone, read_card, read_certno, read_name, read_phone
from handlers.on_behalf import AGREED, CONSENT, REFUSED, Helper, addressed, answers_of, helping
from handlers.questions import Confirm, Documents, Found, HandedIn, Lookup, Need, Question, Text, missing_of


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
    edition: Edition
    day: date
    person: Person
    facts: Facts
    estimate: Estimate
    documents: tuple[HandedIn, ...]
    missing: int
    """Kinds of document nothing has come for."""
    card: str
    helper: Helper | None = None
    """Who files it, where that is not the member."""


NAME = Text(key="name", reader=read_name, fits=is_name, likely="王芳")
UNION = Lookup(key="union", source="union")
PHONE = Text(key="phone", reader=read_phone, fits=is_phone, likely="13800000000")
CARD = Text(key="card", reader=read_card, fits=is_card, likely="6222000000000000", masked=True)
DEATH = "death"
"""The injury after which the money goes to those left behind."""


def claim(case: Case, name: str) -> Flow[Applied | Estimated | Declined | NotYet]:
    """One flow for every benefit. A member the rules leave out is told so before papers are asked for."""
    policy = case.policies[name]
    if in_force(case, name) is None:
        return NotYet(name, policy.editions[0].starts)
    consent = yield from ask(CONSENT)
    helper = None if consent in {AGREED, REFUSED} else (yield from helping())
    if consent == REFUSED or (consent != AGREED and helper is None):
        return Declined()
    person = yield from _person(case.day, helper)
    day = yield from ask(_event_day(policy, case.day))
    edition = policy.edition_on(day)
    facts = yield from _facts(case, edition, person, day)
    worked_out = estimated(edition, facts)
    if worked_out.verdict.outcome is Outcome.INELIGIBLE:
        return Estimated(name, edition, worked_out, facts)
    papers = _papers(edition, facts, _still_open(worked_out, case.day))
    documents = yield from ask(papers)
    card = yield from ask(_card(facts, helper))
    missing = missing_of(papers.needs, documents)
    applied = Applied(name, edition, day, person, facts, worked_out, documents, missing, card, helper)
    yield from ask(_last_look(policy, papers, applied, case.day))
    return applied


def fact_of_claim(case: Case, edition: Edition, name: str) -> Question[Any]:
    """The question for a fact that an estimate or a claim under this edition may ask, before it is asked."""
    policy = case.policies[edition.benefit]
    return _fact(policy, edition, name, case.day)


@lru_cache(maxsize=16)
def _certno(today: date) -> Text:
    reader, fits = partial(read_certno, today=today), partial(is_certno, today=today)
    return Text(key="certno", reader=reader, fits=fits, likely="110101198001010010", masked=True)


def _event_day(policy: Policy, today: date) -> Question[date]:
    """The day that picks the edition: as far back as the rules go."""
    return day_question(FACTS[policy.edition_by], policy.editions[-1], policy.editions[0].starts, today)


def _still_open(worked_out: Estimate, today: date) -> date | None:
    """The last day to hand in; None without one, and once it is over."""
    last = worked_out.hand_in_by
    return last if last is not None and today <= last else None


def _papers(edition: Edition, facts: Facts, last_day: date | None) -> Documents:
    known = _needs(edition)
    return Documents(key="documents", needs=tuple([known[need.kind] for need in edition.documents_for(facts)]), hand_in_by=last_day)


@lru_cache(maxsize=256)
def _needs(edition: Edition) -> Mapping[str, Need]:
    return {need.kind: Need(need.kind, dict(need.title), dict(need.hint)) for need in edition.documents}


def _last_look(policy: Policy, papers: Documents, applied: Applied, today: date) -> Confirm:
    worked_out = applied.estimate
    return Confirm(
        key="confirm",
        given=partial(_given, policy, papers, applied, today),
        review=reasons(worked_out.verdict),
        amount=worked_out.amount,
        is_sample=worked_out.status == "sample",
        hand_in_by=papers.hand_in_by,
    )


def _person(today: date, helper: Helper | None) -> Generator[Question[Any], Any, Person]:
    name = yield from ask(addressed(NAME, helper))
    certno = yield from ask(addressed(_certno(today), helper))
    union = yield from ask(addressed(UNION, helper))
    phone = yield from ask(addressed(PHONE, helper))
    return Person(name, certno, union, phone)


def _card(facts: Facts, helper: Helper | None) -> Text:
    """The member's own card; of one who died, that of a family member."""
    return replace(CARD, words="card_of_family") if DEATH in facts.values() else addressed(CARD, helper)


def _facts(case: Case, edition: Edition, person: Person, day: date) -> Generator[Question[Any], Any, dict[str, Value]]:
    """What the certificate and the day already tell is not asked again."""
    known: dict[str, Value] = {edition.edition_by: day}
    if edition.deadlines:
        known[HANDED_IN] = case.day
    born = birth_day(person.certno)
    if born is not None and "age" in edition.asks:
        known["age"] = max(age_on(day, born), 0)
    for name in edition.claim_asks:
        if name not in known:
            known[name] = yield from ask(fact_question(name, edition, case.day, day))
    return (yield from facts_worth_asking(case, edition, known, day))


def _given(policy: Policy, papers: Documents, applied: Applied, today: date) -> list[tuple[Question[Any], Any]]:
    """Every answer that leaves with the claim, in the order it was asked."""
    person, edition = applied.person, applied.edition
    unasked = {HANDED_IN} if birth_day(person.certno) is None else {HANDED_IN, "age"}
    return [
        *answers_of(applied.helper),
        (NAME, person.name),
        (_certno(today), person.certno),
        (UNION, person.union),
        (PHONE, person.phone),
        *((_fact(policy, edition, name, today), value) for name, value in applied.facts.items() if name not in unasked),
        (papers, applied.documents),
        (CARD, applied.card),
    ]


def _fact(policy: Policy, edition: Edition, name: str, today: date) -> Question[Any]:
    return _event_day(policy, today) if name == policy.edition_by else fact_question(name, edition, today)
