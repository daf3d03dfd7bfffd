"""A figure may be tried with another value: nothing that was answered changes by it, until it is to be kept."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bot.conversation import commands, supposing
from bot.conversation.talk import Talk
from bot.conversation.worked import worked_out
from calculator.facts import FACTS
from tests.conversation.test_changing import WAYS, given_answers, standing, turn
from tests.handlers.walking import Way, answers_to

__all__ = ["turn"]


@pytest.mark.parametrize("way", WAYS, ids=str)
@settings(max_examples=15)
@given(data=st.data())
def test_a_figure_that_is_tried_leaves_every_answer_and_the_claim_alone(turn: Talk, way: Way, data: st.DataObject) -> None:
    answers = given_answers(data, way)
    talk = standing(turn, way, answers)
    figures = [asked.question for asked in talk.replay().asked if asked.question.key in FACTS]
    assume(figures and worked_out(talk) is not None)
    question = data.draw(st.sampled_from(figures))
    value = question.load(data.draw(answers_to(question)))
    assume(value is not None)
    written = turn.conn.connection.dbapi_connection.total_changes  # type: ignore[union-attr]  # SQLite's own count

    tried = supposing.compared(talk, [(question, value)])
    back = commands.run(talk.at(tried.place), "keep", "")

    assert dict(tried.place.answers) == answers
    assert worked_out(talk.at(tried.place)) == worked_out(talk)
    assert back.place == replace(talk.place, supposing=None)
    assert turn.conn.connection.dbapi_connection.total_changes == written  # type: ignore[union-attr]


@pytest.mark.parametrize("way", WAYS, ids=str)
@settings(max_examples=15)
@given(data=st.data())
def test_a_figure_that_is_kept_is_the_answer_from_then_on(turn: Talk, way: Way, data: st.DataObject) -> None:
    talk = standing(turn, way, given_answers(data, way))
    figures = [asked.question for asked in talk.replay().asked if asked.question.key in FACTS]
    assume(figures and worked_out(talk) is not None)
    question = data.draw(st.sampled_from(figures))
    stored = data.draw(answers_to(question))
    assume(question.load(stored) is not None)

    tried = supposing.compared(talk, [(question, question.load(stored))])
    kept = commands.run(talk.at(tried.place), "adopt", "")

    assert kept.place.answers[question.key] == stored
    assert worked_out(talk.at(kept.place)) == worked_out(talk, {**talk.place.answers, question.key: stored})
