"""The command line, as officers and scripts drive it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from calculator.__main__ import main
from calculator.policy import POLICIES

ON = ("--on", "2023-07-01")


def _explained(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    assert main(["explain", *words, *ON, "--json"]) == 0
    result: dict[str, Any] = json.loads(capsys.readouterr().out)
    return result


def test_a_case_is_explained_for_machines_in_yuan(capsys: pytest.CaptureFixture[str]) -> None:
    result = _explained(capsys, "changchun/hospital", "age=45", "in_work=yes", "out_of_pocket=152000", "paid_this_year=0")

    assert result["amount"] == "12160.00"
    assert result["verdict"] == "eligible"
    assert [condition["state"] for condition in result["conditions"]] == ["met", "met", "met"]
    assert result["working"][1]["figures"] == {"over": "100000.00", "to": "200000.00", "rate_ppm": 80_000}


def test_exactly_the_threshold_pays_nothing_and_says_that_a_fen_more_would(capsys: pytest.CaptureFixture[str]) -> None:
    result = _explained(capsys, "changchun/hospital", "age=45", "in_work=yes", "out_of_pocket=5000", "paid_this_year=0")

    assert result["amount"] == "0.00"
    assert result["verdict"] == "ineligible"
    assert result["conditions"][2]["flips"] == [{"fact": "out_of_pocket", "to": "5000.01", "by": "0.01"}]


def test_what_is_missing_is_named_and_no_amount_given(capsys: pytest.CaptureFixture[str]) -> None:
    result = _explained(capsys, "changchun/hospital", "age=45")

    assert result["amount"] is None
    assert result["verdict"] == "undetermined"
    assert result["missing"] == ["in_work", "out_of_pocket", "paid_this_year"]


@pytest.mark.parametrize(("language", "clause"), [("zh", "年龄要在16至60周岁之间"), ("en", "You must be 16 to 60 years old")])
def test_a_case_is_explained_in_words(capsys: pytest.CaptureFixture[str], language: str, clause: str) -> None:
    assert main(["explain", "changchun/hospital", *ON, "--language", language, "age=61", "stay_cause=injury"]) == 0

    lines = capsys.readouterr().out.splitlines()
    assert lines[1] == "ineligible 0.00"
    assert lines[2] == f"✗ age = 61  {clause}  → age 60 -1"
    assert lines[-1].startswith("! stay_cause = injury")


@pytest.mark.parametrize("benefit", ["fire fire_report=yes loss=200000", "fire fire_report=no", "accident work_injury=no injury=death"])
def test_every_benefit_is_explained_in_words(capsys: pytest.CaptureFixture[str], benefit: str) -> None:
    name, *facts = benefit.split()

    assert main(["explain", f"changchun/{name}", *ON, *facts]) == 0
    assert capsys.readouterr().out


@pytest.mark.parametrize(
    "words",
    [
        ("changchun/dental", "age=45"),
        ("changchun/hospital", "weight=80"),
        ("changchun/hospital", "age"),
        ("changchun/hospital", "age=45", "age=46"),
        ("changchun/accident", "injury=nose"),
        ("changchun/hospital", "out_of_pocket=-1"),
        ("changchun/hospital", "age=\x1b[31m"),
    ],
)
def test_input_that_cannot_be_used_is_refused_in_a_line(capsys: pytest.CaptureFixture[str], words: tuple[str, ...]) -> None:
    assert main(["explain", *words, *ON]) == 2

    assert len(capsys.readouterr().err.splitlines()) == 1


def test_a_day_before_the_first_edition_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "changchun/hospital", "--on", "2019-01-01"]) == 2
    assert "before the first edition, 2021-01-01" in capsys.readouterr().err


def test_every_policy_file_passes_its_check(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == len(list(POLICIES.glob("*/*.toml")))


def test_a_file_with_problems_fails_its_check(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "hospital.toml"
    file.write_text('benefit = "hospital"', encoding="utf-8")

    assert main(["check", str(file)]) == 1
    assert str(file) in capsys.readouterr().err


COMBINED = """
[[edition.combines]]
benefit = "flood"
clause = { zh = "还可以", en = "You may also" }
"""


def _copy(tmp_path: Path, name: str, good: str = "", bad: str = "") -> Path:
    """A copy of a policy file beside no others, with some of its words replaced."""
    text = (POLICIES / f"{name}.toml").read_text(encoding="utf-8")
    file = tmp_path / f"{name}.toml"
    file.parent.mkdir(parents=True)
    file.write_text(text.replace(good, bad), encoding="utf-8")
    return file


def test_a_benefit_that_combines_with_one_its_place_does_not_have_fails_its_check(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = _copy(tmp_path, "fuzhou/hospital")
    file.write_text(file.read_text(encoding="utf-8") + COMBINED, encoding="utf-8")

    assert main(["check", str(file)]) == 1
    assert "fuzhou has no flood.toml: write it, or leave this out" in capsys.readouterr().err

    file.with_stem("flood").touch()
    assert main(["check", str(file)]) == 0


def test_a_check_for_machines_has_every_file_with_its_editions_and_problems(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    sound, broken = _copy(tmp_path, "sanming/hospital"), _copy(tmp_path, "fuzhou/hospital", "insured_total", "insured_totl")

    assert main(["check", "--json", str(sound), str(broken)]) == 1

    first, second = json.loads(capsys.readouterr().out)["files"]
    assert first == {"file": str(sound), "editions": [{"from": "2021-01-01", "status": "sample", "published": False}], "problems": []}
    assert second["file"] == str(broken)
    assert second["editions"] == []
    assert len(second["problems"]) == broken.read_text(encoding="utf-8").count("insured_totl")
    assert second["problems"][0]["place"] == "edition 2010-01-01, asks 1"
    assert second["problems"][0]["message"] == "unknown fact 'insured_totl': did you mean insured_total?"


def test_it_runs_as_a_program() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "calculator", "check"], capture_output=True, text=True, check=False, cwd=POLICIES.parents[1]
    )

    assert done.returncode == 0, done.stderr


def test_what_would_pay_more_is_told_in_data_and_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    case = ("age=45", "in_work=yes", "out_of_pocket=9800.01", "paid_this_year=0")

    result = _explained(capsys, "changchun/hospital", *case)
    assert result["changes"] == [{"fact": "out_of_pocket", "to": "10000.01", "by": "200.00", "amount": "200.00", "more": "53.00"}]

    assert main(["explain", "changchun/hospital", "--on", "2023-07-01", *case]) == 0
    assert "+ out_of_pocket 10000.01 200.00  200.00 (+53.00)" in capsys.readouterr().out


def test_the_last_day_to_hand_in_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    case = ("year_out_of_pocket=70000", "commercial_paid=0", "unit_paid=0", "paid_this_year=0", "discharged_on=2022-05-01")

    assert main(["explain", "tianjin/hospital", "--on", "2022-05-01", *case]) == 0
    assert "@ 2023-01-15" in capsys.readouterr().out
