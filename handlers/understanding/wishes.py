"""Small things that people want beside an answer: to change something, to know what is asked, and the month they left without a day."""

from __future__ import annotations

import re

_CHANGE = re.compile(r"(?:请|我要|我想)?(?:改|修改|更改|换)(?:一下|下)?|(?:change|edit|correct|fix)(?: the| my)? ", re.IGNORECASE)
_ASKS_WHAT = re.compile(r"[是指](?:个)?(?:什么|啥)|[什啥]么?意思|看不懂|怎么看|在哪[里儿]?看|what (?:is|does)|\bmean", re.IGNORECASE)
_MONTH = re.compile(r"(?:去年|前年|今年)?的?(?:上上?个?月|[0-9一二三四五六七八九十]{1,3}月)|去年|前年")


def thing_to_change(text: str) -> str:
    """What is to be changed, as it was called: "工作" of "改工作"; "" where nothing is."""
    wish = _CHANGE.match(text)
    return "" if wish is None else text[wish.end() :].strip(" 。.").casefold()


def asks_what(text: str) -> bool:
    """Whether it asks what the open question means, or where to look."""
    return _ASKS_WHAT.search(text) is not None


def month_in(text: str) -> str:
    """The month or the year that is named, as it was named; "" where none is."""
    found = _MONTH.search(text)
    return "" if found is None else found.group()
