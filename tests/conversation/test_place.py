"""A turn and its place, gone on: only what is meant to change does."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import create_engine

from bot.conversation.counting import Counts
from bot.conversation.state import Conversation, Place
from bot.conversation.talk import Talk
from bot.message import Chat, Say
from bot.threads.hours import Hours
from calculator import load
from handlers.case import Case
from handlers.claim import Declined
from handlers.on_behalf import REFUSED

SET: dict[str, Any] = {
    "flow": "claim",
    "about": {"benefit": "fire"},
    "answers": {"loss": 1},
    "editing": "loss",
    "proposed": {"key": "loss", "stored": 2},
    "before": {"loss": 3},
    "at_menu": True,
    "to_staff": {"claim": 1},
    "heard": {"loss": {"stored": 4}, "age": {"stored": 5}},
    "missed": {"key": "loss", "times": 1},
    "supposing": {"key": "loss"},
    "since": 6,
    "drafts": {"hospital": {}},
    "spare": {"loss": 4, "age": 5},
    "ended": True,
    "told": {"m": ["loss"]},
}
PLACE = Place(**SET)


def turn() -> Talk:
    with create_engine("sqlite://").connect() as conn:
        conversation = Conversation(7, Chat("telegram", "1"), "en", 3, PLACE)
        now = datetime(2026, 11, 23, tzinfo=UTC)
        return Talk(conn, conversation, Case(date(2026, 11, 23), load("changchun")), now, (Say("again"),), Hours(), Counts(), {})


def test_the_place_of_these_tests_has_something_in_every_field() -> None:
    assert set(SET) == {field.name for field in fields(Place)}
    assert all(value != getattr(Place(), name) for name, value in SET.items())


def test_a_turn_at_another_place_is_the_same_in_all_else() -> None:
    talk = turn()

    assert talk.at(Place()) == replace(talk, conversation=replace(talk.conversation, place=Place()))


def test_a_turn_that_notes_something_is_the_same_in_all_else() -> None:
    talk = turn()

    assert talk.noting(Say("help.how")) == replace(talk, noted=(Say("again"), Say("help.how")))


def test_no_answer_counts_nothing_even_where_consent_was_refused() -> None:
    counts = Counts()
    refused = replace(turn(), counts=counts).at(Place("claim", {"benefit": "hospital"}, {"consent": REFUSED}))

    refused.count_answered()

    assert isinstance(refused.replay().outcome, Declined)
    assert not counts.take()


def test_an_answer_settles_what_waited_for_it_and_leaves_all_else() -> None:
    still = {"heard": {"age": {"stored": 5}}, "spare": {"age": 5}}
    settled: dict[str, Any] = {"proposed": None, "missed": None, "supposing": None, "at_menu": False, **still}

    assert PLACE.with_answer("loss", 9) == replace(PLACE, answers={"loss": 9}, **settled)
