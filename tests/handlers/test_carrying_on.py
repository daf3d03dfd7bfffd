"""Carrying a replay on with one more answer comes to the same as going over all of them again."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.dialogue import replay
from tests.handlers.walking import Way, answers_to, seen, walked, ways


@pytest.mark.parametrize("way", ways(), ids=str)
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_carried_on_it_is_where_a_replay_of_all_is(way: Way, data: st.DataObject) -> None:
    answers = walked(data.draw, way)
    so_far: dict[str, Any] = {}
    run = replay(way.start, so_far)
    while run.pending is not None:
        so_far = {**so_far, run.pending.key: answers[run.pending.key]}
        carried = run.carried_on(so_far)
        assert carried is not None
        assert seen(carried) == seen(replay(way.start, so_far))
        run = carried


@pytest.mark.parametrize("way", ways(), ids=str)
@settings(max_examples=10, deadline=None)
@given(data=st.data())
def test_an_answer_that_is_changed_is_not_carried_on(way: Way, data: st.DataObject) -> None:
    first = replay(way.start, {}).pending
    if first is None:
        return
    before = {first.key: data.draw(answers_to(first))}
    after = {first.key: [data.draw(answers_to(first))]}
    run = replay(way.start, before)

    assert not run.asked or run.carried_on(after) is None


@pytest.mark.parametrize("way", ways(), ids=str)
def test_counting_the_way_ends_what_can_be_carried_on(way: Way) -> None:
    run = replay(way.start, {})
    if run.pending is None:
        return
    count = run.in_all()

    assert run.carried_on({}) is None
    assert run.in_all() == count
