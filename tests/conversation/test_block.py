"""An estimate as a block of lines: right for every kind of award, and in words whatever the step."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import wording
from bot.conversation.block import ROWS, WITHIN, YEAR_CELLS
from bot.conversation.results import result
from bot.conversation.worth_telling import LEFT_OUT
from bot.message import Say
from calculator import Edition, Facts, Fen, load
from calculator.awards.banded import RateOnWhole
from calculator.estimate import estimate
from calculator.facts import UNCLEAR
from calculator.policy import Policies
from handlers.benefit import Estimated
from tests.calculator.steps import steps
from tests.conversation.somewhere import edition_of

LINES = ("block.row", "block.bar")

STAY: Facts = {"age": 45, "in_work": True, "out_of_pocket": 2_800_000, "paid_this_year": 0, "stay_cause": "illness"}

RULES = """asks = ["out_of_pocket"]

[[edition.conditions]]
id = "any"
fact = "out_of_pocket"
from = "0"
clause = {{ zh = "花多少都行", en = "Whatever was paid" }}

[edition.award]
clause = {{ zh = "算法", en = "The sum" }}
{award}
"""

SLICES = """kind = "slices"
base = "out_of_pocket"
bands = [
  { over = "0", to = "10000", rate = "10%" },
  { over = "10000", to = "30000", rate = "20%" },
  { over = "30000", rate = "30%" },
]"""

BOUNDED = """kind = "single_rate"
base = "out_of_pocket"
rate = "1%"
[edition.minimum]
amount = "50"
clause = { zh = "最少50元", en = "At least 50 yuan" }
[edition.caps.per_payment]
amount = "300"
clause = { zh = "一次最多300元", en = "At most 300 yuan at a time" }"""

FIXED = """kind = "fixed"
amount = "800\""""


def said(edition: Edition, facts: Facts, policies: Policies, locale: str = "zh_CN") -> list[str]:
    """The block alone."""
    lines, _ = result(Estimated(edition.benefit, edition, estimate(edition, facts), facts), policies)
    return [wording.say(line, locale) for line in lines if line.key in LINES]


def of_place(place: str, benefit: str, facts: Facts, at: int = -1, locale: str = "zh_CN") -> list[str]:
    policies = load(place)
    return said(policies[benefit].editions[at], facts, policies, locale)


@pytest.mark.parametrize(
    ("place", "benefit", "facts", "lines"),
    [
        (
            "changchun",
            "hospital",
            STAY,
            [
                "金额　28,000 元（自付）",
                "档次　□□■□□□□　20,000 元以上至 30,000 元",
                "比例　3%",
                "全年　■□□□□□□□□□　领了还剩 49,160 元，最多 50,000 元",
            ],
        ),
        (
            "changchun",
            "hospital",
            {**STAY, "out_of_pocket": 34_000_000, "paid_this_year": 4_900_000},
            [
                "金额　340,000 元（自付）",
                "档次　□□□□□□■　200,000 元以上",
                "比例　10%",
                "全年　■■■■■■■■■■　最多 50,000 元，领过 49,000 元，还能领 1,000 元",
            ],
        ),
        ("changchun", "accident", {"work_injury": False, "injury": "ribs"}, ["定额　1,000 元（肋骨骨折）"]),
        (
            "sanming",
            "hospital",
            {"year_self_pay": 2_600_000, "mutual_aid": 100_000, "paid_this_year": 0},
            ["金额　25,000 元（全年目录内自付减去已领的互助金）", "档次　□■□□□□□　20,000 元以上至 30,000 元", "定额　3,000 元"],
        ),
        (
            "tianjin",
            "hospital",
            {"year_out_of_pocket": 10_000_000, "commercial_paid": 0, "unit_paid": 0, "paid_this_year": 1_000_000},
            [
                "金额　100,000 元（全年个人最后负担的钱）",
                "档次　□□□□■　满 100,000 元",
                "定额　50,000 元",
                "扣掉　今年领过的 10,000 元，这次补 40,000 元",
            ],
        ),
        (
            "zhengzhou",
            "fire",
            {"loss": 25_000_000, "children_hurt": 2},
            [
                "金额　250,000 元（财产损失）",
                "比例　10%",
                "上限　这一部分最多 20,000 元",
                "每个　5,000 元 × 2（受伤的孩子），共 10,000 元",
                "合计　30,000 元",
                "还要　两个人看过才发，您不用多交什么（超过 10,000 元的）",
            ],
        ),
    ],
)
def test_the_block_of_a_place_shows_sum_band_rate_and_year(place: str, benefit: str, facts: Facts, lines: list[str]) -> None:
    assert of_place(place, benefit, facts) == lines


