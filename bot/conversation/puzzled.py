"""What was not understood: said in other words every time, with an example, and the third time a person is offered."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bot.conversation.actions import order_action
from bot.conversation.going_on import menu
from bot.conversation.prompts import prompt
from bot.conversation.talk import Reply, Rows, Talk
from bot.message import Button, Say
from handlers.dialogue import Replay
from handlers.questions import Day, Question

UNTOLD = frozenset({"none", "unclear", "look_up"})
"""Reasons that tell a person nothing: other words help more than saying them again."""

PATIENCE = 3
"""So many times in a row, and it is for a person to help."""


def not_understood(talk: Talk, run: Replay[Any], question: Question[Any], reason: str) -> Reply:
    """Why it could not be used, an example, and the question again: nothing is lost."""
    talk, times = _missed(talk, question.key)
    lines, buttons = prompt(talk, run, question)
    why = Say(f"unread.{reason}", {"day": question.earliest.isoformat()} if isinstance(question, Day) else {})
    said = [_other_words(question, times) if times > 1 and reason in UNTOLD else why]
    if times >= PATIENCE and reason not in UNTOLD:
        said.append(Say("unread.person"))
    return Reply(talk.place, (*talk.noted, *said, Say(f"example.{question.sentence}"), *lines), _with_help(buttons, times))


def nothing_understood(talk: Talk) -> Reply:
    """The same where no question is open."""
    talk, times = _missed(talk, "")
    said = "unread.at_menu" if times == 1 else "unread.at_menu_person" if times >= PATIENCE and times % 2 else "unread.at_menu_again"
    reply = menu(talk.noting(Say(said)))
    return reply if times < PATIENCE else replace(reply, buttons=((human_button(),), *reply.buttons))


def _missed(talk: Talk, key: str) -> tuple[Talk, int]:
    missed = talk.place.missed
    times = 1 + (missed["times"] if missed is not None and missed["key"] == key else 0)
    talk.count("not_understood", key)
    return talk.at(replace(talk.place, missed={"key": key, "times": times})), times


def _other_words(question: Question[Any], times: int) -> Say:
    if times >= PATIENCE and times % 2:
        return Say("unread.person")
    return Say("unread.again_tap" if question.options() else "unread.again")


def _with_help(buttons: Rows, times: int) -> Rows:
    """A person and the way out stand below; a person stands first once it is time for one."""
    stop = Button(Say("button.stop"), order_action("stop"))
    return ((human_button(),), *buttons, (stop,)) if times >= PATIENCE else (*buttons, (human_button(), stop))


def human_button() -> Button:
    """The way to a person."""
    return Button(Say("button.human"), order_action("human"))
