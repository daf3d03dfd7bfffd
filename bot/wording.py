"""Keys and figures become sentences in the reader's language. All words live in locales/<locale>/*.po, keys as msgid."""

from __future__ import annotations

import string
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from babel.messages.pofile import read_po

from calculator.amounts import Fen, pretty
from handlers.say import Figures, Say

LOCALES = ("zh_CN", "en")
DEFAULT_LOCALE = "zh_CN"
FOLDER = Path(__file__).parent.parent / "locales"

PARTS_PER_MILLION_IN_A_PERCENT = 10_000

EMPTY, FILLED = "□", "■"
"""The squares of a bar."""


def text(key: str, locale: str, figures: Figures | None = None) -> str:
    """The sentence under a key. A key nobody has worded is a bug: KeyError."""
    return "".join([piece if isinstance(piece, str) else piece.filled(figures or {}, locale) for piece in _pieces(key, locale)])


def say(what: Say, locale: str) -> str:
    """One sentence, worded."""
    return text(what.key, locale, what.figures)


def has(key: str, locale: str) -> bool:
    """Whether there are words for a key."""
    return key in catalogue(locale)


def closest(hint: str | None) -> str:
    """The locale for a platform's language hint such as "en-GB"; Chinese where it says nothing."""
    return "en" if hint and not hint.lower().startswith("zh") else DEFAULT_LOCALE


@cache
def catalogue(locale: str) -> Mapping[str, str]:
    """Every key of one locale with its sentence."""
    if locale not in LOCALES:
        return catalogue(DEFAULT_LOCALE)
    words: dict[str, str] = {}
    for file in sorted((FOLDER / locale).glob("*.po")):
        with file.open("rb") as source:
            words |= {str(entry.id): str(entry.string) for entry in read_po(source, locale=locale) if entry.id}
    return words


@dataclass(frozen=True, slots=True)
class _Placeholder:
    """{amount:yuan}, {day:day}, {rate:rate}, {title:text}, {benefit:word:benefit}, {inner:say}, or plain {text}."""

    figure: str
    format: Callable[[Any, str, str], str]
    argument: str

    def filled(self, figures: Figures, locale: str) -> str:
        return self.format(figures[self.figure], locale, self.argument)


@cache
def _pieces(key: str, locale: str) -> tuple[str | _Placeholder, ...]:
    """A sentence taken apart, once."""
    pieces: list[str | _Placeholder] = []
    for words, figure, spec, _ in string.Formatter().parse(catalogue(locale)[key]):
        pieces += [words] if words else []
        if figure is not None:
            name, _, argument = (spec or "").partition(":")
            pieces.append(_Placeholder(figure, FORMATS[name], argument))
    return tuple(pieces)


def _text(value: Any, locale: str, _: str) -> str:
    """A policy file's own words, in the language at hand or the one it has."""
    if isinstance(value, Mapping):
        return str(value.get(locale[:2]) or next(iter(value.values()), ""))
    return str(value)


def _day(value: Any, locale: str, _: str) -> str:
    day = value if isinstance(value, date) else date.fromisoformat(value)
    return f"{day.year}年{day.month}月{day.day}日" if locale == DEFAULT_LOCALE else f"{day.day} {day:%B %Y}"


def _moment(value: Any, locale: str, _: str) -> str:
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    return f"{_day(moment.date(), locale, '')} {moment:%H:%M}"


def _rate(value: Any, _locale: str, _: str) -> str:
    """Parts per million as a percentage without needless zeros."""
    whole, rest = divmod(int(value), PARTS_PER_MILLION_IN_A_PERCENT)
    return f"{whole}.{rest:04d}".rstrip("0").rstrip(".") + "%"


def _round_yuan(value: Any, _locale: str, _: str) -> str:
    """Whole yuan without the decimals that only payments need."""
    return pretty(Fen(int(value))).removesuffix(".00")


def _list(value: Any, locale: str, argument: str) -> str:
    joined = "、" if locale == DEFAULT_LOCALE else ", "
    return joined.join(_word(item, locale, argument) if argument else _text(item, locale, "") for item in value)


def _word(value: Any, locale: str, argument: str) -> str:
    return text(f"word.{argument}.{value}", locale)


def _say(value: Any, locale: str, _: str) -> str:
    return say(value if isinstance(value, Say) else Say(value["key"], value["figures"]), locale)


def _says(value: Any, locale: str, _: str) -> str:
    """Sentences inside a sentence, one after the other."""
    return ("、" if locale == DEFAULT_LOCALE else ", ").join(_say(item, locale, "") for item in value)


def _bar(value: Any, _locale: str, _: str) -> str:
    """A row of squares, those from `start` on and before `end` filled. Both are of one width in every letter that has them."""
    cells, start, end = int(value["cells"]), int(value["start"]), int(value["end"])
    return EMPTY * start + FILLED * (end - start) + EMPTY * (cells - end)


FORMATS: Mapping[str, Callable[[Any, str, str], str]] = {
    "": lambda value, _locale, _argument: str(value),
    "yuan": lambda value, _locale, _argument: pretty(Fen(int(value))),
    "round_yuan": _round_yuan,
    "day": _day,
    "moment": _moment,
    "rate": _rate,
    "text": _text,
    "word": _word,
    "list": _list,
    "say": _say,
    "says": _says,
    "bar": _bar,
    "key": lambda value, locale, _argument: text(value, locale),
    "name": lambda value, locale, _argument: text(f"name.{value}", locale),
}
