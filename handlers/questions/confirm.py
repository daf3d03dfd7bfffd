"""The last look before something leaves."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import date
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


@dataclass(frozen=True, kw_only=True)
class Confirm(Question[str]):
    """The last look before something leaves. Only a yes to exactly these items counts: the stored answer is their digest."""

    items: tuple[Item, ...]
    review: tuple[Say, ...] = ()
    """Why a person must look, if one must."""
    amount: Fen | None = None
    """The estimate shown with the items; None where it is not known yet."""
    is_sample: bool = False
    """Whether the estimate rests on a value that is not published."""
    hand_in_by: date | None = None
    """The last day to hand in, where the rules set one and it is not over."""

    @property
    def digest(self) -> str:
        """Sixteen hex digits over all that was shown, and over what stood behind it."""
        shown = [[i.key, i.shown.key, dict(i.shown.figures), i.stored] for i in self.items]
        review = [[reason.key, dict(reason.figures)] for reason in self.review]
        return hashlib.sha256(json.dumps([shown, review, self.amount], sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:16]

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
