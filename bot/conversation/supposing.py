"""What if: one figure tried with another value, both results side by side, and not one answer touched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from bot.conversation.actions import order_action
from bot.conversation.changing import said_changed, with_undo
from bot.conversation.going_on import go_on, menu
from bot.conversation.noting import noted
from bot.conversation.prompts import answer_rows, choosing_rows
from bot.conversation.talk import Reply, Talk, as_json
from bot.conversation.worked import worked_out
from bot.message import Button, Say
from calculator.facts import FACTS
from calculator.verdict import Outcome
from handlers.benefit import Estimated
from handlers.questions import Question


def is_about(talk: Talk, question: Question[Any]) -> bool:
    """Whether what is said now is another value to try for this question."""
    supposing = talk.place.supposing
    return supposing is not None and supposing["key"] == question.key


def what_if(talk: Talk, key: str) -> Reply:
    """Which figure to try, or, once it is chosen, with what."""
    if talk.place.flow is None:
        return menu(talk)
    run = talk.replay()
    question = run.find(key) if key in FACTS else None
    if question is not None and worked_out(talk) is not None:
        return _with_what(talk, question)
    facts = [asked for asked in run.asked if asked.question.key in FACTS]
    if worked_out(talk) is None or not facts:
        return go_on(talk.noting(Say("why.not_yet")))
    rows = choosing_rows(facts, "what_if", "button.try")
    place = replace(talk.place, at_menu=False, supposing=None)
    return Reply(place, (*talk.noted, Say("suppose.which")), (*rows, (_back_to_result(),)))


def _with_what(talk: Talk, question: Question[Any]) -> Reply:
    value = question.load(talk.place.answers.get(question.key))
    lines = [Say("suppose.with_what"), Say(f"ask.{question.sentence}", question.figures)]
    lines += [Say("answered_before", {"value": as_json(question.show(value))})] if value is not None else []
    place = replace(talk.place, supposing={"key": question.key}, editing=None, proposed=None, at_menu=False)
    return Reply(place, (*talk.noted, *lines), (*answer_rows(talk, question), (_back_to_result(),)))


def compared(talk: Talk, tried: Sequence[tuple[Question[Any], Any]]) -> Reply:
    """Both results, one under the other. The values stay at hand, in case they are to be kept."""
    stored = {question.key: question.dump(value) for question, value in tried}
    now, then = worked_out(talk), worked_out(talk, {**talk.place.answers, **stored})
    lines = [Say("suppose.only")]
    lines += [_line("suppose.now", question, question.load(talk.place.answers.get(question.key)), now) for question, _ in tried]
    lines += [_line("suppose.then", question, value, then) for question, value in tried]
    lines += [_more(now, then)]
    first = tried[0][0].key
    rows = (
        (Button(Say("button.adopt"), order_action("adopt")), Button(Say("button.try_again"), order_action("what_if", first))),
        (_back_to_result(),),
    )
    return Reply(replace(talk.place, supposing={"key": "", "stored": stored}), (*talk.noted, *lines), rows)


def adopt(talk: Talk, _: str) -> Reply:
    """Keep the values that were tried."""
    stored = (talk.place.supposing or {}).get("stored")
    if not stored or talk.place.flow is None:
        return go_on(talk.noting(Say("press.stale")))
    run, before = talk.replay(), talk
    questions = [question for key in stored if (question := run.find(key)) is not None]
    talk = talk.at(talk.place.with_answers(stored))
    return with_undo(go_on(said_changed(before, talk, [(question, question.load(stored[question.key])) for question in questions])))


def _back_to_result() -> Button:
    return Button(Say("button.back_to_result"), order_action("keep"))


def _line(key: str, question: Question[Any], value: Any, estimated: Estimated | None) -> Say:
    """One side: the figure, and what it gives."""
    figure = Say("value.unclear") if value is None else noted(question, value, "told")
    return Say(key, {"figure": as_json(figure), "result": as_json(_result(estimated))})


def _result(estimated: Estimated | None) -> Say:
    if estimated is None:
        return Say("suppose.open")
    outcome, amount = estimated.estimate.verdict.outcome, estimated.estimate.amount
    if outcome is Outcome.INELIGIBLE:
        return Say("suppose.nothing")
    if amount is None:
        return Say("suppose.review")
    return Say("suppose.amount_review" if outcome is Outcome.REVIEW else "suppose.amount", {"amount": amount})


def _more(now: Estimated | None, then: Estimated | None) -> Say:
    """How far they are from each other."""
    if now is None or then is None or now.estimate.amount is None or then.estimate.amount is None:
        return Say("suppose.not_comparable")
    by = then.estimate.amount - now.estimate.amount
    return Say("suppose.more" if by > 0 else "suppose.less", {"by": abs(by)}) if by else Say("suppose.same")
