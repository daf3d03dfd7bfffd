"""Sixty made-up claims, led through the real decisions to every state, so that their history reads true."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from bot.claims import decide
from bot.claims.claim import Claim, read
from bot.claims.resubmit import withdraw
from bot.claims.states import State
from bot.claims.submit import Application, submit
from bot.demo.papers import picture
from bot.demo.people import Person, made_up
from bot.documents import uploads
from bot.message import Chat, UploadId
from bot.staff.accounts import Staff
from calculator import Edition, Estimate, Fen, Value, estimate, load, pretty
from calculator.facts import to_json

HOW_MANY: Final[Mapping[State, int]] = {
    State.SUBMITTED: 15,
    State.IN_REVIEW: 8,
    State.RETURNED: 6,
    State.APPROVED: 7,
    State.CONFIRMED: 3,
    State.PAYING: 4,
    State.PAID: 9,
    State.BOUNCED: 2,
    State.REJECTED: 4,
    State.WITHDRAWN: 2,
}
LARGE: Final = frozenset({State.CONFIRMED})
"""States that only a claim large enough for two signatures reaches."""


@dataclass(frozen=True)
class Crew:
    """The three who decide."""

    reviewer: Staff
    approver: Staff
    administrator: Staff


@dataclass(frozen=True)
class Paper:
    """One upload of a claim: its kind and its pictures."""

    upload: UploadId
    kind: str
    pictures: Sequence[bytes]


@dataclass(frozen=True)
class Draft:
    """A claim before it is made."""

    to: State
    person: Person
    base: int
    """Its union's place among the base unions."""
    chat: Chat
    facts: Mapping[str, Value]
    estimated: Estimate
    papers: Sequence[Paper]
    at: datetime
    year: int
    latest: datetime
    """Nothing happened after this."""


def drafts(chance: random.Random, place: str, people: Sequence[tuple[Person, int]], now: datetime) -> Iterator[Draft]:
    """All claims, the earliest first."""
    states = [state for state, number in HOW_MANY.items() for _ in range(number)]
    chance.shuffle(states)
    for number, (state, (person, base)) in enumerate(zip(states, people, strict=False)):
        day = now - timedelta(days=1 + (len(states) - 1 - number) * 0.6)
        at = day.replace(hour=1 + chance.randrange(8), minute=chance.randrange(60), second=0)
        benefit = "hospital" if state in LARGE else chance.choices(("hospital", "accident", "fire"), (7, 2, 1))[0]
        happened = at.date() - timedelta(days=chance.randrange(4, 40))
        edition = load(place)[benefit].edition_on(happened)
        facts = _facts(chance, edition, person, happened, large=state in LARGE)
        estimated = estimate(edition, facts)
        papers = list(_papers(chance, edition, person, facts, happened))
        yield Draft(state, person, base, Chat("web", f"demo-{number}"), facts, estimated, papers, at, happened.year, now)


def enter(conn: Connection, draft: Draft, union_id: int, crew: Crew) -> None:
    """Make the claim and lead it to its state."""
    for paper in draft.papers:
        uploads.add(conn, draft.chat, source={"raw": True}, name="IMG.jpg", now=draft.at, id=paper.upload)
        uploads.settle(conn, paper.upload, len(paper.pictures), now=draft.at)
    person = draft.person
    application = Application(
        benefit=draft.estimated.benefit,
        chat=draft.chat,
        locale="zh_CN",
        name=person.name,
        certno=person.certno,
        phone=person.phone,
        card=person.card,
        union_id=union_id,
        facts={name: to_json(value) for name, value in draft.facts.items()},
        estimate=draft.estimated.to_json(),
        edition=draft.estimated.edition_id,
        year=draft.year,
        estimated=draft.estimated.amount,
        uploads=tuple((paper.upload, paper.kind) for paper in draft.papers),
    )
    _lead(conn, read(conn, submit(conn, application, now=draft.at).id), draft, crew)


