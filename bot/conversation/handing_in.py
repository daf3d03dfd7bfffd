"""A tap under a list of papers: it is done, the last one is of another kind, or not wanted."""

from __future__ import annotations

from typing import Any

from bot.conversation.going_on import go_on
from bot.conversation.papers import under_way
from bot.conversation.prompts import documents_end
from bot.conversation.talk import Reply, Talk
from bot.message import Say
from handlers.questions import Documents

ENOUGH = frozenset({"齐了", "好了", "发完了", "没有了", "下一步", "done", "that is all", "next"})
"""Words that end a hand-in of papers."""


def says_enough(talk: Talk, question: Documents, text: str) -> bool:
    """Whether typed words end the hand-in: its button's label, or what people say."""
    label = talk.words(documents_end(question, talk.place.answers.get(question.key))).casefold()
    return text.casefold() in {label, *ENOUGH}


def documents_pressed(talk: Talk, question: Documents, value: str) -> Reply:
    """Carry out what a button under the list says."""
    stored = talk.place.answers.get(question.key) or {"uploads": [], "done": False}
    uploads = [{"upload": d.upload, "kind": d.kind} for d in question.handed_in(stored)]
    if value == "done":
        return _done(talk, question, uploads)
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


def _done(talk: Talk, question: Documents, uploads: list[dict[str, Any]]) -> Reply:
    if len(uploads) < question.least:
        return go_on(talk.noting(Say("documents.none_yet")))
    if under_way(talk):
        return go_on(talk.noting(Say("documents.wait")))
    talk = talk.at(talk.place.with_answer(question.key, {"uploads": uploads, "done": True}))
    talk.count_answered(question.key)
    return go_on(talk)
