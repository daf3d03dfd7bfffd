"""Something typed: a command, or whatever the place of the conversation makes of it; and the answers that a message gave, for its edits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.conversation import commands, telling
from bot.conversation.at_question import answered_anew, commanded, told, typed
from bot.conversation.at_rest import said_at_menu, said_at_result
from bot.conversation.going_on import go_on
from bot.conversation.puzzled import not_understood
from bot.conversation.state import Place
from bot.conversation.storable import storable
from bot.conversation.talk import Reply, Talk
from bot.message import Edited, Say, Text
from handlers.dialogue import Replay
from handlers.questions import Documents, Question
from handlers.understanding.plain import plain
from handlers.understanding.reading import LONGEST
from handlers.understanding.sentence import hear
from handlers.understanding.topics import read_command

LONGEST_TEXT = 2000

MESSAGES_REMEMBERED = 40


def text_said(talk: Talk, what: Text) -> Reply:
    """Anything typed; what it answered is remembered under its message."""
    text = storable(what.text)
    reply = (_replied(talk, what.about, text) if what.about else None) or _said(talk, text)
    return _remembering(talk.place, reply, what.message) if what.message else reply


def _replied(talk: Talk, sentence: str, text: str) -> Reply | None:
    """A reply to the message that asked an earlier question: another answer to that one. None where it is asked no more, or is open."""
    if talk.place.flow is None or len(text) > LONGEST_TEXT:
        return None
    run = talk.replay()
    question = next((asked.question for asked in run.asked if asked.question.sentence == sentence), None)
    if question is None or isinstance(question, Documents) or question.key == talk.place.editing:
        return None
    talk = talk.at(replace(talk.place, at_menu=False, proposed=None, supposing=None))
    return answered_anew(talk, run, question, text)


def edited(talk: Talk, what: Edited) -> Reply:
    """A message changed afterwards: the answers that it gave are changed. One that answered nothing is read as if it were new."""
    text = storable(what.text)
    keys = talk.place.told.get(what.message, ())
    if not keys or talk.place.flow is None or len(text) > LONGEST_TEXT:
        return text_said(talk, Text(what.text, what.message))
    talk = talk.at(replace(talk.place, at_menu=False, proposed=None, supposing=None))
    run = talk.replay()
    questions = [question for key in keys if (question := run.find(key)) is not None]
    if len(questions) == 1 and len(keys) == 1:
        return answered_anew(talk, run, questions[0], text)
    found = telling.sort(talk, hear(text, talk.case.day))
    return commands.run(talk, "change", "") if found.is_empty else told(talk, found)


def _said(talk: Talk, text: str) -> Reply:
    if reply := commands.labelled(talk, text):
        return reply
    is_long = len(text) > LONGEST_TEXT
    command = None if is_long else read_command(plain(text[:LONGEST]))
    if command is not None:
        return commanded(talk, command)
    if talk.place.flow is None or talk.place.at_menu:
        return go_on(talk.noting(Say("unread.too_long"))) if is_long else said_at_menu(talk, text)
    run = talk.replay()
    question = _open(talk, run)
    if question is None:
        return go_on(talk.noting(Say("unread.too_long"))) if is_long else said_at_result(talk, text)
    return not_understood(talk, run, question, "too_long") if is_long else typed(talk, run, question, text)


def _open(talk: Talk, run: Replay[Any]) -> Question[Any] | None:
    """The question that typed words answer: the one tried with another value, the one asked again, or the next."""
    key = (talk.place.supposing or {}).get("key") or talk.place.editing
    return (run.find(key) if key else None) or run.pending


def _remembering(before: Place, reply: Reply, message: str) -> Reply:
    """Which answers this message gave, for when it is edited."""
    place = reply.place
    old: Mapping[str, Any] = before.answers if place.since == before.since else {}
    keys = [key for key, stored in place.answers.items() if old.get(key) != stored]
    if place.proposed is not None:
        keys.append(place.proposed["key"])
    if not keys:
        return reply
    told = {**(before.told if place.since == before.since else {}), message: keys}
    return replace(reply, place=replace(place, told=dict(list(told.items())[-MESSAGES_REMEMBERED:])))
