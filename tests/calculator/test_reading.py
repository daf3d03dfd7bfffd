"""A policy file is used only when nothing in it is wrong, and everything wrong in it is named at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from calculator.errors import PolicyError
from calculator.policy import POLICIES
from calculator.reading import read_policy

HOSPITAL = (POLICIES / "changchun" / "hospital.toml").read_text(encoding="utf-8")
ACCIDENT = (POLICIES / "changchun" / "accident.toml").read_text(encoding="utf-8")


def _problems(tmp_path: Path, text: str, name: str = "hospital.toml") -> list[str]:
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    with pytest.raises(PolicyError) as refused:
        read_policy(file)
    return [f"{problem.line}: {problem.place}: {problem.message}" for problem in refused.value.problems]


@pytest.mark.parametrize(
    ("slip", "good", "bad", "problem"),
    [
        ("a gap between bands", 'over = "10000", to = "20000"', 'over = "10000.01", to = "20000"', "a gap before band 2"),
        ("bands that overlap", 'over = "10000", to = "20000"', 'over = "9999.99", to = "20000"', "band 2 overlaps"),
        ("an end shared by both bands", 'over = "10000", to = "20000"', 'from = "10000", to = "20000"', "band 2 overlaps"),
        ("a gap over the threshold", '{ over = "5000", to', '{ over = "6000", to', "a gap below the first band"),
        ("a table that ends", 'over = "200000", rate', 'over = "200000", to = "300000", rate', "a gap above the last band"),
        ("a band the wrong way round", 'over = "10000", to = "20000"', 'over = "10000", to = "9000"', "wrong way round"),
        ("a float for a rate", 'rate = "1.5%"', "rate = 1.5", "must be text"),
        ("a number for an amount", 'over = "5000"\n', "over = 5000\n", "must be text"),
        ("half a fen", 'over = "5000"\n', 'over = "5000.005"\n', "too_precise"),
        ("an unknown fact", 'fact = "in_work"', 'fact = "in_wrok"', "unknown fact 'in_wrok'"),
        ("a fact of another type", 'base = "out_of_pocket"', 'base = "age"', "not of type money"),
        ("a value of another type", "is = [true]", 'is = ["yes"]', "in_work cannot be 'yes'"),
        ("an unknown choice", 'is = ["injury"]', 'is = ["hurt"]', "stay_cause cannot be 'hurt'"),
        ("a missing source", "source = ", "# source = ", "source is missing"),
        ("a status nobody knows", 'status = "sample"', 'status = "rumour"', "'official' or 'sample'"),
        ("a missing clause", 'clause = { zh = "要在职才能领"', '# { zh = "', "clause is missing"),
        (
            "a clause in one language",
            '"要在职才能领", en = "You must be in work"',
            '"要在职才能领"',
            "en is missing",
        ),
        ("an empty text", 'en = "You must be in work"', 'en = " "', "at least 1 character"),
        ("a key nobody reads", "between = [16, 60]", "betwen = [16, 60]", "unknown key betwen"),
        ("two tests in one", "between = [16, 60]", "between = [16, 60]\nis = [16]", "needs one of"),
        ("three ends", "between = [16, 60]", "between = [16, 60, 70]", "at most 2 items"),
        (
            "a fact that is read but not asked",
            '"out_of_pocket", "paid_this_year"]',
            '"out_of_pocket"]',
            "every fact that is read: add paid_this_year",
        ),
        ("a review nobody can answer", 'claim_asks = ["stay_cause", ', "claim_asks = [", "claim_asks must name"),
        ("one id twice", 'id = "in_work"', 'id = "age"', "the name age twice"),
        ("another benefit's name", 'benefit = "hospital"', 'benefit = "dental"', "the name of the file"),
        ("a day with a time", "from = 2023-01-01", "from = 2023-01-01T00:00:00", "date"),
        ("an award nobody knows", 'kind = "rate_on_whole"', 'kind = "lottery"', "lottery"),
        ("no TOML at all", "[[edition]]", "[[edition", "line"),
    ],
)
def test_a_slip_of_the_pen_is_refused(tmp_path: Path, slip: str, good: str, bad: str, problem: str) -> None:
    assert good in HOSPITAL

    problems = _problems(tmp_path, HOSPITAL.replace(good, bad, 1))

    assert problem in " / ".join(problems), slip


def test_a_condition_on_an_item_outside_the_list_is_refused(tmp_path: Path) -> None:
    problems = _problems(tmp_path, ACCIDENT.replace('is_not = ["lighter"]', 'is_not = ["ligther"]'), "accident.toml")

    assert "no item of a list of this edition: ligther" in problems[0]


def test_editions_out_of_order_are_refused(tmp_path: Path) -> None:
    later, _, body = HOSPITAL.partition("[[edition]]")
    earlier = body.replace("2023-01-01", "2021-01-01")

    assert "must stand before" in _problems(tmp_path, f"{later}[[edition]]{body}[[edition]]{earlier}")[0]
    assert "no day twice" in _problems(tmp_path, f"{later}[[edition]]{body}[[edition]]{body}")[0]


def test_everything_wrong_is_named_in_one_run(tmp_path: Path) -> None:
    text = HOSPITAL.replace('rate = "1.5%"', "rate = 1.5").replace('rate = "2%"', "rate = 2").replace('fact = "age"', 'fact = "aeg"')

    assert len(_problems(tmp_path, text)) == 3


def test_a_file_that_is_not_there_is_a_problem_too(tmp_path: Path) -> None:
    with pytest.raises(PolicyError):
        read_policy(tmp_path / "hospital.toml")
