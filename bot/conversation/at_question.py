"""Something typed while a question is open: its answer, whatever else the words say, or something said instead of an answer."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bot.conversation import commands, supposing, telling
from bot.conversation.actions import order_action
from bot.conversation.answering import is_answered, kept, proposed, settled, take
from bot.conversation.changing import with_undo
from bot.conversation.editing import asking_again
from bot.conversation.going_on import go_on
from bot.conversation.handing_in import documents_pressed, says_enough
from bot.conversation.heard import forgotten, read
from bot.conversation.looking_up import look_up, otherwise
from bot.conversation.prompts import prompt
from bot.conversation.puzzled import human_button, not_understood
from bot.conversation.talk import Reply, Talk
from bot.conversation.topics import answered, is_unpaid_burst_pipe, wanted
from bot.message import Button, Say
from calculator.facts import FACTS
from handlers.dialogue import Replay
from handlers.questions import Amount, Confirm, Documents, Found, Lookup, Question
from handlers.understanding.asked import Asked, interrupts
from handlers.understanding.called import first_called
from handlers.understanding.plain import plain
from handlers.understanding.reading import Read, Unread
from handlers.understanding.sentence import Heard, hear
from handlers.understanding.sums import is_own_payment
from handlers.understanding.topics import BENEFITS, Topic
from handlers.understanding.wishes import asks_what
from handlers.understanding.yes_no import read_yes_no

A_WORD = 6
"""A text this short has no second fact beside an answer."""

SPOKEN = {"language_zh": ("language", "zh_CN"), "language_en": ("language", "en")}
"""Spoken commands that are another command with an argument."""


def typed(talk: Talk, run: Replay[Any], question: Question[Any], text: str) -> Reply:
    """Something typed while a question is open: its answer, and whatever else it says."""
    if talk.place.proposed is not None and talk.place.proposed["key"] == question.key:
        said = read_yes_no(text)
        if isinstance(said, Read) and said.sure:
            return settled(talk, run, question, agreed=said.value)
    if isinstance(question, Documents) and says_enough(talk, question, text):
        return documents_pressed(talk, question, "done")
    found = _looked_up(talk, question, text) if isinstance(question, Lookup) else read(talk, question, text, talk.words)
    if isinstance(found, Reply):
        return found
    if isinstance(found, Unread) and isinstance(question, Confirm) and (item := question.item_meant(text, talk.words)):
        return go_on(talk.at(asking_again(talk.place, item.key)))
    return _with_more(talk, run, question, found, text)


def _with_more(talk: Talk, run: Replay[Any], question: Question[Any], found: Read[Any] | Unread, text: str) -> Reply:
    """What was read, held against everything else that the words may mean."""
    if supposing.is_about(talk, question) and isinstance(found, Read):
        return supposing.compared(talk, [(question, found.value)])
    is_sure = isinstance(found, Read) and found.sure
    if is_sure and (len(text) <= A_WORD or question.key not in FACTS):
        return take(talk, run, question, found.value, echo=True)  # type: ignore[union-attr]  # it was read
    sentence = hear(text, talk.case.day)
    found = _about_this(question, found, sentence, text)
    if isinstance(found, Read) and found.sure:
        return _taken_with(talk, run, question, found.value, telling.sort(talk, sentence, but=question.key))
    more = telling.sort(talk, sentence)
    if more.fresh or more.changed:
        return told(talk, more)
    what = wanted(text)
    if isinstance(found, Unread) and asks_what(text):
        return _explained(talk, run, question)
    if isinstance(found, Unread) and is_unpaid_burst_pipe(talk, what, text):
        return go_on(talk.noting(Say("menu.no_burst_pipe")))
    if interrupts(what, found):
        return _interrupting(talk, what, text)
    return proposed(talk, question, found.value) if isinstance(found, Read) else _half_said(talk, run, question, found, more, what)


def _half_said(talk: Talk, run: Replay[Any], question: Question[Any], found: Unread, more: telling.Sorted, what: Asked) -> Reply:
    """No answer to this question: perhaps a part of one to another, or the name of another benefit."""
    is_of_another = more.heard.keys() - {question.key} or "stored" in more.heard.get(question.key, {})
    if is_of_another:
        return told(talk, more)
    talk = forgotten(talk, question.key)
    reply = telling.doubt(talk, more) or not_understood(talk, run, question, found.reason)
    return _offering(talk, reply, what.name if what.name in BENEFITS else what.benefit)


def _explained(talk: Talk, run: Replay[Any], question: Question[Any]) -> Reply:
    """The open question itself is asked about: it says where to look, and the example how to write it."""
    lines, buttons = prompt(talk, run, question)
    lines = (*talk.noted, Say("explained"), *lines, Say(f"example.{question.sentence}"))
    return Reply(talk.place, lines, (*buttons, (human_button(),)))


def _about_this(question: Question[Any], found: Read[Any] | Unread, said: Heard, text: str) -> Read[Any] | Unread:
    """A sum that is said to be another one is no answer; one said to be paid oneself is doubtful where something else is asked."""
    if not isinstance(question, Amount) or isinstance(found, Unread) or question.key in said.facts:
        return found
    others = [name for name, reading in said.facts.items() if isinstance(reading, Read) and reading.value == found.value]
    if not [name for name in others if name != "out_of_pocket" or is_own_payment(plain(text))]:
        return found
    return Unread("none")


def _taken_with(talk: Talk, run: Replay[Any], question: Question[Any], value: Any, more: telling.Sorted) -> Reply:
    """An answer and what else the sentence tells. A standing answer among it is changed, and can be changed back."""
    if more.is_empty or is_answered(run, question):
        return take(talk, run, question, value, echo=True)
    more.fresh.insert(0, (question, value))
    return told(kept(talk, run, question, value), more)


def told(talk: Talk, found: telling.Sorted) -> Reply:
    reply = go_on(telling.take_facts(talk, found))
    return with_undo(reply) if found.changed else reply


def _looked_up(talk: Talk, question: Lookup, text: str) -> Reply | Read[Any] | Unread:
    found = look_up(talk, question, text)
    if found is None:
        what = wanted(text)
        if interrupts(what, Unread("nothing_found")):
            return _interrupting(talk, what, text)
        reply = not_understood(talk, talk.replay(), question, "nothing_found")
        return replace(reply, buttons=otherwise(talk, question) + reply.buttons)
    return Read(found) if isinstance(found, Found) else found


def commanded(talk: Talk, topic: Topic) -> Reply:
    """A command in the member's own words; one that corrects an answer may bring the new one along."""
    name, argument = SPOKEN.get(topic.name, (topic.name, topic.target))
    reply = commands.run(talk, name, argument)
    key = reply.place.editing
    if not topic.answer or key is None:
        return reply
    talk = talk.at(reply.place)
    run = talk.replay()
    question = run.find(key)
    return reply if question is None else answered_anew(talk, run, question, topic.answer)


