"""What a member said before it was asked, and was not plain: confirmed with one tap, or asked for with their own words."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bot.conversation.noting import noted
from bot.conversation.prompts import prompt
from bot.conversation.talk import Reply, Talk
from bot.message import Say
from handlers.dialogue import Replay
from handlers.questions import Day, Question
from handlers.questions.question import Words
from handlers.understanding.reading import Read, Unread
from handlers.understanding.wishes import month_in

YES, NO = "~yes", "~no"
"""What the buttons under a doubtful reading carry."""

REASONS = frozenset({"incomplete", "vague", "several"})
"""Why something said was not enough, where there are words for asking for the rest."""

LONGEST_QUOTE = 24


def propose(talk: Talk, question: Question[Any], stored: Any) -> Reply | None:
    """Ask whether this is what was meant; None if it cannot be an answer."""
    value = question.load(stored)
    if value is None:
        return None
    place = replace(talk.place, proposed={"key": question.key, "stored": stored})
    buttons = (talk.answer(question.key, YES, Say("button.yes")), talk.answer(question.key, NO, Say("button.no")))
    return Reply(place, (*talk.noted, noted(question, value, "propose")), (buttons,))


def asked_for(talk: Talk, run: Replay[Any], question: Question[Any]) -> Reply:
    """The question; where something was said of it before, that is confirmed or quoted instead of asking as if nothing had been."""
    entry, proposed = talk.place.heard.get(question.key), talk.place.proposed
    if proposed is not None and proposed["key"] == question.key:
        entry = proposed
    if entry is not None and "stored" in entry and (reply := propose(talk, question, entry["stored"])):
        return reply
    lines, buttons = prompt(talk, run, question)
    quote = _quote(question, entry) if entry is not None and "said" in entry else ()
    return Reply(talk.place, (*talk.noted, *quote, *lines), buttons)


def _quote(question: Question[Any], entry: Any) -> tuple[Say, ...]:
    reason, said = entry["reason"], entry["said"]
    if month := _month(question, entry):
        return (Say("heard.which_day", {"month": month}),)
    return (Say(f"heard.{reason}" if reason in REASONS else "heard.unclear", {"said": said}),) if len(said) <= LONGEST_QUOTE else ()


def forgotten(talk: Talk, key: str) -> Talk:
    """Without what was said of a question before, and without a reading that waits for yes or no."""
    heard = {name: entry for name, entry in talk.place.heard.items() if name != key}
    return talk.at(replace(talk.place, heard=heard, proposed=None))


def read(talk: Talk, question: Question[Any], text: str, words: Words) -> Read[Any] | Unread:
    """Read an answer, together with the half of it that was said before: "上个月", and now "12号"."""
    entry = talk.place.heard.get(question.key)
    if month := _month(question, entry):
        together = question.read(month + text, words)
        if isinstance(together, Read):
            return together
    return question.read(text, words)


def _month(question: Question[Any], entry: Any) -> str:
    """The month or year that was said of a day; "" where none was."""
    return month_in(entry["said"]) if isinstance(question, Day) and entry is not None and "said" in entry else ""
