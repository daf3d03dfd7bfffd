"""The cap of a year over columns: each payment after those before it, as if they had been estimated one after another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from itertools import permutations
from random import Random

import numpy as np
import pytest

from calculator.amounts import Fen
from calculator.awards.award import Cap
from calculator.bulk import NO_AMOUNT, as_column, compute, in_the_year
from calculator.bulk.order import BLOCK
from calculator.edition import Edition
from calculator.errors import ColumnError
from calculator.estimate import estimate
from calculator.facts import Facts
from calculator.verdict import Outcome
from tests.calculator import oracle
from tests.calculator.cases import edition
from tests.calculator.test_bulk import EDITIONS, Chance, names_of, several_times

YEARLY = [(rules, table) for rules, table in EDITIONS if "paid_this_year" in rules.asks]
every_yearly_edition = pytest.mark.parametrize(("rules", "table"), YEARLY, ids=[each.id for each, _ in YEARLY])
HOSPITAL = edition("hospital")


def over(rules: Edition, rows: Sequence[Facts], members: Sequence[int]) -> list[int]:
    columns = {name: as_column(rules, name, [row.get(name) for row in rows]) for name in names_of(rules)}
    amounts: list[int] = in_the_year(rules, columns, np.array(members)).amount.tolist()
    return amounts


def one_after_another(rules: Edition, rows: Sequence[Facts], members: Sequence[int]) -> list[int]:
    """Estimate case by case in order of date; what each is paid counts for the next of the member's year.

    What is open by itself stays open, even where the year would leave nothing for it.
    """
    paid: dict[tuple[int, int], int] = {}
    amounts = [NO_AMOUNT] * len(rows)
    days = [row[rules.edition_by] for row in rows]
    for row in sorted(range(len(rows)), key=lambda row: (days[row], row)):
        year = (members[row], days[row].year)  # type: ignore[union-attr]  # a day
        before = paid.setdefault(year, rows[row].get("paid_this_year", 0))  # type: ignore[arg-type]  # money
        amount = estimate(rules, {**rows[row], "paid_this_year": before}).amount
        if amount is not None and estimate(rules, rows[row]).amount is not None:
            amounts[row] = amount
            paid[year] += amount
    return amounts


def stays(*paid_on: tuple[str, str], before: int = 0) -> list[Facts]:
    """Hospital stays that pay so many fen at 10 %, by date of discharge."""
    return [
        {"age": 45, "in_work": True, "out_of_pocket": int(fen) * 10, "paid_this_year": before, "discharged_on": date.fromisoformat(day)}
        for day, fen in paid_on
    ]


@every_yearly_edition
@several_times
def test_payments_in_order_of_date_equal_estimates_one_after_another(rules: Edition, table: oracle.Table, seed: int) -> None:
    random = Random(seed)  # noqa: S311  # made-up cases
    cases = Chance(rules, table, seed).cases(lacking=random.choice((0, 0.1)))
    members = [random.randint(0, 9) for _ in cases]
    before = {(member, year): random.choice((0, 0, 100_000, 10_000_000)) for member in range(10) for year in (2022, 2023, 2024)}
    days = [date(2022 + random.randint(0, 2), random.choice((1, 6, 12)), random.choice((1, 31 - 1))) for _ in cases]
    rows = [
        {**case, "paid_this_year": before[member, day.year], rules.edition_by: day}
        for case, member, day in zip(cases, members, days, strict=True)
    ]

    assert over(rules, rows, members) == one_after_another(rules, rows, members)


def test_the_year_holds_what_the_payments_before_have_left() -> None:
    rows = stays(("2023-05-01", "3000000"), ("2023-04-01", "2500000"), ("2023-06-01", "2100000"), ("2024-01-01", "2100000"))

    assert over(HOSPITAL, rows, [7, 7, 7, 7]) == [2_500_000, 2_500_000, 0, 2_100_000]
    assert over(HOSPITAL, rows, [7, 8, 9, 7]) == [3_000_000, 2_500_000, 2_100_000, 2_100_000]


def test_a_payment_alone_in_its_year_keeps_to_the_least_of_its_caps() -> None:
    rows = stays(("2023-05-01", "6000000"), ("2024-05-01", "6000000"), ("2023-05-01", "4000000"))
    lower = replace(HOSPITAL, cap_per_payment=Cap(Fen(4_500_000), HOSPITAL.award.clause))
    higher = replace(HOSPITAL, cap_per_payment=Cap(Fen(5_500_000), HOSPITAL.award.clause))

    assert over(lower, rows, [1, 1, 2]) == [4_500_000, 4_500_000, 4_000_000]
    assert over(higher, rows, [1, 1, 2]) == over(HOSPITAL, rows, [1, 1, 2]) == [5_000_000, 5_000_000, 4_000_000]
    columns = {name: as_column(lower, name, [row[name] for row in rows]) for name in rows[0] if name != "paid_this_year"}
    assert in_the_year(lower, columns, np.array([1, 1, 2])).amount.tolist() == [4_500_000, 4_500_000, 4_000_000]
    assert in_the_year(higher, columns, np.array([1, 1, 2])).amount.tolist() == [5_000_000, 5_000_000, 4_000_000]


def test_payments_of_one_day_are_taken_in_the_order_of_rows() -> None:
    rows = stays(("2023-05-01", "2100000"), ("2023-05-01", "3000000"))

    assert over(HOSPITAL, rows, [1, 1]) == [2_100_000, 2_900_000]


def test_what_was_paid_before_counts_from_the_start() -> None:
    rows = stays(("2023-05-01", "2100000"), ("2023-05-02", "2100000"), before=1_000_000)

    assert over(HOSPITAL, rows, [1, 1]) == [2_100_000, 1_900_000]
    assert over(HOSPITAL, stays(("2023-05-01", "2100000"), before=6_000_000), [1]) == [0]


def test_a_year_s_last_fen_is_paid_once() -> None:
    rows = stays(("2023-05-01", "2100000"), ("2023-05-02", "2100000"), before=4_999_999)

    assert over(HOSPITAL, rows, [1, 1]) == [1, 0]


@pytest.mark.parametrize("block", [1, 2, 3])
@pytest.mark.parametrize("costs", [*permutations((6_000_000, 7_000_000, 8_000_000))])
def test_a_year_comes_to_its_largest_sum_wherever_blocks_end(costs: tuple[int, ...], block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    rules = next(each for each, _ in YEARLY if each.place == "tianjin")
    others: Facts = {"commercial_paid": 0, "unit_paid": 0, "paid_this_year": 0, rules.edition_by: date(2023, 5, 1)}
    rows: list[Facts] = [{**others, "year_out_of_pocket": fen} for fen in (*costs, 8_000_000)]
    monkeypatch.setattr("calculator.bulk.year.BLOCK", block)

    assert sum(over(rules, rows, [1] * len(rows))) == 3_000_000


@every_yearly_edition
@several_times
def test_without_a_column_nothing_was_paid_before(rules: Edition, table: oracle.Table, seed: int) -> None:
    days = [date(2023, 1 + place % 12, 1) for place in range(150)]
    rows = [
        {**case, "paid_this_year": 0, rules.edition_by: day} for case, day in zip(Chance(rules, table, seed).cases(), days, strict=True)
    ]
    columns = {name: as_column(rules, name, [row.get(name) for row in rows]) for name in names_of(rules)}
    members = np.arange(len(rows)) % 7

    told = in_the_year(rules, columns, members)
    untold = in_the_year(rules, {name: column for name, column in columns.items() if name != "paid_this_year"}, members)

    assert (told.amount == untold.amount).all()
    assert (told.outcome == untold.outcome).all()


def test_a_row_without_an_amount_takes_nothing_of_the_year() -> None:
    first, second, third = stays(("2023-05-01", "3000000"), ("2023-05-02", "3000000"), ("2023-05-03", "3000000"))
    rows = [{**first, "age": 61}, {name: value for name, value in second.items() if name != "in_work"}, third]

    assert over(HOSPITAL, rows, [1, 1, 1]) == [0, NO_AMOUNT, 3_000_000]


def test_a_row_under_review_holds_its_place() -> None:
    first, second = stays(("2023-05-01", "3000000"), ("2023-05-02", "3000000"))
    rows = [{**first, "stay_cause": "injury"}, second]
    columns = {name: as_column(HOSPITAL, name, [row.get(name) for row in rows]) for name in names_of(HOSPITAL)}

    results = in_the_year(HOSPITAL, columns, np.array([1, 1]))

    assert results.amount.tolist() == [3_000_000, 2_000_000]
    assert results.outcome_of(0) is Outcome.REVIEW


def test_a_year_s_payments_go_on_from_block_to_block() -> None:
    rows = BLOCK * 2 + 10
    columns = {
        "age": np.full(rows, 45, np.int8), "in_work": np.ones(rows, np.bool_), "out_of_pocket": np.full(rows, 500_100),
        "discharged_on": np.datetime64("2023-01-01") + np.arange(rows) // 1000,
    }  # fmt: skip
    members = np.arange(rows) % 3 == 0

    amount = in_the_year(HOSPITAL, columns, members.view(np.int8)).amount

    days = columns["discharged_on"].astype("M8[Y]").astype(int)
    years = len(np.unique(days))
    assert amount.sum() == 2 * years * 5_000_000
    first = np.flatnonzero(members & (days == 53))
    assert amount[first].tolist() == [7_502] * 666 + [5_000_000 - 666 * 7_502] + [0] * (len(first) - 667)


@every_yearly_edition
def test_one_group_over_many_blocks_equals_one_after_another(rules: Edition, table: oracle.Table, monkeypatch: pytest.MonkeyPatch) -> None:
    cases = [{**case, rules.edition_by: date(2023, 3, 1), "paid_this_year": 0} for case in Chance(rules, table, 5).cases()]
    monkeypatch.setattr("calculator.bulk.year.BLOCK", 7)
    monkeypatch.setattr("calculator.bulk.order.BLOCK", 5)

    assert over(rules, cases, [1] * len(cases)) == one_after_another(rules, cases, [1] * len(cases))


@pytest.mark.parametrize("numbers", [[-5, 10**18, -(10**18), -5], [2**63 - 1, -(2**63), 0, 2**63 - 1]])
def test_any_whole_numbers_name_members(numbers: list[int]) -> None:
    rows = stays(("2023-05-01", "4000000"), ("2023-05-02", "4000000"), ("2023-05-02", "4000000"), ("2023-05-03", "4000000"))

    assert over(HOSPITAL, rows, numbers) == [4_000_000, 4_000_000, 4_000_000, 1_000_000]


def test_without_a_cap_of_the_year_it_is_what_each_row_gets() -> None:
    columns = {"fire_report": np.array([True, True]), "loss": np.array([5_000_000, 5_000_000])}

    assert in_the_year(edition("fire"), columns, np.array([1, 1])).amount.tolist() == [500_000, 500_000]


def test_a_payment_without_a_day_is_refused_by_row() -> None:
    rows = stays(("2023-05-01", "4000000"), ("2023-05-02", "4000000"), ("2023-05-02", "4000000"))
    columns = {name: as_column(HOSPITAL, name, [row[name] for row in rows]) for name in rows[0]}
    columns["discharged_on"][1] = np.iinfo(np.int64).min

    with pytest.raises(ColumnError) as refused:
        in_the_year(HOSPITAL, columns, np.array([1, 2, 3]))

    assert (refused.value.reason, dict(refused.value.rows)) == ("no_day", {"discharged_on": (1,)})
    with pytest.raises(ColumnError, match="no_day"):
        in_the_year(HOSPITAL, {name: column for name, column in columns.items() if name != "discharged_on"}, np.array([1, 2, 3]))


def test_days_are_needed_only_where_something_is_paid() -> None:
    missing = np.iinfo(np.int64).min
    columns = {
        "age": np.array([61, 45, 45], np.int8), "in_work": np.full(3, True), "out_of_pocket": np.array([40_000_000, 40_000_000, missing]),
        "discharged_on": np.array([missing, 19_500, missing]),
    }  # fmt: skip

    assert in_the_year(HOSPITAL, columns, np.array([1, 1, 1])).amount.tolist() == [0, 4_000_000, NO_AMOUNT]


def test_members_are_whole_numbers_and_as_many_as_rows() -> None:
    rows = stays(("2023-05-01", "4000000"))
    columns = {name: as_column(HOSPITAL, name, [row[name] for row in rows]) for name in rows[0]}

    for members, reason, blamed in ((np.array(["7"]), "not_whole_numbers", (0,)), (np.array([7, 8]), "not_as_long", (2,))):
        with pytest.raises(ColumnError) as refused:
            in_the_year(HOSPITAL, columns, members)
        assert (refused.value.reason, dict(refused.value.rows)) == (reason, {"members": blamed})


def test_more_than_64_bits_can_tell_apart_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = stays(("2023-05-01", "4000000"), ("2023-05-02", "4000000"))
    monkeypatch.setattr("calculator.bulk.order._KEY_BITS", 11)

    with pytest.raises(ColumnError, match="too_large"):
        over(HOSPITAL, rows, [1, 2])


def test_the_order_of_rows_matters_only_within_a_day() -> None:
    rules, table = next(pair for pair in YEARLY if pair[0] is not HOSPITAL)
    cases = [
        {**case, rules.edition_by: date(2023, 1 + place % 12, 1 + place // 12)}
        for place, case in enumerate(Chance(rules, table, 1).cases())
    ]
    members = [place % 4 for place in range(len(cases))]
    order = np.random.default_rng(1).permutation(len(cases))
    cases = [{**case, "paid_this_year": 0} for case in cases]

    straight = over(rules, cases, members)

    assert [straight[place] for place in order] == over(rules, [cases[place] for place in order], [members[place] for place in order])


def test_what_the_year_leaves_is_the_same_with_one_thread_and_with_three() -> None:
    rows = 3 * BLOCK * 2
    random = np.random.default_rng(3)
    columns = {
        "age": random.integers(10, 70, rows), "in_work": random.random(rows) < 0.9, "out_of_pocket": random.integers(0, 60_000_000, rows),
        "discharged_on": random.integers(19_358, 20_000, rows),
    }  # fmt: skip
    members = random.integers(0, rows // 5, rows)

    amounts = [in_the_year(HOSPITAL, columns, members, threads=threads).amount for threads in (1, 2, 3)]

    assert (amounts[0] == amounts[1]).all()
    assert (amounts[0] == amounts[2]).all()
    assert (compute(replace(HOSPITAL), columns | {"paid_this_year": np.zeros(rows, np.int8)}).amount >= amounts[0]).all()
