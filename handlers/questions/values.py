"""Questions whose answer is typed: a sum, a day, a number, a text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from calculator.amounts import Fen
from calculator.facts import UNCLEAR, Unclear
from handlers.questions.question import Option, Question, Words
from handlers.say import Say
from handlers.understanding.amounts import read_amount
from handlers.understanding.counts import read_age, read_count
from handlers.understanding.days import read_day
from handlers.understanding.reading import Read, Unread
from handlers.understanding.yes_no import read_yes_no

DIGITS_AT_MOST = 15
"""A button never carries a longer number."""

NOTHING_PAID = Fen(0)

NOTHING = frozenset({"没有", "没", "无", "nothing", "none", "never"})
"""How people say that a sum is nothing."""


def _says(text: str, option: Option, words: Words) -> bool:
    """Whether a text is a button's own label."""
    return text.strip().lower() == words(option.label).lower()


def _says_none(text: str, option: Option, words: Words) -> bool:
    """Whether a text means nothing at all: the button's label, or a plain no."""
    return text.strip().lower() in NOTHING or _says(text, option, words) or read_yes_no(text) == Read(False, True)


@dataclass(frozen=True, kw_only=True)
class Amount(Question["Fen | Unclear"]):
    """A sum of money in fen. With `none_option` a button stands for "nothing", with `may_be_unclear` one for "hard to say"."""

    low: Fen = NOTHING_PAID
    high: Fen
    likely: Fen
    none_option: bool = False
    may_be_unclear: bool = False
    of_year: int | None = None
    """An earlier year it is asked for: then an answer given for another year is none, and is stored as {"year", "value"}."""

    def read(self, text: str, words: Words) -> Read[Fen | Unclear] | Unread:
        found = read_amount(text)
        if isinstance(found, Unread):
            return self._in_words(text, words) or found
        if found.value < self.low:
            return Unread("too_small")
        return Unread("too_large") if found.value > self.high else Read(found.value, found.sure)

    def _in_words(self, text: str, words: Words) -> Read[Fen | Unclear] | None:
        """What is said instead of a number, where there is a button for it."""
        if self.none_option and _says_none(text, self._none, words):
            return Read(NOTHING_PAID)
        if self.may_be_unclear and (_says(text, self._unclear, words) or read_yes_no(text) == Unread("unclear")):
            return Read(UNCLEAR)
        return None

    @property
    def _none(self) -> Option:
        return Option("0", Say(f"option.{self.key}.none"))

    @property
    def _unclear(self) -> Option:
        return Option(UNCLEAR.value, Say("option.unclear"))

    def load(self, stored: Any) -> Fen | Unclear | None:
        if self.of_year is None:
            return self._value(stored)
        is_of_year = isinstance(stored, Mapping) and stored.get("year") == self.of_year
        return self._value(stored["value"]) if is_of_year else None

    def _value(self, stored: Any) -> Fen | Unclear | None:
        if stored == UNCLEAR.value:
            return UNCLEAR if self.may_be_unclear else None
        if isinstance(stored, bool) or not isinstance(stored, int):
            return None
        return Fen(stored) if self.low <= stored <= self.high else None

    def dump(self, value: Fen | Unclear) -> Any:
        plain = value.value if isinstance(value, Unclear) else value
        return plain if self.of_year is None else {"year": self.of_year, "value": plain}

    def typical(self) -> Fen | Unclear:
        return self.likely

    def options(self) -> tuple[Option, ...]:
        return (*((self._none,) if self.none_option else ()), *((self._unclear,) if self.may_be_unclear else ()))

    def press(self, value: str) -> Fen | Unclear | None:
        if value == UNCLEAR.value:
            return self._value(value)
        return self._value(int(value)) if value.isascii() and value.isdecimal() and len(value) <= DIGITS_AT_MOST else None

    def show(self, value: Fen | Unclear) -> Say:
        if isinstance(value, Unclear):
            return Say("value.not_known")
        if value == 0 and self.none_option:
            return Say(f"option.{self.key}.none")
        return Say("value.money", {"amount": value})


@dataclass(frozen=True, kw_only=True)
class Day(Question[date]):
    """A day in the past, today at the latest."""

    today: date
    earliest: date

    def read(self, text: str, words: Words) -> Read[date] | Unread:
        found = read_day(text, self.today)
        if isinstance(found, Unread):
            return found
        if found.value > self.today:
            return Unread("future")
        return Unread("too_early") if found.value < self.earliest else found

    def load(self, stored: Any) -> date | None:
        try:
            day = date.fromisoformat(stored)
        except (TypeError, ValueError):
            return None
        return day if self.earliest <= day <= self.today else None

    def dump(self, value: date) -> str:
        return value.isoformat()

    def typical(self) -> date:
        return self.today

    def options(self) -> tuple[Option, ...]:
        days = {"option.today": self.today, "option.yesterday": self.today - timedelta(days=1)}
        return tuple(Option(day.isoformat(), Say(label)) for label, day in days.items() if day >= self.earliest)

    def press(self, value: str) -> date | None:
        return self.load(value)

    def show(self, value: date) -> Say:
        return Say("value.day", {"day": value.isoformat()})


@dataclass(frozen=True, kw_only=True)
class Count(Question[int]):
    """A whole number; `as_age` also takes a year of birth. With `none_option` a button stands for "none"."""

    low: int
    high: int
    likely: int
    today: date
    as_age: bool = False
    none_option: bool = False

    def read(self, text: str, words: Words) -> Read[int] | Unread:
        found = read_age(text, self.today) if self.as_age else read_count(text)
        if isinstance(found, Unread):
            return Read(0) if self.none_option and _says_none(text, self.options()[0], words) else found
        if found.value < self.low:
            return Unread("too_small")
        return Unread("too_large") if found.value > self.high else found

    def load(self, stored: Any) -> int | None:
        return stored if isinstance(stored, int) and not isinstance(stored, bool) and self.low <= stored <= self.high else None

    def typical(self) -> int:
        return self.likely

    def options(self) -> tuple[Option, ...]:
        return (Option("0", Say(f"option.{self.key}.none")),) if self.none_option else ()

    def press(self, value: str) -> int | None:
        return self.load(int(value)) if value.isascii() and value.isdecimal() and len(value) <= DIGITS_AT_MOST else None

    def show(self, value: int) -> Say:
        if value == 0 and self.none_option:
            return Say(f"option.{self.key}.none")
        return Say(f"value.{self.key}", {"count": value})


@dataclass(frozen=True, kw_only=True)
class Text(Question[str]):
    """Something typed that `reader` accepts; `masked` answers are read back with their middle hidden."""

    reader: Callable[[str], Read[str] | Unread]
    fits: Callable[[str], bool]
    """Whether an answer, as the reader gave it, is one still. A replay asks this of every answer, so it takes less than reading."""
    likely: str
    masked: bool = False

    def read(self, text: str, words: Words) -> Read[str] | Unread:
        return self.reader(text)

    def load(self, stored: Any) -> str | None:
        return stored if isinstance(stored, str) and self.fits(stored) else None

    def typical(self) -> str:
        return self.likely

    def press(self, value: str) -> str | None:
        return None

    def show(self, value: str) -> Say:
        return Say("value.text", {"text": mask(value) if self.masked else value})


def mask(text: str) -> str:
    """The last four characters, for reading back what only its owner may see whole."""
    return f"****{text[-4:]}"
