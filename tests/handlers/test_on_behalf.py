"""Somebody files for a member: who they are, that the member agreed, whose card it is; and one who files alone is asked nothing more."""

from __future__ import annotations

from typing import Any

import pytest

from handlers.claim import Applied, Declined
from handlers.on_behalf import CONSENT, Helper
from handlers.questions import Confirm, Question
from handlers.say import Say
from handlers.understanding.reading import Read, Unread
from tests.handlers.test_claim import ANSWERS, claimed, last_look
from tests.handlers.walking import path

HELPING: dict[str, Any] = {"relation": "parent", "member_agreed": True, "helper_name": "李雷", "helper_phone": "13900139000"}
FOR_ANOTHER: dict[str, Any] = {**ANSWERS, "consent": "another", **HELPING}
LABELS = {"option.consent.yes": "同意", "option.consent.no": "不同意", "option.consent.another": "替别人办"}


def asked(key: str, answers: dict[str, Any]) -> Question[Any]:
    question = claimed("hospital", answers).find(key)
    assert question is not None
    return question


def test_a_member_who_files_alone_is_asked_nothing_about_helping() -> None:
    assert set(HELPING).isdisjoint(path(claimed("hospital", ANSWERS)))


def test_a_helper_tells_for_whom_and_that_they_agreed_before_anything_personal() -> None:
    assert path(claimed("hospital", FOR_ANOTHER))[:6] == ["consent", "relation", "member_agreed", "helper_name", "helper_phone", "name"]


def test_without_the_members_word_it_ends_there() -> None:
    run = claimed("hospital", {**FOR_ANOTHER, "member_agreed": False})

    assert run.outcome == Declined()


def test_the_helper_is_kept_beside_the_member() -> None:
    digest = last_look(FOR_ANOTHER).digest

    outcome = claimed("hospital", {**FOR_ANOTHER, "confirm": digest}).outcome

    assert isinstance(outcome, Applied)
    assert (outcome.helper, outcome.person.name) == (Helper("parent", "李雷", "13900139000"), "王芳")


def test_who_files_is_read_back_before_it_goes_and_a_change_of_it_is_confirmed_anew() -> None:
    shown = last_look(FOR_ANOTHER)
    other = last_look({**FOR_ANOTHER, "helper_phone": "13900139001"})

    assert [item.key for item in shown.items][:3] == ["relation", "helper_name", "helper_phone"]
    assert isinstance(other, Confirm)
    assert other.digest != shown.digest


@pytest.mark.parametrize("key", ["name", "certno", "union", "phone", "card"])
def test_what_is_asked_of_the_member_is_worded_for_the_helper(key: str) -> None:
    assert asked(key, FOR_ANOTHER).sentence == f"{key}_of_member"
    assert asked(key, dict(ANSWERS)).sentence == key


@pytest.mark.parametrize("answers", [ANSWERS, FOR_ANOTHER], ids=["alone", "for another"])
def test_the_money_of_a_member_who_died_goes_to_the_family(answers: dict[str, Any]) -> None:
    facts = {"injured_on": "2026-10-12", "work_injury": False, "injury": "death"}

    question = claimed("accident", {**answers, **facts}).find("card")

    assert question is not None
    assert question.sentence == "card_of_family"


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("同意", Read("yes")),
        ("好的", Read("yes")),
        ("可以", Read("yes")),
        ("1", Read("yes")),
        ("不同意", Read("no")),
        ("不行", Read("no")),
        ("2", Read("no")),
        ("替别人办", Read("another")),
        ("3", Read("another")),
        ("我替别人办的", Read("another", sure=False)),
        ("替我妈办", Read("another", sure=False)),
        ("帮同事交的", Read("another", sure=False)),
    ],
)
def test_consent_understands_yes_no_and_for_another(said: str, meant: Read[str]) -> None:
    assert CONSENT.read(said, words) == meant


@pytest.mark.parametrize("said", ["18000", "住院", "?"])
def test_consent_is_never_guessed(said: str) -> None:
    assert isinstance(CONSENT.read(said, words), Unread)


def words(label: Say) -> str:
    return LABELS[label.key]
