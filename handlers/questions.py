"""The kinds of question a flow can ask. Each knows how to read what is typed, which buttons it has, and how its answer is stored and shown."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Generic, TypeVar

from calculator.amounts import Fen
from calculator.facts import UNCLEAR, Unclear
from handlers.say import Figures, Say
from handlers.understanding.amounts import read_amount
from handlers.understanding.choices import read_choice
from handlers.understanding.counts import read_age, read_count
from handlers.understanding.days import read_day
from handlers.understanding.plain import plain
from handlers.understanding.reading import Read, Unread
from handlers.understanding.yes_no import read_yes_no

T = TypeVar("T")

NOTHING = frozenset({"没有", "没", "无", "nothing", "none", "never"})
"""How people say that a sum is nothing."""

ENDINGS = " ,。.!、"
"""What may stand after a word that was typed instead of tapped."""


@dataclass(frozen=True, slots=True)
class Option:
    """A button of a question. `value` is at most 24 bytes of ASCII."""

    value: str
    label: Say
    spoken: tuple[str, ...] = ()
    """What people say instead of the label."""


def _sayings(options: tuple[Option, ...], words: Callable[[Say], str]) -> dict[str, tuple[str, ...]]:
    return {option.value: (words(option.label), *option.spoken) for option in options}


@dataclass(frozen=True, kw_only=True)
class Question(Generic[T]):
    """One thing asked, under a key that never changes. Its sentence is `ask.<key>`, its example `example.<key>`."""

    key: str
    figures: Figures = field(default_factory=dict)

    def read(self, text: str, words: Callable[[Say], str]) -> Read[T] | Unread:
        """What the typed text means; `words` gives a label as the member sees it."""
        raise NotImplementedError

    def load(self, stored: Any) -> T | None:
        """The typed answer, or None if what is stored no longer answers this question."""
        raise NotImplementedError

    def dump(self, value: T) -> Any:
        """The answer as a JSON value."""
        return value

    def typical(self) -> T:
        """An answer most people give; only to foresee how long the way is."""
        raise NotImplementedError

    def options(self) -> tuple[Option, ...]:
        """The buttons, in order."""
        return ()

    def press(self, value: str) -> T | None:
        """What a button of this question means; None for one it does not have."""
        raise NotImplementedError

    def show(self, value: T) -> Say:
        """The answer as the member reads it back."""
        raise NotImplementedError


@dataclass(frozen=True, kw_only=True)
class YesNo(Question["bool | Unclear"]):
    """Yes, no and, where it helps, "hard to say"."""

    may_be_unclear: bool = False
    spoken: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """What people say instead of "yes" and "no" here."""

    def read(self, text: str, words: Callable[[Say], str]) -> Read[bool | Unclear] | Unread:
        """A label, then a clear yes or no, then a part of a label: "不是" is a part of "不是工伤", and yet clear."""
        chosen = read_choice(text, _sayings(self.options(), words))
        answer = read_yes_no(text)
        if isinstance(answer, Read) and answer.sure and not (isinstance(chosen, Read) and chosen.sure):
            return Read(answer.value)
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
        return True

    def options(self) -> tuple[Option, ...]:
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

    def read(self, text: str, words: Callable[[Say], str]) -> Read[str] | Unread:
        return read_choice(text, _sayings(self.choices, words))

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


@dataclass(frozen=True, kw_only=True)
class Amount(Question[Fen]):
    """A sum of money in fen. With `none_option` a button stands for "nothing"."""

    low: Fen = Fen(0)
    high: Fen
    likely: Fen
    none_option: bool = False

    def read(self, text: str, words: Callable[[Say], str]) -> Read[Fen] | Unread:
        found = read_amount(text)
        if isinstance(found, Unread):
            return Read(Fen(0), True) if self.none_option and self._says_none(text, words) else found
        if found.value < self.low:
            return Unread("too_small")
        return Unread("too_large") if found.value > self.high else found

    def _says_none(self, text: str, words: Callable[[Say], str]) -> bool:
        said = text.strip().lower()
        return said in NOTHING or said == words(self.options()[0].label).lower() or read_yes_no(text) == Read(False, True)

    def load(self, stored: Any) -> Fen | None:
        if isinstance(stored, bool) or not isinstance(stored, int):
            return None
        return Fen(stored) if self.low <= stored <= self.high else None

    def typical(self) -> Fen:
        return self.likely

    def options(self) -> tuple[Option, ...]:
        return (Option("0", Say(f"option.{self.key}.none")),) if self.none_option else ()

    def press(self, value: str) -> Fen | None:
        return self.load(int(value)) if value.isascii() and value.isdecimal() and len(value) <= 15 else None

    def show(self, value: Fen) -> Say:
        if value == 0 and self.none_option:
            return Say(f"option.{self.key}.none")
        return Say("value.money", {"amount": value})


@dataclass(frozen=True, kw_only=True)
class Day(Question[date]):
    """A day in the past, today at the latest."""

    today: date
    earliest: date

    def read(self, text: str, words: Callable[[Say], str]) -> Read[date] | Unread:
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
    """A whole number; `as_age` also takes a year of birth."""

    low: int
    high: int
    likely: int
    today: date
    as_age: bool = False

    def read(self, text: str, words: Callable[[Say], str]) -> Read[int] | Unread:
        found = read_age(text, self.today) if self.as_age else read_count(text)
        if isinstance(found, Unread):
            return found
        if found.value < self.low:
            return Unread("too_small")
        return Unread("too_large") if found.value > self.high else found

    def load(self, stored: Any) -> int | None:
        return stored if isinstance(stored, int) and not isinstance(stored, bool) and self.low <= stored <= self.high else None

    def typical(self) -> int:
        return self.likely

    def press(self, value: str) -> int | None:
        return self.load(int(value)) if value.isascii() and value.isdecimal() and len(value) <= 6 else None

    def show(self, value: int) -> Say:
        return Say(f"value.{self.key}", {"count": value})


@dataclass(frozen=True, kw_only=True)
class Text(Question[str]):
    """Something typed that `reader` accepts; `masked` answers are read back with their middle hidden."""

    reader: Callable[[str], Read[str] | Unread]
    likely: str
    masked: bool = False

    def read(self, text: str, words: Callable[[Say], str]) -> Read[str] | Unread:
        return self.reader(text)

    def load(self, stored: Any) -> str | None:
        return stored if isinstance(stored, str) and isinstance(self.reader(stored), Read) else None

    def typical(self) -> str:
        return self.likely

    def press(self, value: str) -> str | None:
        return None

    def show(self, value: str) -> Say:
        return Say("value.text", {"text": mask(value) if self.masked else value})


def mask(text: str) -> str:
    """The last four characters, for reading back what only its owner may see whole."""
    return f"****{text[-4:]}"


@dataclass(frozen=True, slots=True)
class Found:
    """A row chosen from a list too long for buttons: its id and its name."""

    id: int
    name: str


@dataclass(frozen=True, kw_only=True)
class Lookup(Question[Found]):
    """One row of `source`, found by a part of its name. The conversation does the looking; the flow only names the source."""

    source: str

    def read(self, text: str, words: Callable[[Say], str]) -> Read[Found] | Unread:
        return Unread("look_up")

    def load(self, stored: Any) -> Found | None:
        if isinstance(stored, Mapping) and isinstance(stored.get("id"), int) and isinstance(stored.get("name"), str):
            return Found(stored["id"], stored["name"])
        return None

    def dump(self, value: Found) -> Any:
        return {"id": value.id, "name": value.name}

    def typical(self) -> Found:
        return Found(0, "")

    def press(self, value: str) -> Found | None:
        return None

    def show(self, value: Found) -> Say:
        return Say("value.text", {"text": value.name})


@dataclass(frozen=True, slots=True)
class Need:
    """A kind of document asked for, with its name and where to get it, in each language."""

    kind: str
    title: Mapping[str, str]
    hint: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class HandedIn:
    """An upload and the kind of document it was taken for."""

    upload: str
    kind: str


def missing_of(needs: tuple[Need, ...], taken: tuple[HandedIn, ...]) -> int:
    """How many of the kinds nothing has come for."""
    return len({need.kind for need in needs} - {document.kind for document in taken})


@dataclass(frozen=True, kw_only=True)
class Documents(Question[tuple[HandedIn, ...]]):
    """Pictures in any order. Each counts for the first kind still missing until the member says otherwise; `done` ends it.

    Stored: {"uploads": [{"upload": id, "kind": kind}], "done": bool}.
    """

    needs: tuple[Need, ...]
    least: int = 0
    """How many must have come before it can be done."""

    def read(self, text: str, words: Callable[[Say], str]) -> Read[tuple[HandedIn, ...]] | Unread:
        return Unread("send_picture")

    def load(self, stored: Any) -> tuple[HandedIn, ...] | None:
        if not isinstance(stored, Mapping) or stored.get("done") is not True:
            return None
        taken = self.handed_in(stored)
        return taken if len(taken) >= self.least else None

    def handed_in(self, stored: Any) -> tuple[HandedIn, ...]:
        """What has come so far, each under a kind this question asks for."""
        taken: list[HandedIn] = []
        for upload in stored["uploads"] if isinstance(stored, Mapping) else ():
            kind = upload.get("kind")
            if kind not in {need.kind for need in self.needs}:
                kind = self._next_kind(taken)
            taken.append(HandedIn(upload["upload"], kind))
        return tuple(taken)

    def missing(self, stored: Any) -> tuple[Need, ...]:
        """The kinds nothing has come for."""
        have = {document.kind for document in self.handed_in(stored)}
        return tuple(need for need in self.needs if need.kind not in have)

    def _next_kind(self, taken: list[HandedIn]) -> str:
        have = {document.kind for document in taken}
        return next((need.kind for need in self.needs if need.kind not in have), taken[-1].kind if taken else self.needs[0].kind)

    def dump(self, value: tuple[HandedIn, ...]) -> Any:
        return {"uploads": [{"upload": d.upload, "kind": d.kind} for d in value], "done": True}

    def typical(self) -> tuple[HandedIn, ...]:
        return ()

    def press(self, value: str) -> tuple[HandedIn, ...] | None:
        return None

    def show(self, value: tuple[HandedIn, ...]) -> Say:
        missing = missing_of(self.needs, value)
        return Say("value.documents_missing" if missing else "value.documents", {"count": len(value), "missing": missing})


@dataclass(frozen=True, slots=True)
class Item:
    """One line of what is about to be sent: which answer it is, and how it reads."""

    key: str
    shown: Say


@dataclass(frozen=True, kw_only=True)
class Confirm(Question[str]):
    """The last look before something leaves. Only a yes to exactly these items counts: the stored answer is their digest."""

    items: tuple[Item, ...]
    review: tuple[Say, ...] = ()
    """Why a person must look, if one must."""
    amount: Fen | None = None
    """The estimate shown with the items; None where it is not known yet."""

    @property
    def digest(self) -> str:
        """Sixteen hex digits over all that was shown."""
        shown = [[i.key, i.shown.key, dict(i.shown.figures)] for i in self.items]
        review = [[reason.key, dict(reason.figures)] for reason in self.review]
        return hashlib.sha256(json.dumps([shown, review, self.amount], sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:16]

    def read(self, text: str, words: Callable[[Say], str]) -> Read[str] | Unread:
        """Only the button's own words or a yes send: "1" and "第一个" mean an item of the list."""
        if plain(text).strip(ENDINGS) == plain(words(self.options()[0].label)):
            return Read(self.digest)
        answer = read_yes_no(text)
        return Read(self.digest, answer.sure) if isinstance(answer, Read) and answer.value else Unread("not_confirmed")

    def item_meant(self, text: str, words: Callable[[Say], str]) -> Item | None:
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
