"""Something typed: a command, an answer to the open question, facts, a question to us, or the beginning of something. In that order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.conversation import commands, supposing, telling
from bot.conversation.actions import order_action
from bot.conversation.answering import is_answered, kept, proposed, settled, take
from bot.conversation.beginning import beginning, spared
from bot.conversation.changing import with_undo
from bot.conversation.editing import asking_again, meant_in, named
from bot.conversation.going_on import go_on, menu
from bot.conversation.handing_in import documents_pressed, says_enough
from bot.conversation.heard import forgotten, read
from bot.conversation.looking_up import look_up, otherwise
from bot.conversation.prompts import prompt
from bot.conversation.puzzled import human_button, not_understood, nothing_understood
from bot.conversation.state import Place
from bot.conversation.talk import Reply, Talk
from bot.conversation.topics import answered, offered, wanted
from bot.message import Button, Edited, Say, Text
from calculator.facts import FACTS
from handlers.dialogue import Replay
from handlers.questions import Amount, Confirm, Documents, Found, Lookup, Question
from handlers.understanding.asked import Asked, interrupts
from handlers.understanding.plain import plain
from handlers.understanding.reading import LONGEST, Read, Unread
from handlers.understanding.sentence import Heard, hear
from handlers.understanding.sums import is_own_payment
from handlers.understanding.topics import BENEFITS, Topic, read_command, speaks_of_death
from handlers.understanding.wishes import asks_what
from handlers.understanding.yes_no import read_yes_no

LONGEST_TEXT = 2000

A_WORD = 6
"""A text this short has no second fact beside an answer."""

MESSAGES_REMEMBERED = 40

SPOKEN = {"language_zh": ("language", "zh_CN"), "language_en": ("language", "en")}
"""Spoken commands that are another command with an argument."""

LEADS_ON = frozenset({"how_much"})
"""Questions that the flow of the benefit they name answers."""


def text_said(talk: Talk, what: Text) -> Reply:
    """Anything typed; what it answered is remembered under its message."""
    text = storable(what.text).strip()
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
    return _answered_anew(talk, run, question, text)


def edited(talk: Talk, what: Edited) -> Reply:
    """A message changed afterwards: the answers that it gave are changed. One that answered nothing is read as if it were new."""
    text = storable(what.text).strip()
    keys = talk.place.told.get(what.message, ())
    if not keys or talk.place.flow is None or len(text) > LONGEST_TEXT:
        return text_said(talk, Text(what.text, what.message))
    talk = talk.at(replace(talk.place, at_menu=False, proposed=None, supposing=None))
    run = talk.replay()
    questions = [question for key in keys if (question := run.find(key)) is not None]
    if len(questions) == 1 and len(keys) == 1:
        return _answered_anew(talk, run, questions[0], text)
    found = telling.sort(talk, hear(text, talk.case.day))
    return commands.run(talk, "change", "") if found.is_empty else _told(talk, found)


def storable(text: str) -> str:
    """Half of a pair of code units, which JSON lets through, is no text that a database takes."""
    return text.encode(errors="replace").decode()


def _said(talk: Talk, text: str) -> Reply:
    if reply := commands.labelled(talk, text):
        return reply
    is_long = len(text) > LONGEST_TEXT
    command = None if is_long else read_command(plain(text[:LONGEST]))
    if command is not None:
        return _commanded(talk, command)
    if talk.place.flow is None or talk.place.at_menu:
        return go_on(talk.noting(Say("unread.too_long"))) if is_long else _at_menu(talk, text)
    run = talk.replay()
    question = _open(talk, run)
    if question is None:
        return go_on(talk.noting(Say("unread.too_long"))) if is_long else _at_result(talk, text)
    return not_understood(talk, run, question, "too_long") if is_long else _typed(talk, run, question, text)


def _open(talk: Talk, run: Replay[Any]) -> Question[Any] | None:
    """The question that typed words answer: the one tried with another value, the one asked again, or the next."""
    key = (talk.place.supposing or {}).get("key") or talk.place.editing
    return (run.find(key) if key else None) or run.pending


def _typed(talk: Talk, run: Replay[Any], question: Question[Any], text: str) -> Reply:
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
        return _told(talk, more)
    what = wanted(text)
    if isinstance(found, Unread) and asks_what(text):
        return _explained(talk, run, question)
    if interrupts(what, found):
        return _interrupting(talk, what, text)
    return proposed(talk, question, found.value) if isinstance(found, Read) else _half_said(talk, run, question, found, more, what)


def _half_said(talk: Talk, run: Replay[Any], question: Question[Any], found: Unread, more: telling.Sorted, what: Asked) -> Reply:
    """No answer to this question: perhaps a part of one to another, or the name of another benefit."""
    is_of_another = more.heard.keys() - {question.key} or "stored" in more.heard.get(question.key, {})
    if is_of_another:
        return _told(talk, more)
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
    talk.count("answered", question.key)
    more.fresh.insert(0, (question, value))
    return _told(kept(talk, run, question, value), more)


def _told(talk: Talk, found: telling.Sorted) -> Reply:
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


def _commanded(talk: Talk, topic: Topic) -> Reply:
    """A command in the member's own words; one that corrects an answer may bring the new one along."""
    name, argument = SPOKEN.get(topic.name, (topic.name, topic.target))
    reply = commands.run(talk, name, argument)
    key = reply.place.editing
    if not topic.answer or key is None:
        return reply
    talk = talk.at(reply.place)
    run = talk.replay()
    question = run.find(key)
    return reply if question is None else _answered_anew(talk, run, question, topic.answer)


