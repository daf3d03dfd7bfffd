"""Typed counts and ages: 3个, 四十五岁, forty-five, 1980年的."""

from __future__ import annotations

import re
from datetime import date

from handlers.understanding.days import day_in
from handlers.understanding.mentions import Mention, Mentions, mentions
from handlers.understanding.numerals import Number, is_whole, number
from handlers.understanding.plain import plain
from handlers.understanding.reading import LONGEST, NotReadError, Read, Unread

_LARGEST = 10**9
_OLDEST = 120
_FIRST_YEAR, _CENTURY = 1800, 100
_PAIR = str.maketrans({"俩": "两个", "仨": "三个"})
_TIMES = {"once": "1", "twice": "2", "thrice": "3"}
_ADVERB = re.compile(r"\b(?:once|twice|thrice)\b")
_COUNTS_HARMLESS = re.compile(r"(?:孩子|小孩|娃儿?|一共|总共|[个次回人项名份张口位的了就我俺有是共 ,。.!、])*+")
_AGE_WORDS = r"(?:今年|周?岁|已经|刚刚|\b(?:i'm|i|am|years?|yrs?|old|aged?|my|is)\b|[我俺咱的了啦呀啊是就才刚满 ,。.!、])*+"
_AGE_HARMLESS = re.compile(_AGE_WORDS)
_HAN_TENS = "二三四五六七八九"
_PLAIN_AGE = re.compile(rf"{_AGE_WORDS}(?<!\.)(?:(?P<digits>[1-9][0-9])|(?P<tens>[{_HAN_TENS}])十(?P<ones>[一{_HAN_TENS}])?){_AGE_WORDS}")
"""The way most ages are said: what else age_in does would read the same from it, in eight times the time."""
_NOT_ONE = re.compile(r"一[个次回张][都也](?:没有?|无)过?")
_YEAR_AFTER = re.compile(r" ?年")
_PLAIN_YEAR = re.compile(r"(?:18|19|20)[0-9]{2}")
_SHORT_YEAR = re.compile(r"[0-9]{2}")
_YEAR_READ_OUT = re.compile(r"(?<![零一二三四五六七八九十])[零一二三四五六七八九]{2}(?= ?年)")
_OLD_STYLE = re.compile(r"有(?<=[二三四五六七八九]十有)(?=[一二三四五六七八九])")
"""五十有三 is 53."""
_GROWN = 10


def read_count(text: str) -> Read[int] | Unread:
    """Find the one whole number this message names."""
    if len(text) > LONGEST:
        return Unread("too_long")
    try:
        said = _ADVERB.sub(_in_times, plain(text).translate(_PAIR))
        if _NOT_ONE.search(said):
            return Read(0, sure=False)
        found = mentions(said)
        numbers = [_whole(mention) for mention in found.found if not mention.after.startswith(("%", "‰"))]
        return _the_one(found, numbers, found.found, _COUNTS_HARMLESS, _LARGEST)
    except NotReadError as error:
        return Unread(error.reason)


def read_age(text: str, today: date) -> Read[int] | Unread:
    """Find the one age in years; from a year of birth alone it is the age reached this year, and never sure."""
    return Unread("too_long") if len(text) > LONGEST else age_in(plain(text), today)


def age_in(plain_text: str, today: date) -> Read[int] | Unread:
    """Find the one age in plain text."""
    if plainly := _PLAIN_AGE.fullmatch(plain_text):
        return Read(int(plainly["digits"] or _digit(plainly["tens"]) + _digit(plainly["ones"] or "零")))
    return _age_in(plain_text, today)


def _age_in(plain_text: str, today: date) -> Read[int] | Unread:
    said = _OLD_STYLE.sub("", _YEAR_READ_OUT.sub(_in_digits, plain_text))
    try:
        born = day_in(plain_text, today) if _PLAIN_YEAR.search(said) else None
        if isinstance(born, Read) and born.sure:
            years = _years_between(born.value, today)
            return Read(years, sure=years >= _GROWN)
        found = mentions(said)
        taken = [mention for mention in found.found if not mention.after.lstrip().startswith(("月", "个月", "日", "号", "天", "%"))]
        ages = [_age(mention, today) for mention in taken]
        return _the_one(found, ages, taken, _AGE_HARMLESS, _OLDEST)
    except NotReadError as error:
        return Unread(error.reason)


def _the_one(found: Mentions, numbers: list[Number], taken: list[Mention], harmless: re.Pattern[str], largest: int) -> Read[int] | Unread:
    values = {read.value for read in numbers}
    if not values:
        return Unread("none")
    if len(values) > 1:
        return Unread("several")
    value = int(values.pop())
    if value > largest:
        return Unread("too_large")
    sure = found.sure and all(read.sure for read in numbers)
    return Read(value, sure and found.nothing_but(taken, harmless))


def _whole(mention: Mention) -> Number:
    if mention.negative:
        raise NotReadError("negative")
    read = number(mention.tokens)
    if not is_whole(read.value) or mention.after[1:2] == "半":
        raise NotReadError("not_whole")
    return read


def _age(mention: Mention, today: date) -> Number:
    if mention.after.startswith("后"):
        raise NotReadError("vague")
    read = _whole(mention)
    said = "".join(token.text for token in mention.tokens)
    year = int(read.value)
    named = bool(_YEAR_AFTER.match(mention.after))
    if _SHORT_YEAR.fullmatch(said) and named:
        year += today.year // _CENTURY * _CENTURY
        year -= _CENTURY if year > today.year else 0
    elif not (year >= _FIRST_YEAR and (named or _PLAIN_YEAR.fullmatch(said))):
        return read
    if year > today.year:
        raise NotReadError("future")
    return Number(today.year - year, sure=False)


def _in_times(found: re.Match[str]) -> str:
    return _TIMES[found.group()]


def _in_digits(found: re.Match[str]) -> str:
    return "".join(map(_digit, found.group()))


def _digit(character: str) -> str:
    return str("零一二三四五六七八九".index(character))


def _years_between(born: date, today: date) -> int:
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))
