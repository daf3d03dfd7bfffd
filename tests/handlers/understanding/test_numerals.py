"""Numbers read place by place are what the whole grammar makes of them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from handlers.understanding import numerals
from handlers.understanding.numerals import SIGNS, Number, number
from handlers.understanding.reading import NotReadError

NUMERALS = st.text("一二两三五九十百千万亿零半wk", min_size=1, max_size=9)
LADDERS = st.tuples(
    *[st.sampled_from(["", f"三{unit}", f"两{unit}", unit]) for unit in "千百十万千百十"], st.sampled_from(["", "五", "万"])
).map("".join)


def read_wholly(said: str) -> Number | None:
    try:
        return numerals._sum([SIGNS[sign] for sign in said], short=True)
    except NotReadError:
        return None


@given(said=NUMERALS | LADDERS.filter(bool))
def test_a_number_read_place_by_place_is_sure_and_the_same_as_read_wholly(said: str) -> None:
    value = numerals._place_by_place([SIGNS[sign] for sign in said])

    assert value is None or Number(value) == read_wholly(said)


def test_a_number_that_leaves_no_place_out_is_read_place_by_place() -> None:
    assert numerals._place_by_place([SIGNS[sign] for sign in "十二万三千四百五十六"]) == 123_456
    assert number([SIGNS[sign] for sign in "十二万三千四百五十六"]) == Number(123_456)


def test_a_place_left_out_is_left_to_the_whole_grammar() -> None:
    for said in ("三百十", "三万五", "三百五万", "三千零五", "万二"):
        assert numerals._place_by_place([SIGNS[sign] for sign in said]) is None
