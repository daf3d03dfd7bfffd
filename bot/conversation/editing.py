"""Which answer a person means by "改金额" or "change 3", and how it is asked again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from bot.conversation.state import Place
from bot.conversation.talk import Talk
from bot.message import Say
from handlers.dialogue import Asked, Replay
from handlers.questions import Amount, Confirm, Day
from handlers.understanding.wishes import thing_to_change

Meant = Callable[[Asked], bool]


def _keyed(key: str) -> Meant:
    return lambda asked: asked.question.key == key


def _is_sum(asked: Asked) -> bool:
    return isinstance(asked.question, Amount) and not asked.question.none_option


def _is_day(asked: Asked) -> bool:
    return isinstance(asked.question, Day)


WORDS: tuple[tuple[str, Meant], ...] = (
    ("金额 数额 数字 amount", _is_sum),
    ("年龄 岁数 age", _keyed("age")),
    ("日期 时间 date day", _is_day),
    ("电话 手机 手机号 phone number", _keyed("phone")),
    ("姓名 名字 name", _keyed("name")),
    ("单位 工会 union unit", _keyed("union")),
    ("身份证 身份证号 证件 证件号 certificate", _keyed("certno")),
    ("卡号 银行卡 card", _keyed("card")),
    ("材料 照片 document documents", _keyed("documents")),
)
"""What people call an answer, as the reader of topics hands it on."""

MEANT = {word: meant for words, meant in WORDS for word in words.split()}


def meant_in(text: str) -> str:
    """The first word for an answer inside a sentence ("我填错电话了"), or ""."""
    found = {text.casefold().find(word): word for word in MEANT if word in text.casefold()}
    return found[min(found)] if found else ""


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
    meant = MEANT.get(target, _keyed(target))
    return next((asked.question.key for asked in reversed(run.asked) if meant(asked)), None)


def named(talk: Talk, text: str) -> str | None:
    """The key of the answered question that "改工作" or "change injury" names by its own name."""
    thing = thing_to_change(text)
    keys = (asked.question.key for asked in reversed(talk.replay().asked))
    return next((key for key in keys if thing and thing == talk.words(Say(f"name.{key}")).casefold()), None)
