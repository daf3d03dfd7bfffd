"""What a result says: every rule of every city in words, whatever the answers; several changes as one sentence; what else may be paid."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot import wording
from bot.console.worded import fact_lines, working_lines
from bot.conversation.failures import failure
from bot.conversation.results import result, why
from calculator import Facts, load
from calculator.estimate import estimate
from calculator.facts import to_json
from handlers.benefit import Estimated
from handlers.claim import Applied
from handlers.dialogue import replay
from tests.conversation.somewhere import edition_of
from tests.handlers.walking import Way, walked, ways

LONGEST = {"zh_CN": 120, "en": 200}

RULES = """asks = ["age", "out_of_pocket", "bill"]

[[edition.sums]]
name = "rest"
title = {{ zh = "余下的", en = "the rest" }}
plus = ["bill"]
minus = ["out_of_pocket"]
clause = {{ zh = "相减", en = "Subtracted" }}

[[edition.conditions]]
id = "both"
{test}
clause = {{ zh = "两样都要", en = "Both are needed" }}

[[edition.conditions]]
id = "any_age"
fact = "age"
from = 0
clause = {{ zh = "多大都行", en = "At any age" }}

[edition.award]
kind = "single_rate"
sum = "rest"
rate = "1%"
clause = {{ zh = "一笔", en = "A sum" }}
"""


@pytest.mark.parametrize(
    ("test", "facts", "said"),
    [
        (
            'all = [{ fact = "age", from = 16 }, { fact = "out_of_pocket", over = "5000" }]',
            {"age": 14, "out_of_pocket": 480_000, "bill": 0},
            "两样都要。年龄是 16 岁，同时自付再多 200.01 元，就可以了。",
        ),
        (
            'all = [{ sum = "rest", from = "100" }, { fact = "out_of_pocket", to = "5000" }, { fact = "age", to = 60 }]',
            {"age": 61, "out_of_pocket": 600_000, "bill": 600_000},
            "两样都要。余下的再多 100.00 元，同时自付再少 1,000.00 元，同时年龄是 60 岁，就可以了。",
        ),
        ('fact = "age"\nfrom = 16', {"age": 14, "out_of_pocket": 0, "bill": 0}, "两样都要，您是 14 岁，还差 2 岁。"),
        ('fact = "age"\nto = 60', {"age": 61, "out_of_pocket": 0, "bill": 0}, "两样都要，您是 61 岁。"),
        (
            'fact = "out_of_pocket"\nto = "5000"',
            {"age": 45, "out_of_pocket": 600_000, "bill": 0},
            "两样都要。您是 6,000 元，多了 1,000.00 元。",
        ),
        (
            'sum = "rest"\nfrom = "100"',
            {"age": 45, "out_of_pocket": 600_000, "bill": 609_999},
            "两样都要。您这里是 99.99 元，还差 0.01 元。",
        ),
        ('sum = "rest"\nover = "0"', {"age": 45, "out_of_pocket": 600_000, "bill": 0}, "两样都要，您这里是：0 元。"),
    ],
)
def test_a_failed_condition_is_told_with_the_nearest_change(tmp_path: Path, test: str, facts: Facts, said: str) -> None:
    rules = edition_of(tmp_path, RULES.format(test=test))

    failed = estimate(rules, facts).verdict.failed()

    assert [wording.say(failure(rules, condition), "zh_CN") for condition in failed] == [said]


def told(name: str, facts: Facts, place: str = "changchun", benefits: frozenset[str] | None = None) -> tuple[list[str], list[str]]:
    """The lines and the actions of the buttons of a result."""
    policies = {key: policy for key, policy in load(place).items() if benefits is None or key in benefits}
    rules = policies[name].editions[-1]
    lines, rows = result(Estimated(name, rules, estimate(rules, facts), facts), policies)
    return [wording.say(line, "zh_CN") for line in lines], [button.action for row in rows for button in row]


def test_after_an_accident_the_hospital_subsidy_is_offered_too() -> None:
    lines, actions = told("accident", {"work_injury": False, "injury": "ribs"})

    assert "意外受伤又住了院的，住院补贴可以另外领。" in lines
    assert "benefit:hospital" in actions


@pytest.mark.parametrize(
    ("name", "facts", "benefits"),
    [
        ("accident", {"work_injury": False, "injury": "ribs"}, frozenset({"accident"})),
        ("hospital", {"age": 45, "in_work": True, "out_of_pocket": 600_000, "paid_this_year": 0, "stay_cause": "illness"}, None),
        ("fire", {"fire_report": True, "loss": 100_000}, None),
    ],
)
def test_nothing_else_is_offered_where_nothing_else_is_paid(name: str, facts: Facts, benefits: frozenset[str] | None) -> None:
    _, actions = told(name, facts, benefits=benefits)

    assert [action for action in actions if action.startswith("benefit:")] == []


def test_after_a_stay_that_an_injury_led_to_the_accident_subsidy_is_offered_too() -> None:
    facts: Facts = {"age": 45, "in_work": True, "out_of_pocket": 600_000, "paid_this_year": 0, "stay_cause": "injury"}

    assert "benefit:accident" in told("hospital", facts)[1]


@pytest.mark.parametrize(
    ("place", "name", "facts", "offered"),
    [
        ("changchun", "accident", {"work_injury": False, "injury": "lighter"}, ["accident", "hospital", "fire"]),
        ("changchun", "fire", {"fire_report": False, "loss": 100_000}, ["fire", "hospital", "accident"]),
        ("sanming", "hospital", {"year_self_pay": 0, "mutual_aid": 0, "paid_this_year": 0}, ["hospital"]),
    ],
)
def test_a_refused_member_can_go_on_with_another_time_and_the_other_benefits_of_the_place(
    place: str, name: str, facts: Facts, offered: list[str]
) -> None:
    _, actions = told(name, facts, place)

    begun = [action.removeprefix("benefit:") for action in actions if action.startswith("benefit:")]
    assert begun[0] == offered[0]
    assert sorted(begun) == sorted(offered)


@pytest.mark.parametrize(
    ("facts", "steps"),
    [
        ({"loss": 5_000_000, "children_hurt": 0}, ["金额　50,000 元（财产损失）", "比例　10%"]),
        ({"loss": 0, "children_hurt": 2}, ["每个　5,000 元 × 2（受伤的孩子），共 10,000 元"]),
        (
            {"loss": 2_000_000, "children_hurt": 1},
            [
                "金额　20,000 元（财产损失）",
                "比例　10%",
                "小计　2,000 元",
                "每个　5,000 元 × 1（受伤的孩子），共 5,000 元",
                "合计　7,000 元",
            ],
        ),
    ],
)
def test_a_part_that_pays_nothing_is_not_spoken_of(facts: Facts, steps: list[str]) -> None:
    lines, _ = told("fire", facts, "zhengzhou")

    assert lines[1:-1] == steps


@pytest.mark.parametrize("way", [way for way in ways() if way.flow != "mend"], ids=str)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_whatever_the_answers_result_and_reasons_are_in_words(way: Way, data: st.DataObject) -> None:
    outcome = replay(way.start, walked(data.draw, way)).outcome
    if not isinstance(outcome, Estimated | Applied):
        return
    estimated = Estimated(outcome.benefit, outcome.edition, outcome.estimate, outcome.facts)

    lines = [*result(estimated, load(way.place))[0], *why(estimated)]
    facts = {name: to_json(value) for name, value in outcome.facts.items()}

    for locale in wording.LOCALES:
        said = [wording.say(line, locale) for line in lines]
        assert [line for line in said if not line.strip() or len(line) > LONGEST[locale]] == []
        assert all(wording.say(line.value, locale) for line in fact_lines(facts, outcome.edition) if line.title is None)
        assert all(wording.say(line.step, locale) for line in working_lines(outcome.estimate.to_json()))
