"""Typed days: 2024年10月3号, 去年十月三号, 上周五, 3天前, Oct 3 2024. All look back, for what a claim is about has happened."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from contextlib import suppress
from datetime import date, timedelta

from handlers.understanding.english import number_words
from handlers.understanding.plain import plain
from handlers.understanding.reading import LONGEST, NotReadError, Read, Unread

Found = tuple[date, bool]
"""A day, and whether it can be no other."""

_FIRST_YEAR = 1900
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|"
    r"sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WEEKDAY = r"(mon|tue|tues|wed|wednes|thu|thurs|fri|sat|satur|sun)(?:day)?"
_DAYS_AGO = {"今": 0, "昨": 1, "前": 2, "大前": 3, "明": -1, "后": -2, "大后": -3}
_ENGLISH_AGO = {"today": 0, "yesterday": 1, "the day before yesterday": 2, "day before yesterday": 2, "tomorrow": -1}
_YEARS_AGO = {"今": 0, "去": 1, "上": 1, "前": 2, "大前": 3, "明": -1, "后": -2}
_MONTHS_AGO = {"上上": 2, "上": 1, "这": 0, "本": 0, "当": 0, "下": -1}
_WEEKS_AGO = {"上上": 2, "上": 1, "这": 0, "本": 0, "下": -1, "下下": -2}
_HOLIDAYS = {"元旦": (1, 1), "国庆": (10, 1), "五一": (5, 1), "劳动节": (5, 1), "妇女节": (3, 8)}
_HAN = re.compile(r"[零一二三四五六七八九十两]+")
_HAN_DIGITS = {character: str(value) for value, character in enumerate("零一二三四五六七八九")} | {"两": "2"}
_LUNAR = re.compile(r"[农阴]历|正月|腊月|月初[0-9一二三四五六七八九十]")
_INCOMPLETE = re.compile(
    rf"(?<![0-9])(?:19|20)[0-9]{{2}}(?:[-/.年]|(?![0-9]))|[今去前明]年|(?<![0-9])[0-9]{{1,2}}月|月[初中底]|[上这本下]个?[周月]|\b{_MONTH}\b"
)
_CUE = re.compile(r"[年月日号天周期拜昨今明前后历旦庆a-z]|五一|节|[0-9][-/.]|[0-9]{4}")
"""Without one of these, no day is named, not even in part."""
_HARMLESS = re.compile(
    r"上午|下午|中午|早上|早晨|凌晨|晚上|晚|夜里|[0-9]{1,2}点(?:半|[0-9]{1,2}分?)?|[0-9]{1,2}:[0-9]{2}|当天|那天|出院|出的院|受的?伤|骨折|摔伤|"
    r"着火|着的火|失火|起火|火灾|出事|发生|办的?|出?生(?:日|于)?|日期|时间|[我在是的了于就这次天呢啊哦嗯]|"
    r"\b(?:on|at|it|was|is|i|the|in|left|discharged|happened|got|hurt)\b|[ ,。.!、:;()]"
)

_HEDGED = re.compile(
    r"左右|前后|大概|大约|可能|好像|差不多|也许|应该|估计|或|还是|不是|[记忘]不?|上下|\?|[0-9一二三四五六七八九十]|\b(?:about|around|maybe|not|or)\b"
)
"""What makes a day inside a longer statement doubtful; numbers that no way of naming a day has read are among it."""


def read_day(text: str, today: date) -> Read[date] | Unread:
    """Find the one day this message names, not after today. A day without its year is the latest one that has been."""
    return Unread("too_long") if len(text) > LONGEST else day_in(plain(text), today)


def day_in(said: str, today: date) -> Read[date] | Unread:
    """Find the one day that plain text names."""
    return _day_in(said, today, _nothing_but_harmless)


def read_day_within(text: str, today: date) -> Read[date] | Unread:
    """Find the one day inside a longer statement: sure unless it is hedged or denied, whatever else is told."""
    return Unread("too_long") if len(text) > LONGEST else day_in_statement(plain(text), today)


def day_in_statement(said: str, today: date) -> Read[date] | Unread:
    """Find the one day in a statement of plain text."""
    return _day_in(said, today, _not_hedged)


def _nothing_but_harmless(rest: str) -> bool:
    return not _HARMLESS.sub("", rest)


def _not_hedged(rest: str) -> bool:
    return not _HEDGED.search(rest)


def _day_in(said: str, today: date, is_safe: Callable[[str], bool]) -> Read[date] | Unread:
    digits = _han_to_digits(number_words(said.replace("元月", "一月")))
    if not _CUE.search(digits):
        return Unread("none")
    try:
        return _read(digits, today, is_safe)
    except NotReadError as error:
        return Unread(error.reason)


def _read(said: str, today: date, is_safe: Callable[[str], bool]) -> Read[date] | Unread:
    if _LUNAR.search(said):
        return Unread("unclear")
    found: list[Found] = []
    rest = said
    for pattern, day_of in _WAYS if _LATIN.search(said) else _CHINESE_WAYS:
        if pattern.search(rest):
            found += [day_of(match, today) for match in pattern.finditer(rest)]
            rest = pattern.sub("\n", rest)
    rest = rest.replace("\n", "")
    days = {day for day, _ in found}
    is_incomplete = _INCOMPLETE.search(rest) is not None
    if not days or is_incomplete:
        return Unread("incomplete" if is_incomplete else "none")
    if len(days) > 1:
        return Unread("several")
    day = days.pop()
    if day > today:
        return Unread("future")
    if day.year < _FIRST_YEAR:
        return Unread("too_early")
    return Read(day, all(sure for _, sure in found) and is_safe(rest))


def _han_to_digits(text: str) -> str:
    return _HAN.sub(_digits_of, text)


def _digits_of(match: re.Match[str]) -> str:
    said = match.group()
    after = match.string[match.end() : match.end() + 1]
    if "十" not in said:
        if len(said) > 1 and "零" not in said and after != "年" and len(said) < 4:  # noqa: PLR2004 - 三四天前 is three or four
            return said
        return "".join(_HAN_DIGITS[character] for character in said)
    tens, _, ones = said.partition("十")
    if len(tens) > 1 or len(ones) > 1:
        return said
    return str(int(_HAN_DIGITS.get(tens, "1")) * 10 + int(_HAN_DIGITS.get(ones, "0")))


def _day(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError as error:
        raise NotReadError("no_such_day") from error


def _full(match: re.Match[str], today: date) -> Found:
    year, month, day = (int(match[name]) for name in ("year", "month", "day"))
    if len(match["year"]) == 2:  # noqa: PLR2004 - 24年
        this = today.year % 100
        return _day(year + (2000 if year <= this else 1900), month, day), year <= this
    if len(match["year"]) != 4:  # noqa: PLR2004 - a year has four digits
        raise NotReadError("no_such_day")
    return _day(year, month, day), True


def _american(match: re.Match[str], _: date) -> Found:
    first, second, year = int(match[1]), int(match[2]), int(match[3])
    if first > 12:  # noqa: PLR2004 - no month: the day stands first
        return _day(year, second, first), True
    return _day(year, first, second), first == second or second > 12  # noqa: PLR2004


def _of_year_word(match: re.Match[str], today: date) -> Found:
    year = today.year - _YEARS_AGO[match["word"]]
    return _day(year, int(match["month"]), int(match["day"])), True


def _without_year(match: re.Match[str], today: date) -> Found:
    complete = bool(match["mark"]) or len(match["day"]) > 1
    day, sure = _latest(int(match["month"]), int(match["day"]), today)
    return day, sure and complete


def _bare_pair(match: re.Match[str], today: date) -> Found:
    return _latest(int(match[1]), int(match[2]), today)[0], False


def _latest(month: int, day: int, today: date) -> Found:
    """The last time this day has been; sure when that was this year."""
    for years_ago in range(9):
        with suppress(ValueError):
            found = date(today.year - years_ago, month, day)
            if found <= today:
                return found, years_ago == 0
    raise NotReadError("no_such_day")


def _english(match: re.Match[str], today: date) -> Found:
    month = _MONTHS.index(match["name"][:3]) + 1
    if match["year"]:
        return _day(int(match["year"]), month, int(match["day"])), True
    return _latest(month, int(match["day"]), today)


def _months_back(today: date, months: int) -> tuple[int, int]:
    index = today.year * 12 + today.month - 1 - months
    return index // 12, index % 12 + 1


def _of_month_word(match: re.Match[str], today: date) -> Found:
    year, month = _months_back(today, _MONTHS_AGO[match["word"]])
    return _day(year, month, int(match["day"])), True


def _of_some_month(match: re.Match[str], today: date) -> Found:
    wanted = int(match["day"])
    for months in range(4):
        year, month = _months_back(today, months)
        if 1 <= wanted <= monthrange(year, month)[1] and date(year, month, wanted) <= today:
            return date(year, month, wanted), False
    raise NotReadError("no_such_day")


def _back(today: date, days: int) -> date:
    try:
        return today - timedelta(days=days)
    except OverflowError as error:
        raise NotReadError("too_early") from error


def _day_word(match: re.Match[str], today: date) -> Found:
    return _back(today, _DAYS_AGO[match["word"]]), True


def _english_word(match: re.Match[str], today: date) -> Found:
    return _back(today, _ENGLISH_AGO[match.group()]), True


def _ago(match: re.Match[str], today: date) -> Found:
    count = int(match["count"]) if match["count"].isdigit() else 1
    unit = match["unit"]
    if unit.startswith(("个月", "month")):
        year, month = _months_back(today, count)
        if year < _FIRST_YEAR:
            raise NotReadError("too_early")
        return date(year, month, min(today.day, monthrange(year, month)[1])), False
    return _back(today, count if unit.startswith(("天", "日", "day")) else 7 * count), True


def _weekday(match: re.Match[str], today: date) -> Found:
    weekday = 6 if match["weekday"] in "日天7" else int(match["weekday"]) - 1
    if match["word"] is None:
        return _back(today, (today.weekday() - weekday) % 7), False
    monday = _back(today, today.weekday() + 7 * _WEEKS_AGO[match["word"]])
    return _back(monday, -weekday), weekday != 6  # noqa: PLR2004 - some begin the week with Sunday


def _english_weekday(match: re.Match[str], today: date) -> Found:
    weekday = _WEEKDAYS.index(match["name"][:3])
    return _back(today, (today.weekday() - weekday - 1) % 7 + 1), False


def _holiday(match: re.Match[str], today: date) -> Found:
    month, day = _HOLIDAYS[match["name"]]
    if match["word"]:
        return _day(today.year - _YEARS_AGO[match["word"]], month, day), False
    return _latest(month, day, today)[0], False


def _compact(match: re.Match[str], _: date) -> Found:
    return _day(int(match[1]), int(match[2]), int(match[3])), True


_NAME = _MONTH.replace("(", "(?P<name>", 1)
_WAYS: list[tuple[re.Pattern[str], Callable[[re.Match[str], date], Found]]] = [
    (re.compile(r"(?<![0-9])(?P<year>[0-9]{1,9}) ?年[的度]? ?(?P<month>[0-9]{1,2}) ?月 ?(?P<day>[0-9]{1,2})(?![0-9]) ?[日号]?"), _full),
    (re.compile(r"(?<![0-9.])(?P<year>[0-9]{4}) ?[-/.] ?(?P<month>[0-9]{1,2}) ?[-/.] ?(?P<day>[0-9]{1,2})(?![0-9])[日号]?"), _full),
    (re.compile(r"(?<![0-9.])(?P<year>[0-9]{4})[ 、](?P<month>[0-9]{1,2})[ 、](?P<day>[0-9]{1,2})(?![0-9])"), _full),
    (re.compile(r"(?<![0-9])([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4})(?![0-9])"), _american),
    (re.compile(rf"(?<![0-9])(?P<year>[0-9]{{4}}),? {_NAME}\b\.? ?(?P<day>[0-9]{{1,2}})(?![0-9])(?:st|nd|rd|th)?"), _english),
    (re.compile(r"(?<![0-9])((?:19|20)[0-9]{2})(0[1-9]|1[0-2])([0-3][0-9])(?![0-9])"), _compact),
    (re.compile(rf"\b{_NAME}\b\.? ?(?P<day>[0-9]{{1,2}})(?![0-9])(?:st|nd|rd|th)?(?:,? ?(?P<year>[0-9]{{4}})(?![0-9]))?"), _english),
    (re.compile(rf"(?<![0-9])(?P<day>[0-9]{{1,2}})(?:st|nd|rd|th)?(?: of)? ?{_NAME}\b\.?(?:,? ?(?P<year>[0-9]{{4}})(?![0-9]))?"), _english),
    (re.compile(r"(?P<word>[今去上明后]|大?前)年的? ?(?P<month>[0-9]{1,2})月(?P<day>[0-9]{1,2})(?![0-9])[日号]?"), _of_year_word),
    (re.compile(r"(?<![0-9])(?P<month>[0-9]{1,2}) ?月 ?(?P<day>[0-9]{1,2})(?![0-9]) ?(?P<mark>[日号]?)"), _without_year),
    (re.compile(r"(?P<word>上上|[上这本当下])个?月的?(?P<day>[0-9]{1,2})(?![0-9])[日号]?"), _of_month_word),
    (re.compile(r"(?:(?P<word>[今去前])年)?(?P<name>元旦|国庆|五一(?!十)|劳动节|妇女节)节?"), _holiday),
    (
        re.compile(
            r"(?P<count>(?<![0-9])[0-9]{1,6}|\ban?) ?(?P<unit>天|日|周|个?星期|个?礼拜|个月|(?:day|week|month)s?) ?(?:之?以?前|ago)"
        ),
        _ago,
    ),
    (re.compile(r"(?<![0-9月])(?P<day>[0-9]{1,2})[日号]"), _of_some_month),
    (re.compile(r"\bthe (?P<day>[0-9]{1,2})(?:st|nd|rd|th)\b"), _of_some_month),
    (re.compile(r"(?P<word>上上|下下|[上这本下])?(?:个)?(?:周|星期|礼拜)(?P<weekday>[1-7日天])(?![0-9])"), _weekday),
    (re.compile(r"(?P<word>大前|大后|[今昨前明后])(?:天|日|儿个?|晚|早)"), _day_word),
    (re.compile(r"\b(?:the day before yesterday|day before yesterday|today|yesterday|tomorrow)\b"), _english_word),
    (re.compile(rf"\b(?:last |on )?{_WEEKDAY.replace('(', '(?P<name>', 1)}\b"), _english_weekday),
    (re.compile(r"\A([0-9]{1,2})[-/.]([0-9]{1,2})\Z"), _bare_pair),
]
"""Every way to name a day, the fullest first; what one has read the next no longer sees."""
_LATIN = re.compile(r"[a-z]")
_CHINESE_WAYS = [(pattern, day_of) for pattern, day_of in _WAYS if day_of not in {_english, _english_word, _english_weekday}]
"""The same without those that take Latin letters."""
