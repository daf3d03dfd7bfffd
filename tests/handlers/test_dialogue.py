"""The engine: a flow replayed against stored answers, whatever the answers and in whatever order they came."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.dialogue import STEPS_AT_MOST, EndlessFlowError, Flow, RepeatedKeyError, ask, replay
from handlers.questions import Count, YesNo
from tests.handlers.walking import TODAY, Way, answers_to, path, seen, walked, ways

every_way = pytest.mark.parametrize("way", ways(), ids=str)
quick = settings(max_examples=25, deadline=None)


def count(key: str) -> Count:
    return Count(key=key, low=0, high=10, likely=3, today=TODAY)


def lunch() -> Flow[str]:
    guests = yield from ask(count("guests"))
    if guests == 0:
        return "nobody"
    if (yield from ask(YesNo(key="hungry"))):
        dishes = yield from ask(count("dishes"))
        return f"{guests} guests, {dishes} dishes"
    return f"{guests} guests"


def test_the_first_question_without_an_answer_is_pending() -> None:
    run = replay(lunch, {"guests": 2})

    assert path(run) == ["guests"]
    assert run.pending is not None
    assert run.pending.key == "hungry"
    assert run.outcome is None


def test_a_flow_with_all_its_answers_has_an_outcome_and_nothing_pending() -> None:
    run = replay(lunch, {"guests": 2, "hungry": True, "dishes": 4})

    assert run.pending is None
    assert run.outcome == "2 guests, 4 dishes"
    assert [asked.value for asked in run.asked] == [2, True, 4]


@pytest.mark.parametrize("stale", [11, -1, "2", None, 2.0, [2], {"value": 2}, True])
def test_a_stored_answer_that_no_longer_fits_its_question_is_asked_again(stale: Any) -> None:
    run = replay(lunch, {"guests": stale, "hungry": False})

    assert path(run) == []
    assert run.pending is not None
    assert run.pending.key == "guests"


def test_later_answers_are_kept_while_an_earlier_one_is_asked_again() -> None:
    kept = {"hungry": True, "dishes": 4}

    assert replay(lunch, {"guests": 2, **kept}).outcome == replay(lunch, {**kept, "guests": 2}).outcome == "2 guests, 4 dishes"


def test_an_answer_off_the_path_is_kept_and_counts_again_once_the_path_comes_back() -> None:
    answers = {"guests": 2, "hungry": True, "dishes": 4}

    assert replay(lunch, {**answers, "guests": 0}).outcome == "nobody"
    assert replay(lunch, answers).outcome == "2 guests, 4 dishes"


def test_answers_under_keys_that_the_flow_no_longer_asks_do_no_harm() -> None:
    assert replay(lunch, {"guests": 1, "hungry": False, "dropped": "whatever"}).outcome == "1 guests"


def test_a_question_is_found_on_the_path_and_where_it_is_pending_but_not_beyond() -> None:
    run = replay(lunch, {"guests": 2})

    assert [run.find(key) is not None for key in ("guests", "hungry", "dishes")] == [True, True, False]


def test_the_same_key_twice_on_one_path_is_an_error() -> None:
    def twice() -> Flow[None]:
        yield from ask(count("guests"))
        yield from ask(count("guests"))

    with pytest.raises(RepeatedKeyError, match="guests"):
        replay(twice, {"guests": 1})


def test_the_same_key_on_two_branches_is_no_error() -> None:
    def either() -> Flow[int]:
        if (yield from ask(YesNo(key="hungry"))):
            return (yield from ask(count("dishes")))
        return -(yield from ask(count("dishes")))

    assert [replay(either, {"hungry": hungry, "dishes": 2}).outcome for hungry in (True, False)] == [2, -2]


def test_a_flow_without_end_is_stopped() -> None:
    def endless() -> Flow[None]:
        number = 0
        while True:
            number += 1
            yield from ask(count(f"guest_{number}"))

    with pytest.raises(EndlessFlowError):
        replay(endless, {f"guest_{number}": 1 for number in range(STEPS_AT_MOST + 1)})
    with pytest.raises(EndlessFlowError):
        replay(endless, {}).in_all()


def test_the_length_foreseen_takes_typical_answers_for_open_questions_and_stored_ones_for_the_rest() -> None:
    assert replay(lunch, {}).in_all() == 3
    assert replay(lunch, {"guests": 2, "hungry": False}).in_all() == 2
    assert replay(lunch, {"guests": 0}).in_all() == 1


def test_the_length_foreseen_stays_the_same_when_asked_again() -> None:
    run = replay(lunch, {"guests": 2})

    assert [run.in_all(), run.in_all()] == [3, 3]
    assert path(run) == ["guests"]


@every_way
def test_the_length_foreseen_is_never_shorter_than_the_way_already_gone(way: Way) -> None:
    @quick
    @given(st.data())
    def holds(data: st.DataObject) -> None:
        answers = walked(data.draw, way)
        keys = path(replay(way.start, answers))
        for gone in range(len(keys) + 1):
            so_far = {key: answers[key] for key in keys[:gone]}
            assert replay(way.start, so_far).in_all() >= gone

    holds()


@every_way
def test_the_replay_of_every_prefix_is_stable(way: Way) -> None:
    @quick
    @given(st.data())
    def holds(data: st.DataObject) -> None:
        answers = walked(data.draw, way)
        keys = path(replay(way.start, answers))
        assert len(keys) == len(set(keys))

        for gone in range(len(keys)):
            so_far = {key: answers[key] for key in keys[:gone]}
            run = replay(way.start, so_far)
            assert path(run) == keys[:gone]
            assert run.pending is not None
            assert run.pending.key == keys[gone]
            assert seen(run) == seen(replay(way.start, so_far))

    holds()


@every_way
def test_an_answer_changed_and_changed_back_changes_nothing(way: Way) -> None:
    @quick
    @given(st.data())
    def holds(data: st.DataObject) -> None:
        answers = walked(data.draw, way)
        before = seen(replay(way.start, answers))
        asked = data.draw(st.sampled_from(replay(way.start, answers).asked))
        key = asked.question.key

        elsewhere = walked(data.draw, way, {**answers, key: data.draw(answers_to(asked.question))})

        assert set(answers) <= set(elsewhere)
        same_papers = {k: answers[k] for k in answers.keys() & elsewhere.keys()}
        assert seen(replay(way.start, {**elsewhere, **same_papers})) == before

    holds()


@every_way
def test_any_order_of_changes_comes_to_the_same_as_answering_so_from_the_start(way: Way) -> None:
    @quick
    @given(st.data())
    def holds(data: st.DataObject) -> None:
        first, wanted = walked(data.draw, way), walked(data.draw, way)
        keys = data.draw(st.permutations(sorted(wanted)))

        answers = dict(first)
        for key in keys:
            answers[key] = wanted[key]
            replay(way.start, answers)

        assert seen(replay(way.start, answers)) == seen(replay(way.start, wanted))

    holds()


@every_way
def test_every_answer_survives_being_stored(way: Way) -> None:
    @quick
    @given(st.data())
    def holds(data: st.DataObject) -> None:
        for asked in replay(way.start, walked(data.draw, way)).asked:
            assert asked.question.load(asked.question.dump(asked.value)) == asked.value

    holds()
