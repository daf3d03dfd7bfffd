"""An answer taken: kept, read back, and what it changed; a doubtful one is confirmed first."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bot.conversation import drafts, supposing
from bot.conversation.actions import Answer
from bot.conversation.changing import said_changed, with_undo
from bot.conversation.going_on import go_on
from bot.conversation.handing_in import documents_pressed
from bot.conversation.heard import NO, YES, forgotten, propose
from bot.conversation.lookups import LOOKUPS
from bot.conversation.noting import noted
from bot.conversation.talk import Reply, Talk
from bot.message import Say
from handlers.dialogue import Replay
from handlers.questions import Confirm, Documents, Lookup, Question


def pressed(talk: Talk, answer: Answer) -> Reply:
    """A tap on an answer button, fresh, old or forged."""
    if answer.tag != talk.conversation.tag:
        return go_on(talk.noting(Say("press.not_yours")))
    there = drafts.of_button(talk, answer.revision)
    question = None if there is None else there.replay().find(answer.key)
    if there is None or question is None:
        return go_on(talk.noting(Say("press.stale")))
    talk, run = there, there.replay()
    if answer.value in {YES, NO}:
        return settled(talk, run, question, agreed=answer.value == YES)
    if isinstance(question, Documents):
        return documents_pressed(talk, question, answer.value)
    value = LOOKUPS[question.source].by_id(talk.conn, answer.value) if isinstance(question, Lookup) else question.press(answer.value)
    if value is None:
        return go_on(talk.noting(Say("press.stale")))
    if supposing.is_about(talk, question):
        return supposing.compared(talk, [(question, value)])
    return take(talk, run, question, value, echo=question.key != _open(talk, run))


def take(talk: Talk, run: Replay[Any], question: Question[Any], value: Any, *, echo: bool) -> Reply:
    """Keep the answer and go on. A changed earlier answer is said to be changed, with what it does to the amount."""
    before, is_change = talk, is_answered(run, question)
    talk = kept(talk, run, question, value)
    if is_change and before.place.answers.get(question.key) != talk.place.answers[question.key]:
        return with_undo(go_on(said_changed(before, talk, [(question, value)])))
    if not is_change:
        talk.count_answered(question.key)
    return go_on(talk.noting(noted(question, value)) if echo and not isinstance(question, Confirm) else talk)


def kept(talk: Talk, run: Replay[Any], question: Question[Any], value: Any) -> Talk:
    """The same turn with the answer stored; a question asked again before it stays open."""
    place = talk.place.with_answer(question.key, question.dump(value))
    editing = None if place.editing == question.key or not is_answered(run, question) else place.editing
    return talk.at(replace(place, editing=editing))


def is_answered(run: Replay[Any], question: Question[Any]) -> bool:
    """Whether a question had an answer before this turn."""
    return any(asked.question.key == question.key for asked in run.asked)


def settled(talk: Talk, run: Replay[Any], question: Question[Any], *, agreed: bool) -> Reply:
    """A doubtful reading confirmed, or refused and asked for again."""
    proposed = talk.place.proposed
    talk = forgotten(talk, question.key)
    if proposed is None or proposed["key"] != question.key:
        return go_on(talk.noting(Say("press.stale")))
    if not agreed:
        return go_on(talk.noting(Say("propose.refused")))
    value = question.load(proposed["stored"])
    return go_on(talk.noting(Say("press.stale"))) if value is None else take(talk, run, question, value, echo=False)


def proposed(talk: Talk, question: Question[Any], value: Any) -> Reply:
    """Ask whether a doubtful reading is meant."""
    return propose(talk, question, question.dump(value)) or go_on(talk)


def _open(talk: Talk, run: Replay[Any]) -> str | None:
    return talk.place.editing or (run.pending.key if run.pending else None)