def _lead(conn: Connection, claim: Claim, draft: Draft, crew: Crew) -> None:
    """Every step on the way, some hours apart, each by somebody who may."""
    to, at, reasons = draft.to, draft.at, made_up()["reasons"]
    hours = iter((1.2, 1.6, 2.1, 26.0, 50.3, 74.8))

    def then() -> datetime:
        return min(at + timedelta(hours=next(hours)), draft.latest)

    if to is State.SUBMITTED:
        return
    if to is State.WITHDRAWN:
        withdraw(conn, claim.id, draft.chat, now=then())
        return
    claim = decide.take(conn, claim.id, claim.revision, crew.reviewer, now=then())
    if to is State.IN_REVIEW:
        return
    if to is State.RETURNED:
        decide.return_(conn, claim.id, claim.revision, crew.reviewer, missing=[draft.papers[1].kind], reason=reasons["missing"], now=then())
    elif to is State.REJECTED:
        decide.reject(conn, claim.id, claim.revision, crew.reviewer, reason=reasons["rejected"], now=then())
    else:
        decide.note(conn, claim.id, crew.reviewer, words=reasons["note"], now=then())
        amount = claim.estimated or Fen(100_000)
        reason = "" if claim.estimated else reasons["differs"]
        claim = decide.approve(conn, claim.id, claim.revision, crew.reviewer, amount=amount, reason=reason, now=then())
        _pay(conn, claim, to, crew, then)


def _pay(conn: Connection, claim: Claim, to: State, crew: Crew, then: Callable[[], datetime]) -> None:
    if to is not State.APPROVED and claim.second_signature:
        claim = decide.confirm(conn, claim.id, claim.revision, crew.approver, now=then())
    if to in {State.APPROVED, State.CONFIRMED}:
        return
    claim = decide.pay(conn, claim.id, claim.revision, crew.approver, now=then())
    if to is State.PAID:
        decide.paid(conn, claim.id, claim.revision, crew.approver, now=then())
    elif to is State.BOUNCED:
        decide.bounced(conn, claim.id, claim.revision, crew.approver, reason=made_up()["reasons"]["bounced"], now=then())


def _facts(chance: random.Random, edition: Edition, person: Person, happened: date, *, large: bool) -> dict[str, Value]:
    if edition.benefit == "fire":
        return {"own_home": True, "fire_report": True, "loss": chance.randrange(8_000, 90_000) * 100, "fire_on": happened}
    if edition.benefit == "accident":
        harm = [choice.id for choice in edition.choices("injury")][:-2]
        return {"work_injury": False, "injury": chance.choice(harm), "injured_on": happened}
    cash = chance.randrange(13_500_000, 30_000_000) if large else int(100 * chance.lognormvariate(9.6, 0.7)) + 510_000
    return {
        "age": happened.year - person.born.year,
        "in_work": True,
        "out_of_pocket": cash,
        "paid_this_year": chance.choice((0, 0, 0, 36_000)),
        "stay_cause": chance.choices(("illness", "injury"), (8, 1))[0],
        "discharged_on": happened,
    }


def _papers(chance: random.Random, edition: Edition, person: Person, facts: Mapping[str, Value], happened: date) -> Iterator[Paper]:
    """One upload for each paper the edition asks for, the second sometimes of two pages."""
    money = [pretty(value) for name in ("out_of_pocket", "loss") if isinstance(value := facts.get(name), int)]
    for place, need in enumerate(edition.documents_for(facts)):
        where = ("就诊机构", chance.choice(made_up()["stays"])) if edition.benefit != "fire" else ("地点", "春城市")
        rows = [("姓名", person.name), ("日期", f"{happened:%Y-%m-%d}"), where]
        rows += [("个人现金支付" if edition.benefit == "hospital" else "金额", each) for each in money] if place == 0 else []
        rows += [("卡号", "6200 •••• •••• " + person.card[-4:])] if need.kind == "bank_card" else []
        pages = 2 if place == 1 and chance.random() < 0.4 else 1  # noqa: PLR2004
        sideways = chance.random() < 0.2  # noqa: PLR2004
        drawn = [picture(need.title["zh"], [*rows, ("页", f"{number + 1} / {pages}")], sideways=sideways) for number in range(pages)]
        yield Paper(uploads.new_id(), need.kind, drawn)
