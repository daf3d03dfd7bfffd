"""What is passed over because its signs are not there, no search would find: by the phrases, and by texts made from each pattern."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from handlers.understanding import asked, cues, days, sentence, stated, sums, topics
from handlers.understanding.plain import plain
from handlers.understanding.signs import signs

TABLES = sorted((Path(__file__).parent / "phrases").glob("*.csv"))
SAID = sorted({plain(row["said"]) for table in TABLES for row in csv.DictReader(table.read_text(encoding="utf-8").splitlines())})


def guarded() -> Iterator[tuple[str, frozenset[str], re.Pattern[str]]]:
    """What is looked for, the signs that must be there, and how it is said."""
    for fact, needed, pattern, _, _ in stated._STATEMENTS:
        yield fact, needed, pattern
    for benefit, (needed, pattern) in topics._BENEFITS.items():
        yield benefit, needed, pattern
    yield "broken", stated._INJURED, stated._BROKEN
    yield "lighter", stated._INJURED, stated._LIGHTER
    yield "asks", stated._MAY_ASK, stated._ASKS
    yield "asks something", asked._MAY_ASK, asked._ASKS
    yield "greets", asked._MAY_GREET, asked._GREETING
    yield "another", sentence._MAY_BE_ANOTHER, sentence._SOMEBODY_ELSE
    yield "supposed", sentence._MAY_SUPPOSE, sentence._SUPPOSED


GUARDED = [pytest.param(needed, pattern, id=f"{name} {at}") for at, (name, needed, pattern) in enumerate(guarded())]
FIRST_SEARCHES = [pytest.param(sums._WHOSE, words, id=fact or "nobody's") for fact, words in sums._SUMS]
FIRST_SEARCHES += [pytest.param(days._CUE, pattern, id=f"day {at}") for at, (pattern, _) in enumerate(days._WAYS)]
FIRST_SEARCHES += [pytest.param(days._CUE, days._LUNAR, id="lunar"), pytest.param(days._CUE, days._INCOMPLETE, id="incomplete")]
FIRST_SEARCHES += [pytest.param(topics._MAY_DENY, topics._NOT, id="denies")]
CUE_WORDS = [(cues.MARK + name, re.compile(words)) for name, chinese, english in cues._CUES for words in (chinese, english)]
CUES = [pytest.param(name, pattern, id=f"{name} {at}") for at, (name, pattern) in enumerate(CUE_WORDS)]


@pytest.mark.parametrize(("needed", "pattern"), GUARDED)
def test_no_phrase_says_a_thing_without_one_of_its_signs(needed: frozenset[str], pattern: re.Pattern[str]) -> None:
    assert [said for said in SAID if pattern.search(said) and needed.isdisjoint(signs(said))] == []


@settings(deadline=None, max_examples=50, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
@given(data=st.data())
@pytest.mark.parametrize(("needed", "pattern"), GUARDED)
def test_no_text_says_a_thing_without_one_of_its_signs(needed: frozenset[str], pattern: re.Pattern[str], data: st.DataObject) -> None:
    said = data.draw(st.from_regex(pattern))

    assert not needed.isdisjoint(signs(said))


@settings(deadline=None, max_examples=50, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
@given(data=st.data())
@pytest.mark.parametrize(("first", "pattern"), FIRST_SEARCHES)
def test_no_text_says_a_thing_that_the_first_search_misses(first: re.Pattern[str], pattern: re.Pattern[str], data: st.DataObject) -> None:
    said = data.draw(st.from_regex(pattern))

    assert first.search(said)


@settings(deadline=None, max_examples=50, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
@given(data=st.data())
@pytest.mark.parametrize(("name", "pattern"), CUES)
def test_no_cue_is_passed_over_where_its_words_are(name: str, pattern: re.Pattern[str], data: st.DataObject) -> None:
    said = data.draw(st.from_regex(pattern))

    assert name in cues.cues(f"{said} a") or not pattern.search(f"{said} a")


@pytest.mark.parametrize("said", SAID)
def test_a_phrase_has_the_cues_whose_words_are_in_it_and_no_others(said: str) -> None:
    one_by_one = {cue for cue in cues.cues(said) if cue.count(cues.MARK) == 1}

    assert one_by_one == {name for name, pattern in CUE_WORDS if pattern.search(said)}
