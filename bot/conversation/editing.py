"""Which answer a person means by "改金额" or "change 3", and how it is asked again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from bot.conversation.state import Place
from bot.conversation.talk import Talk
from bot.message import Say
from handlers.dialogue import Asked, Replay
from handlers.questions import Amount, Confirm, Day
from handlers.understanding.called import DAY, SUM, called
from handlers.understanding.wishes import thing_to_change


def _is_sum(asked: Asked) -> bool:
    return isinstance(asked.question, Amount) and not asked.question.none_option


def _is_day(asked: Asked) -> bool:
    return isinstance(asked.question, Day)


KINDS: Mapping[str, Callable[[Asked], bool]] = {SUM: _is_sum, DAY: _is_day}
"""Names that stand for the last answer of a kind."""


def _is_called(asked: Asked, name: str) -> bool:
    return KINDS[name](asked) if name in KINDS else asked.question.key == name


def asking_again(place: Place, key: str) -> Place:
    """Papers are added to; every other answer is shown and replaced."""
    if key == "documents":
        answers = {**place.answers, key: {**place.answers[key], "done": False}}
        return replace(place, answers=answers, editing=None, proposed=None, at_menu=False)
    return replace(place, editing=key, proposed=None, at_menu=False)


def edit_key(run: Replay[Any], target: str) -> str | None:
    """The key of the answered question meant by a key, a word or a number; None when there is none."""
    if target.isascii() and target.isdecimal():
        keys = [i.key for i in run.pending.items] if isinstance(run.pending, Confirm) else [a.question.key for a in run.asked]
        return keys[int(target) - 1] if 1 <= int(target) <= len(keys) else None
    name = called(target)
    return next((asked.question.key for asked in reversed(run.asked) if _is_called(asked, name)), None)


def named(talk: Talk, text: str) -> str | None:
    """The key of the answered question that "改工作" or "change injury" names by its own name."""
    thing = thing_to_change(text)
    keys = (asked.question.key for asked in reversed(talk.replay().asked))
    return next((key for key in keys if thing and thing == talk.words(Say(f"name.{key}")).casefold()), None)