def answered_anew(talk: Talk, run: Replay[Any], question: Question[Any], text: str) -> Reply:
    """Another answer to a question that has one."""
    found = _looked_up(talk, question, text) if isinstance(question, Lookup) else read(talk, question, text, talk.words)
    if isinstance(found, Reply):
        return found
    if isinstance(found, Unread):
        return not_understood(talk.at(asking_again(talk.place, question.key)), run, question, found.reason)
    return take(talk, run, question, found.value, echo=True) if found.sure else proposed(talk, question, found.value)


def _interrupting(talk: Talk, what: Asked, text: str) -> Reply:
    """A command or a question to us, while another question waits: it comes back afterwards."""
    if not what.is_question:
        return ordered(talk, what, text)
    reply = go_on(answered(talk, what.name, what.benefit))
    return _offering(talk, reply if reply.buttons else replace(reply, buttons=((human_button(),),)), what.benefit)


def ordered(talk: Talk, what: Asked, text: str) -> Reply:
    return commanded(talk, what.topic or Topic("command", what.name, first_called(text) if what.name == "edit" else ""))


def _offering(talk: Talk, reply: Reply, other: str) -> Reply:
    """Where another benefit is spoken of, a way to it beside the open question."""
    if other not in BENEFITS or other not in talk.case.policies or other == talk.place.about.get("benefit"):
        return reply
    return replace(reply, buttons=(*reply.buttons, (Button(Say("button.combines", {"benefit": other}), order_action("benefit", other)),)))