def _answered_anew(talk: Talk, run: Replay[Any], question: Question[Any], text: str) -> Reply:
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
        return _ordered(talk, what, text)
    reply = go_on(answered(talk, what.name, what.benefit))
    return _offering(talk, reply if reply.buttons else replace(reply, buttons=((human_button(),),)), what.benefit)


def _ordered(talk: Talk, what: Asked, text: str) -> Reply:
    return _commanded(talk, what.topic or Topic("command", what.name, meant_in(text) if what.name == "edit" else ""))


def _at_result(talk: Talk, text: str) -> Reply:
    """Nothing is asked: a figure supposed, an answer corrected, or whatever may be said at the menu."""
    if (key := named(talk, text)) is not None:
        return go_on(talk.at(asking_again(talk.place, key)))
    said = hear(text, talk.case.day)
    if said.supposed and not said.facts and (tried := _sum_tried(talk, text)):
        return supposing.compared(talk, tried)
    if said.facts and said.benefit in {"", talk.place.about.get("benefit")}:
        if said.supposed and (tried := _tried(talk, said)):
            return supposing.compared(talk, tried)
        found = telling.sort(talk, said)
        if not said.benefit and (found.fresh or found.changed):
            return _told(talk, found)
        if not said.benefit and (reply := telling.doubt(talk, found)):
            return reply
    return _at_menu(talk, text)


def _sum_tried(talk: Talk, text: str) -> list[tuple[Question[Any], Any]]:
    """A sum supposed without a word for it ("如果是2万呢"): the one that was asked for, where that is one."""
    sums = [asked.question for asked in talk.replay().asked if isinstance(asked.question, Amount) and not asked.question.none_option]
    found = sums[0].read(text, talk.words) if len(sums) == 1 else None
    return [(sums[0], found.value)] if isinstance(found, Read) else []


def _tried(talk: Talk, said: Heard) -> list[tuple[Question[Any], Any]]:
    run = talk.replay()
    found = [(run.find(name), reading.value) for name, reading in said.facts.items() if isinstance(reading, Read)]
    return [(question, value) for question, value in found if question is not None and question.load(question.dump(value)) is not None]


def _at_menu(talk: Talk, text: str) -> Reply:
    """No question is open: something begins, is answered, is ordered, is offered, or was not understood."""
    what = wanted(text)
    benefit = what.name if what.name in BENEFITS else what.benefit if what.name in LEADS_ON else ""
    if benefit:
        return _beginning(talk, benefit, text)
    if what.is_question:
        return go_on(answered(spared(talk, hear(text, talk.case.day)), what.name, what.benefit))
    if what.name:
        return _ordered(talk, what, text)
    if what.verdict == "doubtful":
        return offered(talk, what)
    return nothing_understood(talk)


def _beginning(talk: Talk, benefit: str, text: str) -> Reply:
    """A sentence that begins a conversation, with the facts it already tells."""
    if benefit not in talk.case.policies:
        return menu(talk.noting(Say("menu.not_here")))
    heard = Say("heard.loss") if speaks_of_death(text) else Say("heard.benefit", {"benefit": benefit})
    return go_on(beginning(talk.noting(heard), benefit, hear(text, talk.case.day)))


def _offering(talk: Talk, reply: Reply, other: str) -> Reply:
    """Where another benefit is spoken of, a way to it beside the open question."""
    if other not in BENEFITS or other not in talk.case.policies or other == talk.place.about.get("benefit"):
        return reply
    return replace(reply, buttons=(*reply.buttons, (Button(Say("button.combines", {"benefit": other}), order_action("benefit", other)),)))


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