@pytest.mark.parametrize(
    ("award", "paid", "lines"),
    [
        (
            SLICES,
            3_500_000,
            [
                "金额　35,000 元（自付）",
                "分段　0 元以上至 10,000 元：10,000 元 × 10%",
                "分段　10,000 元以上至 30,000 元：20,000 元 × 20%",
                "分段　30,000 元以上：5,000 元 × 30%",
            ],
        ),
        (BOUNDED, 100_000, ["金额　1,000 元（自付）", "比例　1%", "最少　不到 50 元的，发 50 元"]),
        (BOUNDED, 10_000_000, ["金额　100,000 元（自付）", "比例　1%", "上限　一次最多 300 元"]),
        (FIXED, 0, ["定额　800 元"]),
    ],
)
def test_the_block_holds_for_kinds_of_award_that_no_place_has_yet(tmp_path: Path, award: str, paid: int, lines: list[str]) -> None:
    edition = edition_of(tmp_path, RULES.format(award=award))

    assert said(edition, {"out_of_pocket": paid}, {}) == lines


@pytest.mark.parametrize("paid", [500_001, 1_000_000, 1_000_001, 5_000_000, 20_000_000, 20_000_001])
def test_the_filled_square_is_the_band_that_pays(paid: int) -> None:
    edition = load("changchun")["hospital"].editions[-1]
    award = edition.award
    assert isinstance(award, RateOnWhole)

    (bar,) = [line.split("　")[1] for line in of_place("changchun", "hospital", {**STAY, "out_of_pocket": paid}) if line.startswith("档次")]

    band = award.bands.rows[bar.index("■")]
    assert (len(bar), bar.count("■")) == (len(award.bands.rows), 1)
    assert band.low <= paid <= (band.high or paid)


@given(paid=st.integers(0, 5_000_000), cost=st.integers(500_001, 60_000_000))
def test_the_year_is_full_only_where_nothing_is_left_and_empty_only_where_nothing_is_taken(paid: int, cost: int) -> None:
    policies = load("changchun")
    edition = policies["hospital"].editions[-1]
    facts: Facts = {**STAY, "out_of_pocket": cost, "paid_this_year": paid}
    left = estimate(edition, facts).cap_left

    (bar,) = [line.split("　")[1] for line in said(edition, facts, policies) if line.startswith("全年")]

    assert len(bar) == YEAR_CELLS
    assert bar.lstrip("■").count("■") == 0
    assert ("□" not in bar) == (left == 0)
    assert "■" in bar


def test_what_a_person_must_see_first_has_its_block_too() -> None:
    assert of_place("changchun", "accident", {"injury": "ribs", "work_injury": UNCLEAR}) == ["定额　1,000 元（肋骨骨折）"]


def test_english_has_the_same_lines() -> None:
    assert of_place("changchun", "hospital", STAY, locale="en") == [
        "Sum: 28,000 yuan (paid by yourself)",
        "Band: □□■□□□□ over 20,000, up to 30,000 yuan",
        "Rate: 3%",
        "This year: ■□□□□□□□□□ 49,160 yuan left after this, of 50,000",
    ]


def test_every_line_has_a_label_and_words_and_every_step_a_line_or_a_sentence() -> None:
    rows = sorted({row for lines in ROWS.values() for row in lines} | {WITHIN})
    without = steps() - LEFT_OUT - ROWS.keys()

    for locale in wording.LOCALES:
        assert [row for row in rows if not (wording.has(f"block.{row}", locale) and wording.has(f"block.label.{row}", locale))] == []
        assert [kind for kind in sorted(without) if not wording.has(f"step.{kind}", locale)] == []


def test_labels_are_two_characters_so_that_what_follows_stands_in_one_column() -> None:
    rows = {row for lines in ROWS.values() for row in lines} | {WITHIN}

    assert {len(wording.text(f"block.label.{row}", "zh_CN")) for row in rows} == {2}


def next_band(place: str, benefit: str, facts: Facts, policies: Policies | None = None) -> list[Say]:
    known = policies or load(place)
    edition = known[benefit].editions[-1]
    lines, _ = result(Estimated(benefit, edition, estimate(edition, facts), facts), known)
    return [line for line in lines if line.key == "hint.next_band"]


def test_where_a_years_receipts_are_added_up_and_little_is_wanting_the_next_band_is_told() -> None:
    facts: Facts = {"year_self_pay": 3_000_000, "mutual_aid": 100_000, "paid_this_year": 0}

    (hint,) = next_band("sanming", "hospital", facts)

    assert hint.figures == {"amount": Fen(600_000)}
    assert "30,000" not in wording.say(hint, "zh_CN"), "no sum to reach is named"


@pytest.mark.parametrize(
    ("place", "facts"),
    [
        ("sanming", {"year_self_pay": 2_600_000, "mutual_aid": 100_000, "paid_this_year": 0}),
        ("sanming", {"year_self_pay": 20_000_000, "mutual_aid": 0, "paid_this_year": 0}),
        ("changchun", {**STAY, "out_of_pocket": 2_999_900}),
    ],
    ids=["far from it", "in the last band", "receipts of one stay"],
)
def test_no_next_band_is_told_where_it_is_far_or_the_rules_count_one_stay(place: str, facts: Facts) -> None:
    assert next_band(place, "hospital", facts) == []
