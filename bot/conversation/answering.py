"""An answer, typed or tapped: read, taken or asked again, and what it changed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bot.conversation.actions import Answer, order_action
from bot.conversation.editing import asking_again
from bot.conversation.going_on import go_on
from bot.conversation.lookups import LOOKUPS
from bot.conversation.papers import under_way
from bot.conversation.prompts import documents_end, in_rows, prompt
from bot.conversation.talk import Reply, Rows, Talk, as_json
from bot.message import Button, Say
from handlers.benefit import Estimated
from handlers.claim import Applied
from handlers.dialogue import Replay
from handlers.questions import Confirm, Day, Documents, Found, Lookup, Question
from handlers.understanding.reading import Read, Unread
from handlers.understanding.yes_no import read_yes_no

YES, NO = "~yes", "~no"
"""What the buttons under a doubtful reading carry."""

ENOUGH = frozenset({"齐了", "好了", "发完了", "没有了", "下一步", "done", "that is all", "next"})
"""Words that end a hand-in of papers."""


def typed(talk: Talk, run: Replay[Any], question: Question[Any], text: str) -> Reply:
    """Something typed while this question is open."""
    if talk.place.proposed is not None and talk.place.proposed["key"] == question.key:
        said = read_yes_no(text)
        if isinstance(said, Read) and said.sure:
            return _settle_proposal(talk, run, question, agreed=said.value)
        talk = talk.at(replace(talk.place, proposed=None))
    if isinstance(question, Lookup):
        return _look_up(talk, run, question, text)
    if isinstance(question, Documents) and text.casefold() in {_end_label(talk, question), *ENOUGH}:
        return _documents_pressed(talk, question, "done")
    found = question.read(text, talk.words)
    if isinstance(found, Unread) and isinstance(question, Confirm) and (item := question.item_meant(text, talk.words)):
        return go_on(talk.at(asking_again(talk.place, item.key)))
    if isinstance(found, Unread):
        return not_understood(talk, run, question, found.reason)
    if not found.sure:
        return _propose(talk, question, found.value)
    return take(talk, run, question, found.value, echo=True)


def _end_label(talk: Talk, question: Documents) -> str:
    return talk.words(documents_end(question, talk.place.answers.get(question.key))).casefold()


def pressed(talk: Talk, answer: Answer) -> Reply:
    """A tap on an answer button, fresh, old or forged."""
    if answer.tag != talk.conversation.tag:
        return go_on(talk.noting(Say("press.not_yours")))
    if talk.place.flow is None:
        return go_on(talk.noting(Say("press.stale")))
    talk = talk.at(replace(talk.place, at_menu=False))
    run = talk.replay()
    question = run.find(answer.key)
    if question is None:
        return go_on(talk.noting(Say("press.stale")))
    if answer.value in {YES, NO}:
        return _settle_proposal(talk, run, question, agreed=answer.value == YES)
    if isinstance(question, Documents):
        return _documents_pressed(talk, question, answer.value)
    value = LOOKUPS[question.source].by_id(talk.conn, answer.value) if isinstance(question, Lookup) else question.press(answer.value)
    if value is None:
        return go_on(talk.noting(Say("press.stale")))
    return take(talk, run, question, value, echo=question.key != _open(talk, run))


def take(talk: Talk, run: Replay[Any], question: Question[Any], value: Any, *, echo: bool) -> Reply:
    """Keep the answer and go on. A changed earlier answer is said to be changed, with what it does to the amount."""
    stored = question.dump(value)
    old = talk.place.answers.get(question.key)
    is_change = question.key in {asked.question.key for asked in run.asked}
    place = talk.place.with_answer(question.key, stored)
    editing = None if place.editing == question.key or not is_change else place.editing
    talk = talk.at(replace(place, editing=editing))
    if is_change and old != stored:
        talk = talk.at(replace(talk.place, before={"key": question.key, "stored": old}))
        talk = talk.noting(noted(question, value, "changed"), *_difference(run, talk.replay()))
        reply = go_on(talk)
        undo = ((Button(Say("button.undo"), order_action("undo")),),)
        return replace(reply, buttons=reply.buttons + undo)
    return go_on(talk.noting(noted(question, value)) if echo and not isinstance(question, Confirm) else talk)


def noted(question: Question[Any], value: Any, key: str = "noted") -> Say:
    """An answer read back, under its name."""
    shown = question.show(value)
    speaks_for_itself = shown.key.startswith(("option.", "value.title"))
    return Say(f"{key}.value" if speaks_for_itself else key, {"name": f"name.{question.key}", "value": as_json(shown)})


def not_understood(talk: Talk, run: Replay[Any], question: Question[Any], reason: str) -> Reply:
    """Why it could not be used, an example, and the question again: nothing is lost."""
    lines, buttons = prompt(talk, run, question)
    said = Say(f"unread.{reason}", {"day": question.earliest.isoformat()} if isinstance(question, Day) else {})
    more = ((Button(Say("button.human"), order_action("human")), Button(Say("button.stop"), order_action("stop"))),)
    return Reply(talk.place, (*talk.noted, said, Say(f"example.{question.sentence}"), *lines), buttons + more)


def _open(talk: Talk, run: Replay[Any]) -> str | None:
    return talk.place.editing or (run.pending.key if run.pending else None)


def _propose(talk: Talk, question: Question[Any], value: Any) -> Reply:
    place = replace(talk.place, proposed={"key": question.key, "stored": question.dump(value)})
    buttons = (talk.answer(question.key, YES, Say("button.yes")), talk.answer(question.key, NO, Say("button.no")))
    return Reply(place, (*talk.noted, noted(question, value, "propose")), (buttons,))


def _settle_proposal(talk: Talk, run: Replay[Any], question: Question[Any], *, agreed: bool) -> Reply:
    proposed = talk.place.proposed
    talk = talk.at(replace(talk.place, proposed=None))
    if proposed is None or proposed["key"] != question.key:
        return go_on(talk.noting(Say("press.stale")))
    if not agreed:
        return go_on(talk.noting(Say("propose.refused")))
    value = question.load(proposed["stored"])
    return go_on(talk.noting(Say("press.stale"))) if value is None else take(talk, run, question, value, echo=False)


def _look_up(talk: Talk, run: Replay[Any], question: Lookup, text: str) -> Reply:
    found: list[Found] = LOOKUPS[question.source].by_text(talk.conn, text)
    if not found:
        reply = not_understood(talk, run, question, "nothing_found")
        return replace(reply, buttons=_otherwise(talk, question) + reply.buttons)
    if len(found) == 1 and found[0].name == text.strip():
        return take(talk, run, question, found[0], echo=True)
    buttons = [talk.answer(question.key, str(row.id), Say("value.text", {"text": row.name})) for row in found]
    rows = in_rows(talk, buttons) + _otherwise(talk, question)
    return Reply(talk.place, (*talk.noted, Say(f"found.{question.key}", {"count": len(found)})), rows)


def _otherwise(talk: Talk, question: Lookup) -> Rows:
    return tuple(
        (talk.answer(question.key, str(row.id), Say(f"button.otherwise.{question.key}", {"text": row.name})),)
        for row in LOOKUPS[question.source].otherwise(talk.conn)
    )


def _documents_pressed(talk: Talk, question: Documents, value: str) -> Reply:
    stored = talk.place.answers.get(question.key) or {"uploads": [], "done": False}
    uploads = [{"upload": d.upload, "kind": d.kind} for d in question.handed_in(stored)]
    if value == "done":
        if len(uploads) < question.least:
            return go_on(talk.noting(Say("documents.none_yet")))
        if under_way(talk):
            return go_on(talk.noting(Say("documents.wait")))
        return go_on(talk.at(talk.place.with_answer(question.key, {"uploads": uploads, "done": True})))
    order, _, kind = value[1:].partition("-")
    at = int(order) if order.isascii() and order.isdecimal() and len(order) < 4 else len(uploads)  # noqa: PLR2004  # far above any hand-in
    kinds = {need.kind: need for need in question.needs}
    if at >= len(uploads):
        return go_on(talk.noting(Say("press.stale")))
    if value[0] == "d":
        del uploads[at]
        talk = talk.noting(Say("documents.dropped"))
    elif value[0] == "k" and kind in kinds:
        uploads[at]["kind"] = kind
        talk = talk.noting(Say("documents.is_kind", {"title": kinds[kind].title}))
    else:
        return go_on(talk.noting(Say("press.stale")))
    return go_on(talk.at(talk.place.with_answer(question.key, {"uploads": uploads, "done": False})))


def _difference(before: Replay[Any], after: Replay[Any]) -> tuple[Say, ...]:
    old, new = _amount(before), _amount(after)
    if old is None or new is None or old == new == 0:
        return ()
    return (Say("changed.amount", {"old": old, "new": new}) if old != new else Say("changed.same", {"amount": new}),)


def _amount(run: Replay[Any]) -> int | None:
    if isinstance(run.outcome, Estimated | Applied):
        return run.outcome.estimate.amount
    return run.pending.amount if isinstance(run.pending, Confirm) else None
