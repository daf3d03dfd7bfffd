"""Tables come in as people keep them, and go out without a formula."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from zipfile import ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import load_workbook
from xlsxwriter import Workbook  # type: ignore[import-untyped]  # it ships no types

from calculator.errors import SheetError
from calculator.sheets import reading
from calculator.sheets.reading import open_sheet
from calculator.sheets.writing import writing


def rows(file: Path) -> list[tuple[int, dict[str, str]]]:
    return [(row.line, row.cells) for row in open_sheet(file).rows()]


def written(file: Path, data: bytes) -> Path:
    file.write_bytes(data)
    return file


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_csv_file_is_read_as_windows_and_others_write_it(tmp_path: Path, encoding: str) -> None:
    file = written(tmp_path / "in.csv", "姓名,age\r\n 王芳 ,45\r\n\r\n李强\r\n".encode(encoding))

    assert rows(file) == [(2, {"姓名": "王芳", "age": "45"}), (4, {"姓名": "李强", "age": ""})]
    assert open_sheet(file).count == 2


def test_a_cell_may_hold_a_line_break_and_a_comma(tmp_path: Path) -> None:
    file = written(tmp_path / "in.csv", b'name,age\n"Wang, ""Fang""\nelder",45\nx,46\n')

    assert [cells for _, cells in rows(file)] == [{"name": 'Wang, "Fang"\nelder', "age": "45"}, {"name": "x", "age": "46"}]


def test_an_xlsx_file_is_read_as_it_looks(tmp_path: Path) -> None:
    file = tmp_path / "in.xlsx"
    with Workbook(str(file)) as book:
        sheet = book.add_worksheet()
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_row(0, 0, ["name", "sum", "age", "in_work", "day"])
        sheet.write_row(2, 0, ["王芳", 15201.255000000001, 45, True])
        sheet.write_datetime(2, 4, datetime(2024, 10, 3), day)  # noqa: DTZ001  # a day
        sheet.write_row(3, 0, ["李强", 0.1 + 0.2, 1e15, False])
        sheet.write_datetime(3, 4, datetime(2024, 10, 3, 14, 30), day)  # noqa: DTZ001  # a day with an hour behind it

    assert rows(file) == [
        (3, {"name": "王芳", "sum": "15201.255", "age": "45", "in_work": "yes", "day": "2024-10-03"}),
        (4, {"name": "李强", "sum": "0.3", "age": "1000000000000000", "in_work": "no", "day": "2024-10-03"}),
    ]


@pytest.mark.parametrize(
    ("sentence", "name", "data", "reason"),
    [
        ("a file that is not there", "gone.csv", None, "no_file"),
        ("an empty file", "in.csv", b"", "empty"),
        ("a first line of nothing", "in.csv", b",,\n1,2,3\n", "empty"),
        ("a heading twice", "in.csv", b"age,age\n1,2\n", "heading_twice"),
        ("neither UTF-8 nor GB18030", "in.csv", b"age\n\xff\xff\n", "not_a_table"),
        ("an open quotation mark", "in.csv", b'age\n"1\n', "not_a_table"),
        ("text named .xlsx", "in.xlsx", b"age\n1\n", "not_a_table"),
    ],
)
def test_what_is_no_table_is_refused(tmp_path: Path, sentence: str, name: str, data: bytes | None, reason: str) -> None:
    file = tmp_path / name
    if data is not None:
        file.write_bytes(data)

    with pytest.raises(SheetError) as refused:
        open_sheet(file)

    assert refused.value.reason == reason, sentence


def test_a_zip_file_without_a_workbook_is_refused(tmp_path: Path) -> None:
    with ZipFile(tmp_path / "in.xlsx", "w") as packed:
        packed.writestr("a.txt", "nothing")

    with pytest.raises(SheetError) as refused:
        open_sheet(tmp_path / "in.xlsx")

    assert refused.value.reason == "not_a_table"


def test_a_workbook_that_unpacks_to_too_much_is_refused_before_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_MOST_UNPACKED", 1000)
    with ZipFile(tmp_path / "in.xlsx", "w") as packed:
        packed.writestr("xl/worksheets/sheet1.xml", "0" * 1001)

    with pytest.raises(SheetError) as refused:
        open_sheet(tmp_path / "in.xlsx")

    assert refused.value.reason == "too_large"


def test_a_line_longer_than_the_headings_is_named(tmp_path: Path) -> None:
    sheet = open_sheet(written(tmp_path / "in.csv", b"age\n45\n45,,\n45,46\n"))

    with pytest.raises(SheetError) as refused:
        list(sheet.rows())

    assert (refused.value.reason, refused.value.where) == ("too_many_cells", 4)


CELLS = st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0", exclude_categories=["Cc", "Cs"])), min_size=2, max_size=2)


@given(st.lists(CELLS, max_size=5), st.sampled_from([".csv", ".xlsx"]))
def test_what_is_written_is_read_again_and_no_formula(tmp_path_factory: pytest.TempPathFactory, table: list[list[str]], kind: str) -> None:
    file = tmp_path_factory.mktemp("sheets") / f"out{kind}"

    with writing(file, len(table)) as write:
        for cells in [["one", "two"], *table]:
            write(cells)

    came = [list(cells.values()) for _, cells in rows(file)]
    assert [[cell.removeprefix("'") for cell in cells] for cells in came] == [
        [cell.strip().removeprefix("'") for cell in cells] for cells in table if any(cell.strip() for cell in cells)
    ]


@pytest.mark.parametrize(
    ("cell", "comes_out"),
    [
        ("=cmd()", "'=cmd()"),
        ("+1+1", "'+1+1"),
        ("-2+3", "'-2+3"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("-12.50", "-12.50"),
        ("+86", "+86"),
        ("a=b", "a=b"),
    ],
)
def test_a_spreadsheet_takes_no_cell_for_a_formula(tmp_path: Path, cell: str, comes_out: str) -> None:
    with writing(tmp_path / "out.csv", 1) as write:
        write([cell])
    with writing(tmp_path / "out.xlsx", 1) as write:
        write([cell])

    assert (tmp_path / "out.csv").read_text(encoding="utf-8-sig").strip() == comes_out
    assert load_workbook(str(tmp_path / "out.xlsx")).get_sheet_by_index(0).to_python() == [[cell]]
    with ZipFile(tmp_path / "out.xlsx") as packed:
        assert b"<f>" not in packed.read("xl/worksheets/sheet1.xml")


def test_more_rows_than_a_workbook_holds_are_refused_before_any_is_written(tmp_path: Path) -> None:
    with pytest.raises(SheetError) as refused, writing(tmp_path / "out.xlsx", 1 << 20):
        pass

    assert refused.value.reason == "too_long"
    assert not (tmp_path / "out.xlsx").exists()


def test_a_day_of_a_sheet_is_a_day() -> None:
    assert reading._text(date(2024, 10, 3)) == "2024-10-03"
