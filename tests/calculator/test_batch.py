"""A whole table of cases: every row is worked out as one case would be, and none goes lost."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calculator import cases as cases_module
from calculator.__main__ import main
from calculator.amounts import plain
from calculator.batch import Batch, batch
from calculator.errors import SheetError
from calculator.estimate import estimate
from calculator.facts import shown
from calculator.policy import policy_named
from calculator.sheets.reading import open_sheet
from calculator.verdict import Outcome
from tests.calculator.cases import samples

HOSPITAL = policy_named("changchun/hospital")


def write(file: Path, *rows: str) -> Path:
    file.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return file


def work(tmp_path: Path, *rows: str, on: date | None = None) -> tuple[Batch, list[dict[str, str]]]:
    done = batch(HOSPITAL, write(tmp_path / "in.csv", *rows), tmp_path / "out.csv", on, lambda _: None)
    return done, [row.cells for row in open_sheet(tmp_path / "out.csv").rows()]


def test_every_row_gets_amount_verdict_and_reason(tmp_path: Path) -> None:
    done, rows = work(
        tmp_path,
        "name,discharged_on,age,in_work,out_of_pocket,paid_this_year",
        "王芳,2023-07-01,45,是,152000,0",
        "李强,2023-07-01,61,yes,152000,0",
        "张三,2023-07-01,45,yes,5000,0",
        "赵四,2023-07-01,45,,152000,0",
        "钱五,2023-07-01,45,unclear,152000,0",
    )

    assert [(row["name"], row["amount"], row["verdict"], row["reason"], row["status"]) for row in rows] == [
        ("王芳", "12160.00", "eligible", "", "sample"),
        ("李强", "0.00", "ineligible", "age failed", "sample"),
        ("张三", "0.00", "ineligible", "threshold failed", "sample"),
        ("赵四", "", "undetermined", "in_work unknown", "sample"),
        ("钱五", "12160.00", "review", "in_work review", "sample"),
    ]
    assert done.outcomes == {Outcome.ELIGIBLE: 1, Outcome.INELIGIBLE: 2, Outcome.UNDETERMINED: 1, Outcome.REVIEW: 1}
    assert done.amount == 2 * 1_216_000
    assert not done.bad_file.exists()


def test_each_row_is_held_against_the_edition_of_its_own_day(tmp_path: Path) -> None:
    _, rows = work(
        tmp_path,
        "discharged_on,insurance,bill,age,in_work,out_of_pocket,paid_this_year",
        "2022-12-31,rural,40000,45,yes,10000,0",
        "2023-01-01,rural,40000,45,yes,10000,0",
    )

    assert [row["amount"] for row in rows] == ["900.00", "150.00"]
    assert [row["status"] for row in rows] == ["official", "sample"]


def test_the_years_cap_applies_in_the_order_of_the_days_whatever_the_order_of_the_rows(tmp_path: Path) -> None:
    _, rows = work(
        tmp_path,
        "member,discharged_on,age,in_work,out_of_pocket",
        "A,2023-11-01,45,yes,300000",
        "B,2023-11-01,45,yes,300000",
        "A,2023-02-01,45,yes,400000",
        "A,2024-02-01,45,yes,300000",
        ",2023-11-01,45,yes,300000",
    )

    assert [row["amount"] for row in rows] == ["10000.00", "30000.00", "40000.00", "30000.00", "30000.00"]


def test_rows_that_cannot_be_used_go_to_a_file_of_their_own_with_line_and_reason(tmp_path: Path) -> None:
    done, rows = work(
        tmp_path,
        "name,discharged_on,age,in_work,out_of_pocket,paid_this_year",
        "王芳,2023-07-01,45,yes,abc,0",
        "李强,2019-07-01,45,yes,152000,0",
        "张三,,45,yes,152000,0",
        "赵四,2023-07-01,-1,yes,152000,0",
        "钱五,2023-07-01,45,yes,-3,0",
        "孙六,2023-07-01,45,yes,0.001,0",
        "周七,2023-07-01,45,perhaps,152000,0",
        "吴八,2023-07-01,45,yes,152000,0",
    )
    bad = [(row.cells["line"], row.cells["name"], row.cells["reason"]) for row in open_sheet(tmp_path / "out.bad.csv").rows()]

    assert [row["name"] for row in rows] == ["吴八"]
    assert done.bad == 7
    assert [line for line, _, _ in bad] == ["2", "3", "4", "5", "6", "7", "8"]
    for (_, name, reason), needle in zip(
        bad,
        ("not_a_number", "before the first edition, 2021-01-01", "no_day", "not_understood", "negative", "too_precise", "not_understood"),
        strict=True,
    ):
        assert needle in reason, name


def test_a_cell_that_the_edition_of_the_row_does_not_read_harms_nobody(tmp_path: Path) -> None:
    _, rows = work(
        tmp_path,
        "discharged_on,age,in_work,out_of_pocket,paid_this_year,bill",
        "2023-07-01,45,yes,152000,0,?",
    )

    assert rows[0]["amount"] == "12160.00"
    assert rows[0]["bill"] == "?"


def test_rows_without_a_day_take_the_day_that_is_given(tmp_path: Path) -> None:
    _, rows = work(tmp_path, "age,in_work,out_of_pocket,paid_this_year", "45,yes,152000,0", on=date(2023, 7, 1))

    assert rows[0]["amount"] == "12160.00"


def test_columns_of_an_earlier_run_are_replaced(tmp_path: Path) -> None:
    _, rows = work(tmp_path, "amount,age,in_work,out_of_pocket,paid_this_year", "1.00,45,yes,152000,0", on=date(2023, 7, 1))

    assert rows[0]["amount"] == "12160.00"


def test_a_file_of_bad_rows_of_an_earlier_run_goes_away(tmp_path: Path) -> None:
    work(tmp_path, "age", "x", on=date(2023, 7, 1))
    assert (tmp_path / "out.bad.csv").exists()

    work(tmp_path, "age", "45", on=date(2023, 7, 1))
    assert not (tmp_path / "out.bad.csv").exists()


def test_a_table_without_a_fact_is_another_table(tmp_path: Path) -> None:
    with pytest.raises(SheetError) as refused:
        work(tmp_path, "姓名,年龄", "王芳,45")

    assert refused.value.reason == "no_column"


def test_the_file_that_is_read_is_never_written_over(tmp_path: Path) -> None:
    file = write(tmp_path / "in.csv", "age", "45")

    with pytest.raises(SheetError) as refused:
        batch(HOSPITAL, file, tmp_path / "." / "in.csv", None, lambda _: None)

    assert refused.value.reason == "same_file"
    assert file.read_text(encoding="utf-8") == "age\n45\n"


@pytest.mark.parametrize("name", ["changchun/hospital", "changchun/fire", "sanming/hospital", "tianjin/hospital", "zhengzhou/fire"])
@given(data=st.data())
@settings(max_examples=15, deadline=None)
def test_a_row_is_worked_out_as_one_case_would_be(tmp_path_factory: pytest.TempPathFactory, name: str, data: st.DataObject) -> None:
    tmp_path = tmp_path_factory.mktemp("batch")
    policy = policy_named(name)
    edition = policy.editions[-1]
    drawn = [
        {fact: data.draw(st.sampled_from([None, *samples(edition, fact)])) for fact in edition.asks}
        for _ in range(data.draw(st.integers(1, 5)))
    ]
    lines = [",".join("" if value is None else str(shown(fact, value)) for fact, value in row.items()) for row in drawn]
    source = write(tmp_path / "in.csv", ",".join(["n", *edition.asks]), *(f"{place},{line}" for place, line in enumerate(lines)))

    batch(policy, source, tmp_path / "out.csv", edition.starts, lambda _: None)

    for row, came in zip(drawn, open_sheet(tmp_path / "out.csv").rows(), strict=True):
        one = estimate(edition, {fact: value for fact, value in row.items() if value is not None})
        assert came.cells["amount"] == ("" if one.amount is None else plain(one.amount))
        assert came.cells["verdict"] == one.verdict.outcome.value


def test_long_tables_are_read_piece_by_piece(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cases_module, "CHUNK", 2)
    told: list[int] = []
    source = write(tmp_path / "in.csv", "n,age,in_work,out_of_pocket,paid_this_year", *(f"{n},45,yes,{n}000,0" for n in range(1, 10)))

    batch(HOSPITAL, source, tmp_path / "out.csv", date(2023, 7, 1), told.append)

    assert told == [2, 2, 2, 2, 1]
    assert [row.cells["n"] for row in open_sheet(tmp_path / "out.csv").rows()] == [str(n) for n in range(1, 10)]


def test_it_runs_as_a_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = write(tmp_path / "in.csv", "discharged_on,age,in_work,out_of_pocket,paid_this_year", "2023-07-01,45,yes,152000,0")

    assert main(["batch", "changchun/hospital", str(source), str(tmp_path / "out.xlsx")]) == 0
    assert "12,160.00" in capsys.readouterr().out
    assert [row.cells["amount"] for row in open_sheet(tmp_path / "out.xlsx").rows()] == ["12160.00"]


def test_as_a_command_the_day_given_picks_the_edition_of_rows_without_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = write(tmp_path / "in.csv", "discharged_on,insurance,bill,paid_this_year", ",rural,40000,0")
    words = ["batch", "changchun/hospital", str(source), str(tmp_path / "out.csv")]

    assert main(words) == 1
    assert main([*words, "--on", "2022-12-31"]) == 0
    assert "900.00" in capsys.readouterr().out
    assert [row.cells["amount"] for row in open_sheet(tmp_path / "out.csv").rows()] == ["900.00"]


def test_as_a_command_it_says_where_the_bad_rows_are(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = write(tmp_path / "in.csv", "discharged_on,age", "2023-07-01,x")

    assert main(["batch", "changchun/hospital", str(source), str(tmp_path / "out.csv")]) == 1
    assert "1 rows could not be used" in capsys.readouterr().err
