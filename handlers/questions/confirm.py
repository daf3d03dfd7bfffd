"""The last look before something leaves."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from calculator.amounts import Fen
from handlers.questions.question import Option, Question, Words
from handlers.say import Say
from handlers.understanding.choices import read_choice
from handlers.understanding.plain import plain
from handlers.understanding.reading import Read, Unread
from handlers.understanding.yes_no import read_yes_no

ENDINGS = " ,。.!、"
"""What may stand after a word that was typed instead of tapped."""


@dataclass(frozen=True, slots=True)
class Item:
    """One line of what is about to be sent: which answer it is, how it reads, and the whole of it, where only its end is shown."""

    key: str
    shown: Say
    stored: Any = None


@dataclass(frozen=True, kw_only=True, eq=False)
class Confirm(Question[str]):  # noqa: PLW1641  # as little as any question can it be a key
    """The last look before something leaves. Only a yes to exactly these items counts: the stored answer is their digest.

    Two of them are equal if they show the same: `given` is whatever gives the items.
    """

    given: Callable[[], Iterable[tuple[Question[Any], Any]]]
    """Every answer that leaves, with its question. Called at the last look only: before that it is foreseen with every message."""
    review: tuple[Say, ...] = ()
    """Why a person must look, if one must."""
    amount: Fen | None = None
    """The estimate shown with the items; None where it is not known yet."""
    is_sample: bool = False
    """Whether the estimate rests on a value that is not published."""
    hand_in_by: date | None = None
    """The last day to hand in, where the rules set one and it is not over."""

    @cached_property
    def items(self) -> tuple[Item, ...]:
        """Every answer as it is shown."""
        return tuple(Item(question.key, question.show(value), question.dump(value)) for question, value in self.given())

    @cached_property
    def digest(self) -> str:
        """Sixteen hex digits over all that was shown, and over what stood behind it."""
        shown = [[i.key, i.shown.key, dict(i.shown.figures), i.stored] for i in self.items]
        review = [[reason.key, dict(reason.figures)] for reason in self.review]
        return hashlib.sha256(json.dumps([shown, review, self.amount], sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:16]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Confirm):
            return NotImplemented
        shown = (self.key, self.digest, self.is_sample, self.hand_in_by)
        return shown == (other.key, other.digest, other.is_sample, other.hand_in_by)

    def read(self, text: str, words: Words) -> Read[str] | Unread:
        """Only the button's own words or a yes send: "1" and "第一个" mean an item of the list."""
        if plain(text).strip(ENDINGS) == plain(words(self.options()[0].label)):
            return Read(self.digest)
        answer = read_yes_no(text)
        return Read(self.digest, answer.sure) if isinstance(answer, Read) and answer.value else Unread("not_confirmed")

    def item_meant(self, text: str, words: Words) -> Item | None:
        """The item that "3", "第三项" or "电话" points at."""
        chosen = read_choice(text, {item.key: (words(Say(f"name.{item.key}")),) for item in self.items})
        return next((item for item in self.items if isinstance(chosen, Read) and item.key == chosen.value), None)

    def load(self, stored: Any) -> str | None:
        return self.digest if stored == self.digest else None

    def typical(self) -> str:
        return self.digest

    def options(self) -> tuple[Option, ...]:
        return (Option(self.digest, Say(f"option.{self.key}.send")),)

    def press(self, value: str) -> str | None:
        return self.load(value)

    def show(self, value: str) -> Say:
        return Say(f"option.{self.key}.send")
