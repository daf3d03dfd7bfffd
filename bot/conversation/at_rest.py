"""Something typed while no question is open, at a result or at the menu: a figure supposed, a question to us, or a beginning."""

from __future__ import annotations

from typing import Any

from bot.conversation import supposing, telling
from bot.conversation.at_question import ordered, told
from bot.conversation.beginning import beginning, spared
from bot.conversation.editing import asking_again, named
from bot.conversation.going_on import go_on, menu
from bot.conversation.puzzled import nothing_understood
from bot.conversation.talk import Reply, Talk
from bot.conversation.topics import answered, is_unpaid_burst_pipe, offered, wanted
from bot.message import Say
from handlers.questions import Amount, Question
from handlers.understanding.reading import Read
from handlers.understanding.sentence import Heard, hear
from handlers.understanding.topics import BENEFITS, speaks_of_death

LEADS_ON = frozenset({"how_much"})
"""Questions that the flow of the benefit they name answers."""


def said_at_result(talk: Talk, text: str) -> Reply:
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
            return told(talk, found)
        if not said.benefit and (reply := telling.doubt(talk, found)):
            return reply
    return said_at_menu(talk, text)


def _sum_tried(talk: Talk, text: str) -> list[tuple[Question[Any], Any]]:
    """A sum supposed without a word for it ("如果是2万呢"): the one that was asked for, where that is one."""
    sums = [asked.question for asked in talk.replay().asked if isinstance(asked.question, Amount) and not asked.question.none_option]
    found = sums[0].read(text, talk.words) if len(sums) == 1 else None
    return [(sums[0], found.value)] if isinstance(found, Read) else []


def _tried(talk: Talk, said: Heard) -> list[tuple[Question[Any], Any]]:
    run = talk.replay()
    found = [(run.find(name), reading.value) for name, reading in said.facts.items() if isinstance(reading, Read)]
    return [(question, value) for question, value in found if question is not None and question.load(question.dump(value)) is not None]


def said_at_menu(talk: Talk, text: str) -> Reply:
    """No question is open: something begins, is answered, is ordered, is offered, or was not understood."""
    what = wanted(text)
    if is_unpaid_burst_pipe(talk, what, text):
        return menu(talk.noting(Say("menu.no_burst_pipe")))
    benefit = what.name if what.name in BENEFITS else what.benefit if what.name in LEADS_ON else ""
    if benefit:
        return _beginning(talk, benefit, text)
    if what.is_question:
        return go_on(answered(spared(talk, hear(text, talk.case.day)), what.name, what.benefit))
    if what.name:
        return ordered(talk, what, text)
    if what.verdict == "doubtful":
        return offered(spared(talk, hear(text, talk.case.day)), what)
    return nothing_understood(talk)


def _beginning(talk: Talk, benefit: str, text: str) -> Reply:
    """A sentence that begins a conversation, with the facts it already tells."""
    if benefit not in talk.case.policies:
        return menu(talk.noting(Say("menu.not_here")))
    heard = Say("heard.loss") if speaks_of_death(text) else Say("heard.benefit", {"benefit": benefit})
    return go_on(beginning(talk.noting(heard), benefit, hear(text, talk.case.day)))
