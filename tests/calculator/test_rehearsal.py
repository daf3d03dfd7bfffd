"""A rehearsal says who gains, who loses and what it costs, and changes nothing."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from calculator.__main__ import main
from calculator.bulk import NO_AMOUNT
from calculator.policy import POLICIES, policy_named
from calculator.reading.policy_file import read_policy
from calculator.rehearsal import Rehearsal, Tally, rehearse
from calculator.rehearsal_report import HEADINGS, drawn, lines, table
from calculator.sheets.reading import open_sheet
from calculator.verdict import Outcome

HOSPITAL = policy_named("changchun/hospital").edition_on(date(2023, 7, 1))
DRAFT = (POLICIES / "changchun" / "hospital.toml").read_text(encoding="utf-8")


def draft(tmp_path: Path, *changes: tuple[str, str]) -> Path:
    """The policy file with changes to its last edition."""
    head, mark, last = DRAFT.rpartition("[[edition]]")
    for old, new in changes:
        assert old in last
        last = last.replace(old, new)
    (tmp_path / "changchun").mkdir(exist_ok=True)
    file = tmp_path / "changchun" / "hospital.toml"
    file.write_text(head + mark + last, encoding="utf-8")
    return file


def cases(tmp_path: Path, *rows: str) -> Path:
    file = tmp_path / "cases.csv"
    file.write_text("\n".join(["union,age,in_work,out_of_pocket,paid_this_year", *rows]) + "\n", encoding="utf-8")
    return file


ROWS = (
    "机车,45,yes,8000,0",
    "机车,45,yes,15000,0",
    "客车,45,yes,4000,0",
    "客车,61,yes,15000,0",
    "客车,45,,15000,0",
    "客车,45,yes,250000,0",
)
LOWER_THRESHOLD = (('over = "5000"', 'over = "3000"'), ("5,000", "3,000"))
DEARER_TOP = (('over = "200000", rate = "10%"', 'over = "200000", rate = "9%"'),)


def rehearsed(tmp_path: Path, *changes: tuple[str, str], rows: tuple[str, ...] = ROWS) -> Rehearsal:
    return rehearse(HOSPITAL, read_policy(draft(tmp_path, *changes)).editions[-1], open_sheet(cases(tmp_path, *rows)), lambda _: None)


def test_winners_losers_flips_and_budget_are_counted(tmp_path: Path) -> None:
    found = rehearsed(tmp_path, *LOWER_THRESHOLD, *DEARER_TOP)
    whole = found.whole

    assert (whole.cases, whole.winners, whole.losers, whole.unchanged, whole.open) == (6, 1, 1, 3, 1)
    assert (whole.gained, whole.lost) == (6000, 250_000)
    assert whole.before == 12_000 + 30_000 + 2_500_000
    assert whole.after == whole.before + 6000 - 250_000
    assert found.flips() == 1
    assert found.turns == {
        (Outcome.ELIGIBLE, Outcome.ELIGIBLE): 3,
        (Outcome.INELIGIBLE, Outcome.ELIGIBLE): 1,
        (Outcome.INELIGIBLE, Outcome.INELIGIBLE): 1,
        (Outcome.UNDETERMINED, Outcome.UNDETERMINED): 1,
    }


def test_a_tally_counts_on_and_leaves_out_of_its_sums_what_either_edition_leaves_open() -> None:
    tally = Tally()

    for _ in range(2):
        tally.add(np.array([100, NO_AMOUNT, 100, 300, 70, 8, 9]), np.array([200, 50, NO_AMOUNT, 260, 70, 9, 8]))

    assert (tally.cases, tally.open, tally.winners, tally.losers, tally.unchanged) == (14, 4, 4, 4, 2)
    assert (tally.gained, tally.lost, tally.before, tally.after) == (202, 82, 974, 1094)


def test_the_groups_add_up_to_the_whole(tmp_path: Path) -> None:
    found = rehearsed(tmp_path, *LOWER_THRESHOLD, *DEARER_TOP)

    assert set(found.by_union) == {"机车", "客车"}
    assert (found.by_union["客车"].winners, found.by_union["客车"].losers, found.by_union["机车"].unchanged) == (1, 1, 2)
    for groups in (found.by_line, found.by_union):
        for figure in ("cases", "winners", "losers", "unchanged", "open", "gained", "lost", "before", "after"):
            assert sum(getattr(tally, figure) for tally in groups.values()) == getattr(found.whole, figure)


def test_the_same_rules_change_nothing(tmp_path: Path) -> None:
    found = rehearsed(tmp_path)

    assert (found.whole.winners, found.whole.losers, found.flips()) == (0, 0, 0)
    assert found.whole.before == found.whole.after


def test_within_a_members_year_the_cap_holds_in_both_editions(tmp_path: Path) -> None:
    file = tmp_path / "cases.csv"
    file.write_text(
        "member,discharged_on,age,in_work,out_of_pocket\nA,2023-02-01,45,yes,300000\nA,2023-05-01,45,yes,300000\n", encoding="utf-8"
    )
    lower = read_policy(draft(tmp_path, ('amount = "50000"', 'amount = "40000"'))).editions[-1]

    found = rehearse(HOSPITAL, lower, open_sheet(file), lambda _: None)

    assert (found.whole.before, found.whole.after, found.whole.losers) == (5_000_000, 4_000_000, 1)


def test_rows_that_either_edition_cannot_read_are_named_and_left_out(tmp_path: Path) -> None:
    found = rehearsed(tmp_path, rows=("机车,45,yes,abc,0", *ROWS))

    assert [(row.line, "not_a_number" in row.reason) for row in found.bad] == [(2, True)]
    assert found.whole.cases == 6


def test_a_table_of_nothing_gives_nothing(tmp_path: Path) -> None:
    found = rehearsed(tmp_path, rows=())

    assert found.whole.cases == 0
    assert "0 cases" in "\n".join(lines(found))
    ET.fromstring(drawn(found))  # noqa: S314  # our own


def test_the_report_says_every_figure(tmp_path: Path) -> None:
    found = rehearsed(tmp_path, *LOWER_THRESHOLD, *DEARER_TOP)
    text = "\n".join(lines(found))

    assert text.startswith("changchun/hospital@2023-01-01 (sample) → changchun/hospital@2023-01-01 (sample)\n")
    assert "6 cases: 1 get more, 1 get less, 3 the same, 1 open" in text
    assert "budget 25,420.00 → 22,980.00 yuan (-2,440.00)" in text
    assert "ineligible → eligible: 1" in text
    assert "over 200,000.00" in text
    assert "客车" in text


def test_the_table_holds_the_whole_every_band_every_union_and_every_verdict(tmp_path: Path) -> None:
    rows = list(table(rehearsed(tmp_path, *LOWER_THRESHOLD, *DEARER_TOP)))

    assert rows[0] == list(HEADINGS)
    assert all(len(row) == len(HEADINGS) for row in rows)
    assert ["all", "", "6", "1", "1", "3", "1", "60.00", "2500.00", "25420.00", "22980.00", "-2440.00"] in rows
    assert {row[0] for row in rows[1:]} == {"edition", "all", "band", "union", "verdict"}


def test_the_picture_shows_what_each_band_gains_and_loses(tmp_path: Path) -> None:
    picture = ET.fromstring(drawn(rehearsed(tmp_path, *LOWER_THRESHOLD, *DEARER_TOP)))  # noqa: S314  # our own
    words = [part.text for part in picture.iter("{http://www.w3.org/2000/svg}text")]

    assert "−2,500.00" in words
    assert "+60.00" in words
    assert any(word and word.startswith("over 200,000.00") for word in words)


def test_many_unions_are_told_by_the_largest_change_and_the_rest_counted(tmp_path: Path) -> None:
    found = rehearsed(tmp_path, *LOWER_THRESHOLD, rows=tuple(f"u{n},45,yes,{3001 + n},0" for n in range(30)))
    text = list(lines(found))

    at = text.index("by union")
    assert text[at + 1].split()[0] == "u29"
    assert "and 10 more" in text[-1]


def test_items_of_a_list_are_groups_too(tmp_path: Path) -> None:
    accident = policy_named("changchun/accident").editions[-1]
    file = tmp_path / "cases.csv"
    file.write_text("work_injury,injury\nno,spine\nno,ribs\nno,lighter\n", encoding="utf-8")

    found = rehearse(accident, accident, open_sheet(file), lambda _: None)

    assert {row[1] for row in table(found) if row[0] == "band"} == {"spine", "ribs", "no band"}


def test_it_runs_as_a_command_and_leaves_everything_as_it_was(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, source = draft(tmp_path, *DEARER_TOP), cases(tmp_path, *ROWS)
    before = (file.read_bytes(), source.read_bytes())
    outputs = ["--table", str(tmp_path / "t.csv"), "--picture", str(tmp_path / "p.svg")]

    assert main(["rehearse", "changchun/hospital@2023-01-01", str(file), str(source), *outputs]) == 0
    assert "1 get less" in capsys.readouterr().out
    assert (file.read_bytes(), source.read_bytes()) == before
    assert open_sheet(tmp_path / "t.csv").headings == HEADINGS
    assert (tmp_path / "p.svg").read_text(encoding="utf-8").startswith("<svg")


def test_as_a_command_it_takes_an_edition_of_a_file_by_its_day_and_names_bad_rows(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, source = draft(tmp_path), cases(tmp_path, "机车,x,yes,8000,0", *ROWS)

    assert main(["rehearse", f"{file}@2023-01-01", "changchun/hospital@2023-01-01", str(source)]) == 1
    assert "line 2: age=x" in capsys.readouterr().err
    assert main(["rehearse", f"{file}@1999-01-01", "changchun/hospital@2023-01-01", str(source)]) == 2
