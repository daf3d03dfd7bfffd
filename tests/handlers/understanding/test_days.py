"""Days as people type them: a table of phrases, seen from Monday, 23 November 2026, and every day in every way of writing it."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.understanding.days import read_day
from handlers.understanding.reading import Read, Unread

TABLE = Path(__file__).parent / "phrases" / "days.csv"
PHRASES = list(csv.DictReader(TABLE.read_text(encoding="utf-8").splitlines()))
TODAY = date(2026, 11, 23)
PAST_DAYS = st.dates(date(1990, 1, 1), TODAY)


@pytest.mark.parametrize("phrase", PHRASES, ids=lambda phrase: phrase["said"] or "nothing")
def test_a_day_is_read_as_the_table_of_phrases_says(phrase: dict[str, str]) -> None:
    expected: object = Unread(phrase["means"][1:])  # type: ignore[arg-type]  # the table's reasons are the closed set
    if not phrase["means"].startswith("!"):
        expected = Read(date.fromisoformat(phrase["means"]), sure=phrase["sure"] == "yes")

    assert read_day(phrase["said"], TODAY) == expected


@settings(deadline=None)
@given(
    PAST_DAYS,
    st.sampled_from(["{0}-{1:02}-{2:02}", "{0}/{1}/{2}", "{0}.{1}.{2}", "{0}年{1}月{2}日", "{0} 年 {1} 月 {2} 号", "{0}{1:02}{2:02}"]),
)
def test_a_full_day_reads_back_exactly_and_is_sure(day: date, said: str) -> None:
    assert read_day(said.format(day.year, day.month, day.day), TODAY) == Read(day)


@settings(deadline=None)
@given(st.dates(TODAY + timedelta(days=1), date(2099, 12, 31)))
def test_a_day_after_today_is_never_taken(day: date) -> None:
    assert read_day(f"{day.year}年{day.month}月{day.day}日", TODAY) == Unread("future")


@settings(deadline=None)
@given(PAST_DAYS, st.integers(0, 400))
def test_days_ago_count_back_from_today(today: date, days: int) -> None:
    assert read_day(f"{days}天前", today) == Read(today - timedelta(days=days))


@settings(deadline=None)
@given(st.dates(date(2000, 3, 1), TODAY), st.integers(1, 12), st.integers(1, 31))
def test_a_day_without_its_year_is_never_in_the_future(today: date, month: int, day: int) -> None:
    read = read_day(f"{month}月{day}日", today)

    if isinstance(read, Read):
        assert read.value <= today
        assert (read.value.month, read.value.day) == (month, day)
        assert read.sure == (read.value.year == today.year)
    else:
        assert read == Unread("no_such_day")


def test_what_is_recent_depends_on_the_day_given() -> None:
    assert read_day("昨天", date(2024, 3, 1)) == Read(date(2024, 2, 29))
    assert read_day("上周五", date(2024, 1, 1)) == Read(date(2023, 12, 29))
    assert read_day("上个月31号", date(2024, 3, 5)) == Unread("no_such_day")
