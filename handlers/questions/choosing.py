"""Questions answered by one of a few buttons, or by words that mean one of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from calculator.facts import UNCLEAR, Unclear
from handlers.questions.question import Option, Question, Words
from handlers.say import Say
from handlers.understanding.choices import read_choice
from handlers.understanding.reading import Read, Unread
from handlers.understanding.yes_no import names_a_deed, read_yes_no


@dataclass(frozen=True, kw_only=True)
class YesNo(Question["bool | Unclear"]):
    """Yes, no and, where it helps, "hard to say"."""

    may_be_unclear: bool = False
    spoken: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """What people say instead of "yes" and "no" here."""
    likely: bool = True

    def read(self, text: str, words: Words) -> Read[bool | Unclear] | Unread:
        """A label, then a clear yes or no, then a part of a label: "不是" is a part of "不是工伤", and yet clear."""
        chosen = read_choice(text, self.sayings(words))
        answer = read_yes_no(text)
        if isinstance(answer, Read) and answer.sure and not (isinstance(chosen, Read) and chosen.sure):
            return Read(answer.value, sure=not names_a_deed(text))
        if isinstance(chosen, Read):
            value = self.press(chosen.value)
            return Unread("none") if value is None else Read(value, chosen.sure)
        if answer == Unread("unclear") and self.may_be_unclear:
            return Read(UNCLEAR)
        return Read(answer.value, answer.sure) if isinstance(answer, Read) else chosen if answer.reason == "none" else answer

    def load(self, stored: Any) -> bool | Unclear | None:
        if stored == UNCLEAR.value:
            return UNCLEAR if self.may_be_unclear else None
        return stored if isinstance(stored, bool) else None

    def dump(self, value: bool | Unclear) -> Any:
        return value.value if isinstance(value, Unclear) else value

    def typical(self) -> bool | Unclear:
        return self.likely

    def options(self) -> tuple[Option, ...]:
        return self._options

    @cached_property
    def _options(self) -> tuple[Option, ...]:
        values = ("yes", "no", UNCLEAR.value) if self.may_be_unclear else ("yes", "no")
        return tuple(Option(value, Say(f"option.{self.key}.{value}"), self.spoken.get(value, ())) for value in values)

    def press(self, value: str) -> bool | Unclear | None:
        return self.load({"yes": True, "no": False}.get(value, value))

    def show(self, value: bool | Unclear) -> Say:
        word = {True: "yes", False: "no"}.get(value, UNCLEAR.value) if isinstance(value, bool) else UNCLEAR.value
        return Say(f"option.{self.key}.{word}")


@dataclass(frozen=True, kw_only=True)
class Choice(Question[str]):
    """One of a list."""

    choices: tuple[Option, ...]

    def read(self, text: str, words: Words) -> Read[str] | Unread:
        return read_choice(text, self.sayings(words))

    def load(self, stored: Any) -> str | None:
        return next((option.value for option in self.choices if option.value == stored), None)

    def typical(self) -> str:
        return self.choices[0].value

    def options(self) -> tuple[Option, ...]:
        return self.choices

    def press(self, value: str) -> str | None:
        return self.load(value)

    def show(self, value: str) -> Say:
        return next(option.label for option in self.choices if option.value == value)
