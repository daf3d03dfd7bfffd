"""An earlier answer changed: what it is now, what that does to the amount and why, and the way back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from bot.conversation.actions import order_action
from bot.conversation.difference import difference
from bot.conversation.noting import all_noted
from bot.conversation.talk import Reply, Talk
from bot.conversation.worked import worked_out
from bot.message import Button, Say
from handlers.questions import Question


def said_changed(before: Talk, talk: Talk, changed: Sequence[tuple[Question[Any], Any]]) -> Talk:
    """The same turn, with the answers as they were kept for undo, and what has changed said first."""
    for question, _ in changed:
        talk.count("changed", question.key)
    kept = {key: before.place.answers.get(key) for key, stored in talk.place.answers.items() if before.place.answers.get(key) != stored}
    ended = talk.place.ended or before.replay().pending is None
    talk = talk.at(replace(talk.place, before=kept, ended=ended))
    return talk.noting(*all_noted(changed, "changed"), *difference(worked_out(before), worked_out(talk)))


def with_undo(reply: Reply) -> Reply:
    """The same reply with the button that takes a change back, unless the flow is over with it."""
    if reply.place.before is None:
        return reply
    return replace(reply, buttons=(*reply.buttons, (Button(Say("button.undo"), order_action("undo")),)))


def undone(talk: Talk) -> Talk:
    """The answers as they were before the last change; all others stay."""
    before = talk.place.before or {}
    answers = {key: stored for key, stored in talk.place.answers.items() if key not in before}
    answers |= {key: stored for key, stored in before.items() if stored is not None}
    talk = talk.at(replace(talk.place, answers=answers, before=None, editing=None, supposing=None, proposed=None, at_menu=False))
    return talk.noting(Say("undone"))
