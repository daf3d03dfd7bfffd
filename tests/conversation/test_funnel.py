"""Counts become funnels: every question once, in its order, and nothing is lost or made up on the way."""

from __future__ import annotations

from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from bot.conversation.counting import Event
from bot.conversation.funnel import Step, funnels, not_understood, questions
from calculator import load

CHANGCHUN = load("changchun")
NAMES = ("benefit.hospital", "claim.hospital", "claim.gone", "mend.fire", "birthday.hospital", "", "odd")
TALLIES = st.dictionaries(
    st.tuples(st.sampled_from(NAMES), st.sampled_from(("", "age", "certno", "documents", "gone")), st.sampled_from(get_args(Event))),
    st.integers(1, 10**6),
)


def test_a_question_was_asked_of_those_who_answered_it_and_those_who_left_at_it() -> None:
    assert Step("age", {"answered": 7, "left": 2, "changed": 5}).asked == 9


def test_questions_stand_in_the_order_in_which_they_are_asked_and_unknown_ones_last() -> None:
    counted: dict[tuple[str, str, Event], int] = {
        ("claim.hospital", key, "answered"): 1 for key in ("documents", "was_asked_once", "age", "consent", "card", "certno")
    }

    (funnel,) = funnels(counted, CHANGCHUN)

    assert [step.question for step in funnel.steps] == ["consent", "certno", "age", "documents", "card", "was_asked_once"]


def test_estimates_stand_before_claims_and_hospital_before_fire() -> None:
    counted: dict[tuple[str, str, Event], int] = {
        (name, "", "started"): 1 for name in ("claim.fire", "mend.hospital", "benefit.fire", "claim.hospital", "benefit.hospital", "odd")
    }

    found = [(funnel.flow, funnel.benefit) for funnel in funnels(counted, CHANGCHUN)]

    hospital = [("benefit", "hospital"), ("claim", "hospital"), ("mend", "hospital")]
    assert found == [*hospital, ("benefit", "fire"), ("claim", "fire"), ("odd", "")]


def test_the_worst_question_is_where_most_left_the_earlier_of_two_and_none_where_nobody_did() -> None:
    counted: dict[tuple[str, str, Event], int] = {
        ("benefit.hospital", "in_work", "left"): 3,
        ("benefit.hospital", "age", "left"): 3,
        ("benefit.hospital", "out_of_pocket", "left"): 1,
        ("claim.hospital", "consent", "answered"): 9,
    }

    benefit, claim = funnels(counted, CHANGCHUN)

    assert benefit.worst is not None
    assert benefit.worst.question == "age"
    assert claim.worst is None


def test_who_left_after_the_end_is_nobody_who_left_half_way() -> None:
    (funnel,) = funnels({("benefit.hospital", "", "left"): 4, ("benefit.hospital", "", "finished"): 4}, CHANGCHUN)

    assert (funnel.left, funnel.finished) == (0, 4)


def test_what_was_not_understood_most_often_stands_first() -> None:
    counted: dict[tuple[str, str, Event], int] = {
        ("", "", "not_understood"): 2,
        ("benefit.hospital", "age", "not_understood"): 5,
        ("benefit.hospital", "age", "left"): 50,
    }

    assert not_understood(counted) == [("benefit.hospital", "age", 5), ("", "", 2)]


def test_every_fact_that_an_edition_asks_has_a_place_in_its_flows() -> None:
    for benefit, policy in CHANGCHUN.items():
        for edition in policy.editions:
            assert set(edition.asks) <= set(questions("benefit", benefit, CHANGCHUN))
            assert {edition.edition_by, *edition.asks, *edition.claim_asks} <= set(questions("claim", benefit, CHANGCHUN))


@given(TALLIES)
def test_every_count_at_a_question_is_in_exactly_one_step(counted: dict[tuple[str, str, Event], int]) -> None:
    made = funnels(counted, CHANGCHUN)

    steps = [(funnel, step) for funnel in made for step in funnel.steps]
    told = sum(count for (flow, question, _), count in counted.items() if flow and question)
    assert sum(sum(step.counts.values()) for _, step in steps) == told
    assert len({(funnel.flow, funnel.benefit, step.question) for funnel, step in steps}) == len(steps)
    assert sum(count for _, _, count in not_understood(counted)) == sum(
        n for (_, _, event), n in counted.items() if event == "not_understood"
    )
    assert all(0 <= step.left <= step.asked <= funnel.highest for funnel, step in steps)
