"""Estimates over columns: the same as case by case, and the same as an oracle written apart."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calculator.amounts import LARGEST, MILLION, Fen, Ppm
from calculator.awards.award import Cap
from calculator.bulk import NO_AMOUNT, Reason, Results, as_column, compute
from calculator.bulk.compute import BLOCK
from calculator.bulk.results import reasons_of
from calculator.deadline import HANDED_IN
from calculator.edition import Edition
from calculator.errors import ColumnError, FactError
from calculator.estimate import estimate
from calculator.facts import FACTS, UNCLEAR, Facts, FactType, Value
from calculator.logic import State
from calculator.policy import POLICIES
from calculator.reading.policy_file import read_policy
from calculator.sums import Base
from calculator.verdict import Outcome, open_amount
from tests.calculator import oracle
from tests.calculator.cases import edition

MADE_UP = Path(__file__).parent / "shapes" / "hospital.toml"
FILES = [*sorted(POLICIES.glob("*/*.toml")), MADE_UP]
EDITIONS = [pair for file in FILES for pair in zip(read_policy(file).editions, oracle.editions(file), strict=True)]
MONEY = frozenset(name for name, fact in FACTS.items() if fact.type is FactType.MONEY)
ROWS = 150
every_edition = pytest.mark.parametrize(("rules", "table"), EDITIONS, ids=[f"{each.id}" for each, _ in EDITIONS])


def several_times(test: Callable[..., None]) -> Callable[..., None]:
    """Draw other cases each time; a seed that fails is shown, and found again."""
    return settings(deadline=None, max_examples=2)(given(seed=st.integers(0, 2**32))(test))


def bounds_in(table: Any) -> set[int]:
    """Every amount that stands in a policy, in fen, and its neighbours."""
    if isinstance(table, dict):
        return set().union(*map(bounds_in, table.values()))
    if isinstance(table, list):
        return set().union(*map(bounds_in, table))
    if isinstance(table, str) and table.replace(".", "").isdigit():
        fen = int(Decimal(table) * 100)
        return {max(fen - 1, 0), fen, fen + 1}
    return set()


class Chance:
    """Draws cases of an edition, telling ones more often than others. Quicker by far than drawing value by value from hypothesis."""

    def __init__(self, rules: Edition, table: oracle.Table, seed: int) -> None:
        self._rules, self._random = rules, Random(seed)  # noqa: S311  # made-up cases
        self._most = self._random.choice((LARGEST, 2**31, 100_000_000))
        """Small amounts are worked out in less room than large ones."""
        self._amounts = sorted(each for each in bounds_in(table) | {0, self._most} if each <= self._most)

    def cases(self, *, lacking: float = 0.0, of: int = ROWS) -> list[Facts]:
        """Cases with all that the verdict and the amount rest on, but for this part, which is missing or unclear."""
        return [self._case(self._random.choice((lacking, lacking / 3, 0))) for _ in range(of)]

    def _case(self, lacking: float) -> Facts:
        kept = [name for name in names_of(self._rules) if name not in self._rules.asks and self._random.random() < 0.5]
        told = [name for name in (*self._rules.asks, *kept) if self._random.random() >= lacking]
        return {name: UNCLEAR if self._random.random() < lacking else self._value(name) for name in told}

    def _value(self, name: str) -> Value:
        fact, random = FACTS[name], self._random
        if fact.type is FactType.MONEY:
            return random.choice((random.choice(self._amounts), random.randint(0, 60_000_000), random.randint(0, self._most)))
        if fact.type is FactType.COUNT:
            return random.choice((random.randint(0, int(fact.high)), 15, 16))  # type: ignore[arg-type]  # a count's own high
        if fact.type is FactType.DAY:
            return date(2022, 11, 1) + timedelta(days=random.randint(0, 500))
        return random.random() < 0.7 if fact.type is FactType.YES_NO else random.choice(self._rules.choices(name)).id


def names_of(rules: Edition) -> list[str]:
    """The facts that stand in columns."""
    later = (*rules.claim_asks, HANDED_IN) if rules.place == "shapes" or rules.deadlines else rules.claim_asks
    return list(dict.fromkeys((*rules.asks, *later)))


def over(rules: Edition, rows: Sequence[Facts]) -> Results:
    """Compute rows through columns."""
    return compute(rules, {name: as_column(rules, name, [row.get(name) for row in rows]) for name in names_of(rules)})


def one_by_one(rules: Edition, facts: Facts) -> tuple[Outcome, int, set[Reason]]:
    """The same of one case, from the estimate of one case."""
    result = estimate(rules, facts)
    said = {Reason(each.state, each.id) for each in result.verdict.conditions if each.state in (State.FAILED, State.REVIEW)}
    known = rules.with_sums(facts)
    unclear = {Reason(State.REVIEW, fact) for fact in open_amount(rules, known) if known.get(fact) is UNCLEAR}
    missing = {Reason(State.UNKNOWN, fact) for fact in result.verdict.missing}
    return result.verdict.outcome, NO_AMOUNT if result.amount is None else result.amount, said | unclear | missing


@every_edition
@several_times
def test_every_row_gets_what_it_would_get_alone(rules: Edition, table: oracle.Table, seed: int) -> None:
    rows = Chance(rules, table, seed).cases(lacking=0.4)

    results = over(rules, rows)

    for row, facts in enumerate(rows):
        assert (results.outcome_of(row), results.amount[row], set(results.reasons_of(row))) == one_by_one(rules, facts)


@every_edition
@several_times
def test_every_row_equals_the_rules_worked_out_apart(rules: Edition, table: oracle.Table, seed: int) -> None:
    rows = [{name: value for name, value in facts.items() if name != HANDED_IN} for facts in Chance(rules, table, seed).cases()]

    results = over(rules, rows)

    for row, facts in enumerate(rows):
        outcome, amount = oracle.told(table, oracle.as_case(facts, MONEY))
        assert (results.outcome_of(row).value, Decimal(int(results.amount[row])) / 100) == (outcome, amount)
        assert estimate(rules, facts).amount == results.amount[row]


@every_edition
@several_times
def test_what_is_missing_never_counts_as_nothing(rules: Edition, table: oracle.Table, seed: int) -> None:
    chance = Chance(rules, table, seed)
    whole, others = chance.cases(), chance.cases(of=10)
    hidden = rules.asks[seed % len(rules.asks)]

    results = over(rules, [{name: value for name, value in facts.items() if name not in (hidden, HANDED_IN)} for facts in whole])

    for row, facts in enumerate(whole):
        if results.outcome_of(row) is not Outcome.UNDETERMINED:
            told = [oracle.told(table, oracle.as_case({**facts, hidden: other[hidden]}, MONEY)) for other in others]
            assert {amount for _, amount in told} == {Decimal(int(results.amount[row])) / 100}, "settled without it"
            assert {outcome == "ineligible" for outcome, _ in told} == {results.outcome_of(row) is Outcome.INELIGIBLE}


@every_edition
@several_times
def test_no_payment_passes_a_cap(rules: Edition, table: oracle.Table, seed: int) -> None:
    rows = Chance(rules, table, seed).cases()

    amount = over(rules, rows).amount

    for cap in filter(None, (rules.award.cap, rules.cap_per_payment, rules.cap_per_year)):
        assert (amount <= max(cap.amount, rules.minimum.amount if rules.minimum else 0)).all()
    if rules.cap_per_year is not None:
        paid = np.array([row["paid_this_year"] for row in rows])
        assert (amount + paid <= np.maximum(rules.cap_per_year.amount, paid)).all()


@every_edition
@several_times
def test_neither_the_order_of_rows_nor_that_of_facts_matters(rules: Edition, table: oracle.Table, seed: int) -> None:
    rows = Chance(rules, table, seed).cases(lacking=0.4)
    order = list(np.random.default_rng(seed).permutation(len(rows)))

    straight = over(rules, rows)
    turned = over(rules, [dict(reversed(list(rows[place].items()))) for place in order])

    for name in ("outcome", "amount", "line", "reasons"):
        assert (getattr(straight, name)[order] == getattr(turned, name)).all()


@pytest.mark.parametrize("kind", [np.int64, np.int32, np.int16, np.int8, np.uint64, np.uint8])
def test_numbers_may_be_of_any_whole_type(kind: type[np.generic]) -> None:
    results = compute(edition("hospital"), {
        "age": np.array([45, 61], kind), "in_work": np.array([True, True]),
        "out_of_pocket": np.array([15_200_000, 15_200_000]), "paid_this_year": np.array([0, 100], kind),
    })  # fmt: skip

    assert results.amount.tolist() == [1_216_000, 0]


@pytest.mark.parametrize("kind", [np.int64, np.uint64, np.int32, np.uint32])
@pytest.mark.parametrize("top", [107_374_172, 2**31 - 1, 2**32 - 1, LARGEST])
@pytest.mark.parametrize("cap", [None, 4_000_000])
def test_amounts_are_exact_about_every_number_that_just_fits_its_room(cap: int | None, top: int, kind: type[np.integer]) -> None:
    """107,374,172 fen, less a few, are the most of which the award of this edition fits four bytes before it is rounded."""
    rules = replace(edition("hospital"), cap_per_year=None)
    most = None if cap is None else Cap(Fen(cap), rules.award.clause)
    rules = replace(rules, award=replace(rules.award, cap=most))  # type: ignore[type-var]  # a rate on the whole
    paid = [fen for fen in (500_001, *range(top - 9, top + 20)) if fen <= min(np.iinfo(kind).max, LARGEST)]
    others = {"age": 45, "in_work": 1, "paid_this_year": 0}

    amounts = [
        int(
            compute(
                rules, {name: np.array([1, value]) for name, value in others.items()} | {"out_of_pocket": np.array([77, fen], kind)}
            ).amount[1]
        )
        for fen in paid
    ]

    assert amounts == [estimate(rules, {**others, "in_work": True, "out_of_pocket": fen}).amount for fen in paid]


def test_a_cap_larger_than_any_small_amount_cuts_none() -> None:
    rules = edition("hospital")
    capped = replace(rules, award=replace(rules.award, cap=Cap(Fen(10**10), rules.award.clause)))  # type: ignore[type-var]  # a rate on the whole
    columns = {"age": np.array([45]), "in_work": np.array([1]), "paid_this_year": np.array([0])}

    assert compute(capped, columns | {"out_of_pocket": np.array([15_200_000])}).amount.tolist() == [1_216_000]


def test_a_cap_larger_than_any_small_amount_cuts_none_where_something_is_unclear() -> None:
    rules = edition("hospital")
    capped = replace(rules, award=replace(rules.award, cap=Cap(Fen(10**10), rules.award.clause)))  # type: ignore[type-var]  # a rate on the whole
    stay: Facts = {"age": 45, "in_work": True, "out_of_pocket": 15_200_000, "paid_this_year": 0, "stay_cause": UNCLEAR}

    results = over(capped, [stay])

    assert (results.outcome_of(0), results.amount.tolist()) == (Outcome.REVIEW, [1_216_000])


def test_slices_that_all_pay_the_whole_pay_every_fen_once() -> None:
    rules = read_policy(MADE_UP).editions[0]
    bands = rules.award.bands  # type: ignore[attr-defined]  # slices
    whole = replace(bands, rows=tuple(replace(band, rate=Ppm(MILLION)) for band in bands.rows))
    award = replace(rules.award, bands=whole)  # type: ignore[type-var]  # slices
    rules = replace(rules, conditions=(), award=award, minimum=None, cap_per_payment=None, cap_per_year=None)
    others: Facts = {"age": 45, "in_work": True, "insurance": "rural", **dict.fromkeys(rules.asks[3:], 0)}
    bills = [0, 1, *(fen + more for fen in (1_000_000, 2_000_050, 5_000_000) for more in (-1, 0, 1, 2))]

    assert over(rules, [{**others, "bill": fen} for fen in bills]).amount.tolist() == bills


@pytest.mark.parametrize(("place", "cost", "fen"), [
    ("tianjin", 5_999_999, 0), ("tianjin", 6_000_000, 1_000_000), ("shapes", 10_000_000, 700_000), ("shapes", 10_000_001, 0),
])  # fmt: skip
def test_outside_its_bands_a_fixed_sum_is_nothing_even_where_no_condition_says_so(place: str, cost: int, fen: int) -> None:
    rules = next(each for each, _ in EDITIONS if each.place == place and each.per == "year")
    stays = replace(rules, conditions=(), per="stay", cap_per_year=None)
    facts: Facts = {**dict.fromkeys(rules.asks, 0), rules.asks[0]: cost}

    assert over(stays, [facts]).amount.tolist() == [fen]


def loss_less_what_was_insured() -> Edition:
    """All of a loss, less what an insurer pays, on no condition."""
    rules = edition("fire")
    base = Base("net_loss", ("loss",), ("insured_total",), title=rules.award.clause, clause=rules.award.clause)
    award = replace(rules.award, base=base, rate=Ppm(MILLION))  # type: ignore[type-var]  # a single rate
    return replace(rules, sums={base.name: base}, award=award, asks=(*rules.asks, "insured_total"), conditions=())


def test_an_insurer_who_pays_more_than_the_loss_takes_nothing_from_anyone() -> None:
    columns = {"fire_report": np.ones(4, np.bool_), "loss": np.full(4, 300), "insured_total": np.array([299, 300, 301, LARGEST])}

    assert compute(loss_less_what_was_insured(), columns).amount.tolist() == [1, 0, 0, 0]


def test_a_loss_of_nothing_is_settled_whatever_an_insurer_pays() -> None:
    results = over(loss_less_what_was_insured(), [{"fire_report": True, "loss": 0}, {"fire_report": True, "loss": 1}])

    assert results.amount.tolist() == [0, NO_AMOUNT]
    assert [results.outcome_of(row) for row in (0, 1)] == [Outcome.ELIGIBLE, Outcome.UNDETERMINED]


def year_in_tianjin(rows: int, **days: Any) -> Results:
    """A year of 70,000 yuan in Tianjin, of which the deadline is 15 January of the next."""
    rules = next(each for each, _ in EDITIONS if each.place == "tianjin")
    money = {"year_out_of_pocket": 7_000_000, "commercial_paid": 0, "unit_paid": 0, "paid_this_year": 0}
    return compute(rules, {name: np.full(rows, fen) for name, fen in money.items()} | days)


def test_days_may_be_dates_of_numpy() -> None:
    days = np.array(["2025-01-15", "2025-01-16", "NaT"], "M8[D]")

    results = year_in_tianjin(3, discharged_on=days - np.timedelta64(30, "D"), handed_in_on=days)

    assert [results.outcome_of(row) for row in range(3)] == [Outcome.ELIGIBLE, Outcome.REVIEW, Outcome.ELIGIBLE]
    assert results.reasons_of(1) == (Reason(State.REVIEW, "in_time"),)


def test_no_deadline_has_passed_while_nothing_is_handed_in() -> None:
    assert year_in_tianjin(1, discharged_on=np.array(["2020-01-01"], "M8[D]")).outcome_of(0) is Outcome.ELIGIBLE


def test_each_row_names_the_line_that_paid_it() -> None:
    stays = over(edition("hospital"), [
        {"age": 45, "in_work": True, "out_of_pocket": paid, "paid_this_year": 0} for paid in (500_001, 15_200_000, 99_900_000, 500_000)
    ])  # fmt: skip
    falls = over(edition("accident"), [{"work_injury": False, "injury": injury} for injury in ("finger_or_toe", "death", None) if injury])

    assert stays.line.tolist() == [1, 6, 7, 0]
    assert falls.line.tolist()[0] == 1
    assert falls.amount.tolist() == [50_000, 2_000_000]


def test_rows_without_an_amount_have_no_line() -> None:
    rules = edition("accident")
    results = over(rules, [{"work_injury": False}, {"work_injury": False, "injury": UNCLEAR}])

    assert results.amount.tolist() == [NO_AMOUNT, NO_AMOUNT]
    assert results.line.tolist() == [0, 0]


def test_a_fact_without_a_column_is_missing_in_every_row() -> None:
    results = compute(edition("hospital"), {"age": np.array([45, 61]), "in_work": np.array([True, True])})

    assert [results.outcome_of(row) for row in (0, 1)] == [Outcome.UNDETERMINED, Outcome.INELIGIBLE]
    assert results.reasons_of(0) == (Reason(State.UNKNOWN, "out_of_pocket"), Reason(State.UNKNOWN, "paid_this_year"))
    assert results.reasons_of(1) == (Reason(State.FAILED, "age"),)


def test_no_rows_give_no_results() -> None:
    assert len(compute(edition("hospital"), {"age": np.zeros(0, np.int8)}).amount) == 0


def test_many_blocks_in_several_threads_equal_few_rows() -> None:
    rows = 2 * BLOCK + 3
    few = np.array([0, 500_001, 15_200_000, np.iinfo(np.int64).min, 34_000_000, np.iinfo(np.int64).min + 1, 77])
    columns = {"age": np.array([45, 61, 30], np.int8), "in_work": np.array([1, 1, 0, -128, 1], np.int8), "out_of_pocket": few}
    columns = {name: np.resize(values, rows) for name, values in columns.items()} | {"paid_this_year": np.zeros(rows, np.int8)}

    many = compute(edition("hospital"), columns)
    again = compute(edition("hospital"), {name: values[: 3 * 5 * 7] for name, values in columns.items()}, threads=1)

    for name in ("outcome", "amount", "line", "reasons"):
        assert (getattr(many, name) == np.resize(getattr(again, name), rows)).all()


@pytest.mark.parametrize(
    ("name", "numbers", "rows"),
    [
        ("out_of_pocket", [0, -1, LARGEST, LARGEST + 1], (1, 3)),
        ("out_of_pocket", [10**18, 5, 5, -(10**18)], (0, 3)),
        ("age", [0, 120, 121, -1], (2, 3)),
        ("in_work", [0, 1, 2, 3, -1], (2, 3, 4)),
        ("stay_cause", [0, 1, 2, 3, -1], (3, 4)),
        ("discharged_on", [0, 19_000, 7_304, 7_305], (0, 2)),
        ("discharged_on", [19_000, 2_568_019, 2_568_020], (2,)),
    ],
)
def test_numbers_that_cannot_be_are_refused_by_row(name: str, numbers: list[int], rows: tuple[int, ...]) -> None:
    with pytest.raises(ColumnError) as refused:
        compute(edition("hospital"), {name: np.array(numbers)})

    assert (refused.value.reason, dict(refused.value.rows)) == ("cannot_be", {name: rows})


def test_a_type_without_negative_numbers_marks_nothing() -> None:
    with pytest.raises(ColumnError) as refused:
        compute(edition("hospital"), {"age": np.array([0, 1, 200], np.uint8)})

    assert dict(refused.value.rows) == {"age": (2,)}


def test_every_column_is_looked_through_before_any_is_refused() -> None:
    with pytest.raises(ColumnError) as refused:
        compute(edition("hospital"), {"age": np.resize([45, 200], BLOCK + 2), "out_of_pocket": np.resize([-5, 0, 0], BLOCK + 2)})

    assert [len(refused.value.rows[name]) for name in ("age", "out_of_pocket")] == [BLOCK // 2 + 1, -(-(BLOCK + 2) // 3)]
    assert refused.value.rows["age"][:2] == (1, 3)


@pytest.mark.parametrize(
    ("name", "numbers", "rows"),
    [
        ("out_of_pocket", np.array([1.0, float("nan"), 2.5, float("inf")]), (1, 2)),
        ("out_of_pocket", np.array([1.0, 2.0]), (0, 1)),
        ("out_of_pocket", np.array(["1", "2"]), (0, 1)),
        ("age", np.array(["2024-01-01"], "M8[D]"), (0,)),
        ("out_of_pocket", np.array([True]), (0,)),
    ],
)
def test_only_whole_numbers_are_taken(name: str, numbers: Any, rows: tuple[int, ...]) -> None:
    with pytest.raises(ColumnError) as refused:
        compute(edition("hospital"), {name: numbers})

    assert (refused.value.reason, dict(refused.value.rows)) == ("not_whole_numbers", {name: rows})


def test_columns_of_several_lengths_are_refused() -> None:
    with pytest.raises(ColumnError) as refused:
        compute(edition("hospital"), {"age": np.zeros(2, np.int8), "in_work": np.zeros(3, np.bool_)})

    assert (refused.value.reason, dict(refused.value.rows)) == ("not_as_long", {"age": (2,), "in_work": (3,)})


def test_a_column_of_an_unknown_fact_is_refused() -> None:
    with pytest.raises(FactError):
        compute(edition("hospital"), {"height": np.zeros(2, np.int8)})


def test_a_column_that_the_edition_does_not_read_is_left_alone() -> None:
    results = compute(edition("hospital"), {"loss": np.array([-1]), "age": np.array([61])})

    assert results.outcome_of(0) is Outcome.INELIGIBLE


def test_a_value_that_a_fact_cannot_have_makes_no_column() -> None:
    with pytest.raises(FactError):
        as_column(edition("hospital"), "age", [45, 121])


def test_a_policy_too_large_for_64_bits_is_refused_and_never_wrong() -> None:
    rules = edition("fire")
    huge = replace(rules, award=replace(rules.award, rate=Ppm(10_000_000)))  # type: ignore[type-var]  # a single rate

    with pytest.raises(ColumnError, match="too_large"):
        compute(huge, {"loss": np.array([1])})


def test_a_policy_with_too_many_conditions_for_a_mask_is_refused() -> None:
    rules = edition("hospital")
    many = tuple(replace(rules.conditions[0], id=f"age_{number}") for number in range(40))

    with pytest.raises(ColumnError, match="too_many_reasons"):
        compute(replace(rules, conditions=many), {"age": np.array([1])})


def test_64_reasons_fit_a_mask_and_65_do_not() -> None:
    rules = edition("hospital")
    more = 64 - len(reasons_of(rules))
    extra = tuple(replace(rules.reviews[0], id=f"look_{number}") for number in range(more + 1))
    full, too_full = (replace(rules, reviews=(*rules.reviews, *extra[:count])) for count in (more, more + 1))

    results = compute(full, {"age": np.array([45, 61]), "in_work": np.array([1, 1]), "stay_cause": np.array([1, 1])})

    assert Reason(State.REVIEW, f"look_{more - 1}") in results.reasons_of(1)
    assert results.reasons_of(0)[-1] == Reason(State.UNKNOWN, "paid_this_year") == results.legend[63]
    with pytest.raises(ColumnError, match="too_many_reasons"):
        compute(too_full, {"age": np.array([1])})


@pytest.mark.parametrize("lacks", [False, True])
def test_results_are_of_the_small_types_they_promise(lacks: bool) -> None:
    loss = np.array([5_000_000, np.iinfo(np.int64).min if lacks else 0])

    results = compute(edition("fire"), {"fire_report": np.array([True, True]), "loss": loss})

    assert [each.dtype for each in (results.outcome, results.amount, results.line)] == [np.uint8, np.int64, np.uint16]
    assert results.reasons.dtype == np.min_scalar_type((1 << len(results.legend)) - 1)
    assert results.line.tolist() == [0, 0]
    assert results.amount[0] == 500_000


def test_a_sum_above_the_last_band_is_settled_whatever_is_missing_of_it() -> None:
    """A year of 100,000 yuan or more gets the highest sum in Tianjin, so a further bill cannot change it; of one fen less it can."""
    rules = next(each for each, _ in EDITIONS if each.place == "tianjin")
    base = replace(rules.sums["net_year_cost"], plus=("year_out_of_pocket", "bill"))
    award = replace(rules.award, base=base)  # type: ignore[type-var]  # a fixed sum
    rules = replace(rules, sums={base.name: base}, award=award, asks=(*rules.asks, "bill"))
    others = dict.fromkeys(("commercial_paid", "unit_paid", "paid_this_year"), 0)

    results = over(rules, [{**others, "year_out_of_pocket": fen} for fen in (10_000_000, 9_999_999)])

    assert results.amount.tolist() == [5_000_000, NO_AMOUNT]
    assert [results.outcome_of(row) for row in (0, 1)] == [Outcome.ELIGIBLE, Outcome.UNDETERMINED]
