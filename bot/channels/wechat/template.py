"""The one template an account may have chosen for news: its fields, and what goes into them, as WeChat takes it.

A field's name says its kind: `thing1` takes twenty letters of anything, `character_string2` no Chinese. What stands in the fields is the
same for everybody with the same news: never a name, a sum, a reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.channels.plain import Wording
from bot.message import Say
from bot.wording import DEFAULT_LOCALE

NEWS, NUMBER, DAY, HINT, FIXED = "news", "number", "day", "hint", "text:"
"""What a field can hold: the kind of news, the claim's number, the day, how to read on, or a fixed text of the union's own."""

LONGEST = 20
"""Letters of any field that is not named below."""

ANY = re.compile(rf"[^\n\r]{{1,{LONGEST}}}")
SHAPES: Mapping[str, re.Pattern[str]] = {
    "character_string": re.compile(r"[\x20-\x7e]{1,32}"),
    "phrase": re.compile(r"[\u4e00-\u9fff]{1,5}"),
    "time": re.compile(r"\d+年\d+月\d+日 \d\d:\d\d"),
    "date": re.compile(r"\d+年\d+月\d+日"),
}
"""What a value must look like, by the kind of its field."""

CHINESE_ONLY = frozenset({"phrase", "const"})
"""Kinds whose values WeChat reviews or restricts: there the words are the same in every language."""

NO_NUMBER = "-"
"""News that belong to no claim; WeChat takes no empty field."""

PLACEHOLDER = re.compile(r"\{\{\s*(\w+)\.DATA\s*\}\}")
DROPPED = frozenset({"first", "remark"})
"""The first and the last line of old templates, which WeChat shows no more."""


@dataclass(frozen=True)
class News:
    """What the card may say of a notice; `notice` is the job of it."""

    notice: int
    kind: str
    number: str
    at: datetime
    locale: str


@dataclass(frozen=True)
class Template:
    """The template's id, what each of its fields holds, and where a tap leads, if anywhere."""

    id: str
    fields: Mapping[str, str]
    url: str = ""

    def filled(self, news: News, wording: Wording) -> dict[str, dict[str, str]]:
        """The `data` of the call. `news.at` is in the zone whose days count."""
        return {name: {"value": _value(what, kind_of(name), self._tells_how, news, wording)} for name, what in self.fields.items()}

    @property
    def _tells_how(self) -> bool:
        """Whether a field of its own says how to read on."""
        return HINT in self.fields.values()


def fields_of(setting: str) -> dict[str, str]:
    """The setting WECHAT_TEMPLATE_FIELDS, such as thing1=news,time3=day."""
    return {name: what for name, _, what in (part.partition("=") for part in setting.split(","))}


def kind_of(name: str) -> str:
    """The kind in a field's name: thing1 is a thing."""
    return name.rstrip("0123456789")


def fits(name: str, value: str) -> bool:
    """Whether WeChat takes this value for that field."""
    return SHAPES.get(kind_of(name), ANY).fullmatch(value) is not None


def placeholders(content: str) -> list[str]:
    """The fields of a template, from its content as WeChat lists it."""
    return [name for name in PLACEHOLDER.findall(content) if name not in DROPPED]


def unfit(template: Template, samples: list[News], wording: Wording) -> Iterator[str]:
    """The fields that would not hold what is meant for them, for some of these news."""
    for name in template.fields:
        if not all(fits(name, template.filled(news, wording)[name]["value"]) for news in samples):
            yield name


def _value(what: str, kind: str, tells_how: bool, news: News, wording: Wording) -> str:
    locale = DEFAULT_LOCALE if kind in CHINESE_ONLY else news.locale
    match what:
        case "news":
            words = wording(Say(f"wechat.knock.{news.kind}"), locale)
            return (
                words if tells_how or kind in SHAPES or kind in CHINESE_ONLY else wording(Say("wechat.knock.read", {"news": words}), locale)
            )
        case "number":
            return news.number or NO_NUMBER
        case "day":
            return _day(news.at, kind)
        case "hint":
            return wording(Say("wechat.knock.hint"), locale)
    return what.removeprefix(FIXED)


def _day(at: datetime, kind: str) -> str:
    if kind == "character_string":
        return at.date().isoformat()
    day = f"{at.year}年{at.month}月{at.day}日"
    return f"{day} {at:%H:%M}" if kind == "time" else day
