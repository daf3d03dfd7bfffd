"""Making a claim: the order of the questions, what is not asked twice, and what leaves."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from calculator import Outcome, load
from handlers.benefit import Estimated, NotYet
from handlers.case import Case
from handlers.claim import Applied, Declined, claim
from handlers.dialogue import Replay, replay
from handlers.questions import Confirm, Documents, Found, HandedIn
from tests.handlers.walking import TODAY, path

ANSWERS: Mapping[str, Any] = {
    "consent": "yes",
    "name": "王芳",
    "certno": "110101198001010010",
    "union": {"id": 2, "name": "一汽总装工会"},
    "phone": "13800138000",
    "discharged_on": "2026-10-12",
    "stay_cause": "illness",
    "in_work": True,
    "out_of_pocket": 1_800_000,
    "paid_this_year": 0,
    "documents": {"uploads": [{"upload": "u1"}], "done": True},
    "card": "6222021234567890128",
}


def claimed(name: str, answers: Mapping[str, Any], day: date = TODAY, place: str = "changchun") -> Replay[Any]:
    return replay(lambda: claim(Case(day, load(place)), name), answers)


def verdict(run: Replay[Any]) -> Outcome:
    assert isinstance(run.outcome, Estimated | Applied)
    return run.outcome.estimate.verdict.outcome


def last_look(answers: Mapping[str, Any], name: str = "hospital") -> Confirm:
    pending = claimed(name, answers).pending
    assert isinstance(pending, Confirm)
    return pending


def test_consent_comes_before_anything_personal() -> None:
    run = claimed("hospital", {})

    assert run.pending is not None
    assert run.pending.key == "consent"


def test_without_consent_it_ends_there() -> None:
    run = claimed("hospital", {**ANSWERS, "consent": "no"})

    assert run.outcome == Declined()
    assert path(run) == ["consent"]


def test_the_questions_come_in_this_order() -> None:
    assert path(claimed("hospital", ANSWERS)) == [
        "consent", "name", "certno", "union", "phone", "discharged_on", "stay_cause", "in_work", "out_of_pocket", "paid_this_year",
        "documents", "card",
    ]  # fmt: skip


def test_a_claim_leaves_with_exactly_what_was_answered() -> None:
    outcome = claimed("hospital", {**ANSWERS, "confirm": last_look(ANSWERS).digest}).outcome

    assert isinstance(outcome, Applied)
    assert (outcome.person.name, outcome.person.certno, outcome.person.phone) == ("王芳", "110101198001010010", "13800138000")
    assert outcome.person.union == Found(2, "一汽总装工会")
    assert outcome.facts["age"] == 46
    assert outcome.estimate.amount == 36_000
    assert outcome.documents == (HandedIn("u1", "receipt"),)
    assert outcome.missing == 2
    assert outcome.card == "6222021234567890128"


def test_every_answer_that_leaves_stands_in_the_last_look() -> None:
    asked = path(claimed("hospital", ANSWERS))

    assert sorted(item.key for item in last_look(ANSWERS).items) == sorted(key for key in asked if key != "consent")


@pytest.mark.parametrize(
    ("key", "other"),
    [
        ("name", "李雷"),
        ("certno", "E12345678"),
        ("union", {"id": 3, "name": "长客焊接工会"}),
        ("phone", "13900139000"),
        ("discharged_on", "2026-10-13"),
        ("stay_cause", "injury"),
        ("in_work", "unclear"),
        ("out_of_pocket", 1_800_001),
        ("paid_this_year", 100),
        ("documents", {"uploads": [], "done": True}),
        ("card", "6222021234567890"),
    ],
)
def test_a_confirmation_does_not_hold_once_an_answer_has_changed(key: str, other: object) -> None:
    run = claimed("hospital", {**ANSWERS, "confirm": last_look(ANSWERS).digest, "age": 46, key: other})

    assert run.outcome is None
    assert isinstance(run.pending, Confirm)


def test_the_age_on_the_day_of_discharge_counts_and_not_todays() -> None:
    just_sixty = {**ANSWERS, "certno": "110101196510130011"}

    assert last_look({**just_sixty, "discharged_on": "2026-10-12"})
    assert verdict(claimed("hospital", {**just_sixty, "discharged_on": "2026-10-13"})) is Outcome.INELIGIBLE


def test_a_certificate_of_somebody_too_old_ends_the_claim_with_the_reason() -> None:
    outcome = claimed("hospital", {**ANSWERS, "certno": "110101195001010017"}).outcome

    assert isinstance(outcome, Estimated)
    assert [result.id for result in outcome.estimate.verdict.failed()] == ["age"]


def test_a_day_before_the_birth_counts_as_age_nought() -> None:
    run = claimed("hospital", {**ANSWERS, "certno": "110101202501010016", "discharged_on": "2024-05-01"})

    assert isinstance(run.outcome, Estimated)
    assert run.outcome.facts["age"] == 0


def test_a_member_with_a_passport_is_asked_the_age() -> None:
    foreign = {**ANSWERS, "certno": "E12345678"}
    run = claimed("hospital", foreign)

    assert run.pending is not None
    assert run.pending.key == "age"
    assert "age" in {item.key for item in last_look({**foreign, "age": 40}).items}


def test_somebody_whom_the_rules_leave_out_is_told_before_papers_are_asked_for() -> None:
    run = claimed("hospital", {**ANSWERS, "out_of_pocket": 500_000})

    assert isinstance(run.outcome, Estimated)
    assert "documents" not in path(run)


@pytest.mark.parametrize("cause", ["injury", "maternity"])
def test_a_stay_that_a_person_must_look_at_says_why_at_the_last_look(cause: str) -> None:
    look = last_look({**ANSWERS, "stay_cause": cause})

    assert [reason.key for reason in look.review] == ["review.reason"]
    assert look.amount == 36_000


def test_what_the_member_could_not_tell_is_said_to_be_unclear() -> None:
    assert [reason.key for reason in last_look({**ANSWERS, "in_work": "unclear"}).review] == ["review.unclear"]


def test_the_rules_of_the_day_of_the_fire_count() -> None:
    answers = {**ANSWERS, "fire_report": True, "loss": 5_000_000}

    old = claimed("fire", {**answers, "fire_on": "2022-12-31"})
    new = claimed("fire", {**answers, "fire_on": "2023-01-01"})

    assert old.pending is not None
    assert old.pending.key == "own_home"
    assert isinstance(new.pending, Confirm)
    assert verdict(claimed("fire", {**answers, "fire_on": "2022-12-31", "own_home": False})) is Outcome.INELIGIBLE


@pytest.mark.parametrize("day", ["2020-12-31", "2026-11-24", "2026-02-30", "", None, 20261012])
def test_a_day_outside_the_rules_or_the_calendar_is_asked_again(day: object) -> None:
    run = claimed("hospital", {**ANSWERS, "discharged_on": day})

    assert run.pending is not None
    assert run.pending.key == "discharged_on"


def test_a_claim_for_a_death_pays_the_fixed_sum() -> None:
    answers = {**ANSWERS, "injured_on": "2026-10-01", "work_injury": False, "injury": "death"}

    assert last_look(answers, "accident").amount == 2_000_000


def test_a_benefit_that_begins_later_asks_nothing() -> None:
    run = claimed("hospital", ANSWERS, date(2020, 1, 1))

    assert run.outcome == NotYet("hospital", date(2021, 1, 1))
    assert path(run) == []


def test_another_card_that_ends_alike_must_be_confirmed_anew() -> None:
    confirmed = {**ANSWERS, "confirm": last_look(ANSWERS).digest}

    other = last_look({**confirmed, "card": "4000000000010128"})

    assert other.items[-1].shown == last_look(ANSWERS).items[-1].shown
    assert other.digest != confirmed["confirm"]


TIANJIN: Mapping[str, Any] = {
    **{key: ANSWERS[key] for key in ("consent", "name", "certno", "union", "phone", "discharged_on", "documents", "card")},
    "year_out_of_pocket": 6_500_000,
    "commercial_paid": 0,
    "unit_paid": 0,
    "paid_this_year": 0,
}
OF_2025 = {key: {"year": 2025, "value": TIANJIN[key]} for key in ("year_out_of_pocket", "commercial_paid", "unit_paid", "paid_this_year")}


def tianjin(**changed: Any) -> Replay[Any]:
    return claimed("hospital", {**TIANJIN, **changed}, place="tianjin")


def test_what_was_said_of_this_year_does_not_count_for_a_stay_of_last_year() -> None:
    run = tianjin(discharged_on="2025-12-31")

    assert run.pending is not None
    assert run.pending.key == "year_out_of_pocket"
    assert run.pending.figures == {"year": {"key": "value.that_year", "figures": {"year": 2025}}}


def test_nor_what_was_said_of_last_year_for_one_of_this_year() -> None:
    assert isinstance(tianjin().pending, Confirm)

    run = tianjin(**OF_2025)

    assert run.pending is not None
    assert run.pending.key == "year_out_of_pocket"


@pytest.mark.parametrize(("day", "last_day"), [("2026-01-01", date(2027, 1, 15)), ("2026-10-12", date(2027, 1, 15))])
def test_the_last_day_to_hand_in_stands_beside_the_papers_and_in_the_last_look(day: str, last_day: date) -> None:
    papers = tianjin(discharged_on=day).find("documents")
    look = tianjin(discharged_on=day).pending

    assert isinstance(papers, Documents)
    assert isinstance(look, Confirm)
    assert (papers.hand_in_by, look.hand_in_by, look.review) == (last_day, last_day, ())


def test_a_claim_that_comes_late_goes_to_a_person_and_says_why() -> None:
    look = tianjin(discharged_on="2025-11-20", **OF_2025).pending

    assert isinstance(look, Confirm)
    assert [(reason.key, reason.figures["day"]) for reason in look.review] == [("review.late", "2026-01-15")]
    assert (look.hand_in_by, look.amount) == (None, 1_000_000)


@pytest.mark.parametrize(
    ("loss_cause", "loss", "children", "kinds"),
    [
        ("fire", 5_000_000, 0, ["fire_certificate", "loss_statement", "bank_card"]),
        ("burst_pipe", 5_000_000, 2, ["pipe_report", "loss_statement", "diagnosis", "bank_card"]),
        ("burst_pipe", 0, 1, ["pipe_report", "diagnosis", "bank_card"]),
    ],
)
def test_only_the_papers_that_the_facts_call_for_are_asked(loss_cause: str, loss: int, children: int, kinds: list[str]) -> None:
    person = {key: TIANJIN[key] for key in ("consent", "name", "certno", "union", "phone")}
    facts = {"fire_on": "2026-11-20", "loss_cause": loss_cause, "loss": loss, "children_hurt": children}

    papers = claimed("fire", {**person, **facts}, place="zhengzhou").pending

    assert isinstance(papers, Documents)
    assert [need.kind for need in papers.needs] == kinds
