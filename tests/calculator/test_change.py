"""What if: the nearest change that pays more, and what several benefits pay together."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calculator.amounts import Fen
from calculator.change import Change, changes
from calculator.combination import combined
from calculator.edition import Edition
from calculator.errors import NotTogetherError
from calculator.estimate import estimate
from calculator.policy import policy_named
from tests.calculator.awards.test_working import TOGETHER, made
from tests.calculator.cases import EDITIONS, edition, facts, hospital, samples
from tests.calculator.test_results import RULES

TWO_TABLES = """
per = "event"
asks = ["bill", "own_pay", "loss"]
award = { kind = "sum", @sum, parts = [
  { kind = "fixed_sum", sum = "net", @net, bands = [ { over = "10", to = "20", amount = "3" }, { over = "20", amount = "4" } ] },
  { kind = "fixed_sum", base = "loss", @loss, bands = [ { over = "10", to = "20", amount = "3" }, { over = "20", amount = "4" } ] },
] }
[[edition.sums]]
name = "net"
title = { zh = "净额", en = "net" }
plus = ["bill"]
minus = ["own_pay"]
@net
"""
FALLING = """
per = "event"
asks = ["bill"]
award = { kind = "fixed_sum", base = "bill", @sum, bands = [ { from = "0", to = "20", amount = "5" }, { over = "20", amount = "3" } ] }
"""


def test_a_second_receipt_of_two_hundred_yuan_would_lift_the_band() -> None:
    (change,) = changes(edition("hospital"), hospital("9800.01"))

    assert change == Change("out_of_pocket", 1_000_001, 20_000, Fen(20_000), Fen(20_000 - 14_700))


def test_a_fen_below_the_threshold_a_fen_more_would_pay() -> None:
    assert changes(edition("hospital"), hospital("5000")) == (Change("out_of_pocket", 500_001, 1, Fen(7500), Fen(7500)),)


def test_a_year_too_old_the_age_is_what_stands_against_it() -> None:
    ways = changes(edition("hospital"), hospital(age="61"))

    assert [(way.fact, way.to, way.by, way.more) for way in ways] == [("age", 60, -1, 1_216_000)]


def test_in_the_last_band_no_receipt_lifts_it() -> None:
    assert changes(edition("hospital"), hospital("250000")) == ()


def test_two_failed_conditions_are_met_by_no_single_change() -> None:
    assert changes(edition("hospital"), hospital("4000", age="61")) == ()


def test_out_of_a_list_no_change_is_the_nearest() -> None:
    assert changes(edition("accident"), facts(work_injury="no", injury="lighter")) == ()


def test_a_sum_that_cannot_reach_is_lifted_by_nothing_we_know_to_pay() -> None:
    sanming = policy_named("sanming/hospital").edition_on(date(2022, 5, 1))

    assert changes(sanming, facts(year_self_pay="5000")) == ()


def test_while_the_amount_is_open_nothing_is_compared() -> None:
    assert changes(edition("hospital"), facts(age="45")) == ()


def test_less_taken_off_lifts_a_band_as_well_as_more_added() -> None:
    sanming = policy_named("sanming/hospital").edition_on(date(2022, 5, 1))

    ways = changes(sanming, facts(year_self_pay="21000", mutual_aid="1000", paid_this_year="0"))

    assert {(way.fact, way.by, way.more) for way in ways} == {("year_self_pay", 1, 150_000), ("mutual_aid", -1, 150_000)}


def test_a_sum_that_must_be_over_a_bound_is_lifted_by_either_of_its_facts(tmp_path: Path) -> None:
    rules = made(tmp_path, RULES, claim_asks=("stay_cause", "own_home"))

    ways = changes(rules, facts(age="45", in_work="yes", bill="1000.01", own_pay="0.01"))

    assert {(way.fact, way.to, way.by) for way in ways} == {("bill", 100_002, 1), ("own_pay", 0, -1)}
    assert [way.fact for way in changes(rules, facts(age="45", in_work="yes", bill="1000", own_pay="0"))] == ["bill"]


def test_bands_inside_other_awards_are_lifted_too(tmp_path: Path) -> None:
    case = facts(insurance="employee", bill="19.95", loss="0", children_hurt="0", loss_cause="fire")

    assert [(way.fact, way.by, way.more) for way in changes(made(tmp_path, TOGETHER), case)] == [("bill", 6, 2_700)]


def test_of_several_facts_the_nearest_change_comes_first_be_it_up_or_down(tmp_path: Path) -> None:
    ways = changes(made(tmp_path, TWO_TABLES), facts(bill="25", own_pay="10", loss="19"))

    assert [(way.fact, way.by) for way in ways] == [("loss", 101), ("bill", 501), ("own_pay", -501)]


def test_nobody_is_told_to_come_down_to_a_band_that_pays_more(tmp_path: Path) -> None:
    falling = made(tmp_path, FALLING)

    assert (estimate(falling, facts(bill="20")).amount, estimate(falling, facts(bill="25")).amount) == (500, 300)
    assert changes(falling, facts(bill="25")) == ()


@given(st.sampled_from(EDITIONS), st.data())
def test_every_change_does_pay_what_it_says(of: Edition, data: st.DataObject) -> None:
    case = {fact: data.draw(st.sampled_from(samples(of, fact)), label=fact) for fact in of.asks}
    now = estimate(of, case)

    for way in changes(of, case):
        then = estimate(of, case | {way.fact: way.to})
        assert now.amount is not None
        assert then.amount == way.amount == now.amount + way.more
        assert way.more > 0


def test_an_accident_and_a_stay_are_paid_together() -> None:
    accident = estimate(edition("accident"), facts(work_injury="no", injury="spine"))
    stay = estimate(edition("hospital"), hospital())

    both = combined([accident, stay])

    assert both.amount == 300_000 + 1_216_000
    assert both.open_benefits == ()


def test_it_is_enough_that_one_of_two_benefits_names_the_other() -> None:
    accident = estimate(edition("accident"), facts(work_injury="no", injury="spine"))
    before = edition("hospital", date(2022, 12, 31))
    stay = estimate(before, facts(insurance="rural", bill="40000", paid_this_year="0"))

    assert before.combines == ()
    assert combined([accident, stay]).amount == combined([stay, accident]).amount == 300_000 + 90_000


def test_what_is_open_is_left_out_of_the_sum_and_named() -> None:
    accident = estimate(edition("accident"), facts(work_injury="no"))
    stay = estimate(edition("hospital"), hospital())

    assert combined([accident, stay]).amount == 1_216_000
    assert combined([accident, stay]).open_benefits == ("accident",)


def test_what_the_rules_do_not_put_together_is_refused() -> None:
    with pytest.raises(NotTogetherError) as refused:
        combined([estimate(edition("fire"), facts(fire_report="no")), estimate(edition("hospital"), hospital())])

    assert (refused.value.one, refused.value.other) == ("fire", "hospital")
