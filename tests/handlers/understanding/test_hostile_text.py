"""Whatever is typed, no reader raises, and none takes more than its share of time for long texts: nothing grows with their square."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.wording import LOCALES, catalogue
from handlers.understanding.amounts import read_amount
from handlers.understanding.asked import asked
from handlers.understanding.choices import read_choice
from handlers.understanding.counts import read_age, read_count
from handlers.understanding.days import read_day
from handlers.understanding.matching import Matcher, examples_in
from handlers.understanding.sentence import read_sentence
from handlers.understanding.topics import read_topic
from handlers.understanding.yes_no import read_yes_no

TODAY = date(2026, 11, 23)
MATCHER = Matcher.of(*(examples_in(catalogue(locale)) for locale in LOCALES))
READERS: dict[str, Callable[[str], object]] = {
    "amount": read_amount,
    "day": lambda text: read_day(text, TODAY),
    "count": read_count,
    "age": lambda text: read_age(text, TODAY),
    "yes_no": read_yes_no,
    "choice": lambda text: read_choice(text, {"illness": ("生病", "illness"), "injury": ("受伤", "injury")}),
    "topic": read_topic,
    "asked": lambda text: asked(text, MATCHER),
    "sentence": lambda text: read_sentence(text, TODAY),
}
GRAMMAR = (
    "0123456789.,' -/:一二三四五六七八九十百千万亿零两半点元块角毛分整多几wk年月日号天周上去前不没是有对第改¥％½²①﷽\u202e\u200b\ud800，。、"
)
WORDS = [
    "thirty",
    "two",
    "hundred",
    "thousand",
    "and",
    "3万",
    "2千",
    "10月",
    "3号",
    "前",
    "不是",
    "没有",
    "住院",
    "a few ",
    "Oct ",
    "minus ",
    "自己花了",
    "改",
]
TIRING = [
    *GRAMMAR,
    *WORDS,
    "1,",
    "1 ",
    "1, 000",
    "零一",
    "十万",
    "一万",
    "1.",
    "是不",
    "也",
    "还都",
    "我也",
    "3点",
    "大概",
    "没有a",
    "請",
    "ﷺ",
    "e\u0301",
    "1-",
    "a ",
    "上上",
]


@pytest.mark.parametrize("name", READERS)
@settings(deadline=None)
@given(text=st.one_of(st.text(), st.text(alphabet=GRAMMAR), st.lists(st.sampled_from([*GRAMMAR, *WORDS])).map("".join)))
def test_no_text_makes_a_reader_raise(name: str, text: str) -> None:
    READERS[name](text)


@pytest.mark.parametrize("name", READERS)
def test_four_times_as_much_text_takes_a_reader_no_more_than_eight_times_as_long(name: str) -> None:
    """In proportion it would be four times, squared sixteen. 400 characters are the most that are looked at; of 4,000 no more are."""
    READERS[name]("暖身")

    for piece in TIRING:
        short, long, longest = (quickest(READERS[name], (piece * length)[:length]) for length in (100, 400, 4_000))

        assert long <= 8 * (short + EVERY_CALL), (piece, short, long)
        assert longest <= 8 * (long + EVERY_CALL), (piece, long, longest)


def quickest(reader: Callable[[str], object], text: str) -> float:
    """Work done, in seconds of this thread alone: the least of several goes, which nothing else has held up."""
    return min(seconds(reader, text) for _ in range(7))


def seconds(reader: Callable[[str], object], text: str) -> float:
    started = time.thread_time()
    reader(text)
    return time.thread_time() - started


EVERY_CALL = quickest(read_amount, "十二万三千四百五十六")
"""What a short answer takes on this machine: below that, what grows is not the text's part."""
