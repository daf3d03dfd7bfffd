"""A published edition stays as it is: its texts may be put right, its rules not."""

from __future__ import annotations

from pathlib import Path

import pytest

from calculator.__main__ import main
from calculator.commands.check import policy_files
from calculator.policy import POLICIES
from calculator.reading.policy_file import read_toml
from calculator.reading.published import checksums, name_of, read_record, record_text

FUZHOU = (POLICIES / "fuzhou" / "hospital.toml").read_text(encoding="utf-8")
DAYS = ("2010-01-01", "2012-01-01")
DEADLINE = """[[edition.deadlines]]
id = "in_time"
fact = "discharged_on"
days = 60
late = "refused"
clause = { zh = "按时交", en = "In time" }

"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A policy file with two published editions."""
    file = tmp_path / "fuzhou" / "hospital.toml"
    file.parent.mkdir()
    file.write_text(FUZHOU, encoding="utf-8")
    assert main(["publish", str(file)]) == 0
    return file


def _change(file: Path, good: str, bad: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert good in text
    file.write_text(text.replace(good, bad, 1), encoding="utf-8")


def _added(day: str) -> str:
    """One more edition, which begins on this day."""
    return "[[edition]]" + FUZHOU.rpartition("[[edition]]")[2].replace("2012-01-01", day)


def test_every_edition_there_is_has_been_published_and_is_unchanged() -> None:
    record = read_record(POLICIES / "published.toml")

    now = {name_of(file): checksums(read_toml(file)[1]) for file in policy_files()}

    assert now == record, "python -m calculator check tells what changed; python -m calculator publish records a new edition"


def test_the_record_is_as_the_command_writes_it() -> None:
    file = POLICIES / "published.toml"

    assert record_text(read_record(file)) == file.read_text(encoding="utf-8")


def test_what_is_published_unchanged_passes_its_check(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(file)]) == 0
    assert "new" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ('rate = "10%"', 'rate = "11%"'),
        ('over = "0"', 'from = "0"'),
        ('amount = "50000"', 'amount = "60000"'),
        ('per = "stay"', 'per = "event"'),
        ('kind = "discharge_note"', 'kind = "note"'),
        ('id = "insured"', 'id = "covered"'),
        ("[[edition.documents]]", f"{DEADLINE}[[edition.documents]]"),
    ],
)
def test_a_changed_rule_of_a_published_edition_is_refused(file: Path, capsys: pytest.CaptureFixture[str], good: str, bad: str) -> None:
    _change(file, good, bad)

    assert main(["check", str(file)]) == 1
    told = "edition 2010-01-01 of fuzhou/hospital was published and has changed: undo it, and write a new edition with a later day"
    problems = capsys.readouterr().err.splitlines()
    assert [problem.partition(": ")[2] for problem in problems] == [f"edition 2010-01-01: {told}"]
    assert problems[0].startswith(f"{file}:6:")


def test_another_day_that_picks_the_edition_changes_every_edition(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("discharged_on", "injured_on"), encoding="utf-8")

    assert main(["check", str(file)]) == 1
    told = capsys.readouterr().err
    assert all(f"edition {day} of fuzhou/hospital was published and has changed" in told for day in DAYS)


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ("要有医保范围内的住院费", "住院费里要有医保范围内的部分"),
        ("Hospital receipt", "The hospital's receipt"),
        ("it must be stamped", "stamped"),
        ('status = "official"', 'status = "sample"'),
        ("one good source", "two good sources"),
        ('title = { zh = "住院医疗互助补贴"', 'title = { zh = "住院补贴"'),
        ('asks = ["insured_total", "paid_this_year"]', 'asks = ["paid_this_year", "insured_total"]'),
        ("[edition.caps.per_year]\n", "# The most of one year.\n[edition.caps.per_year]\n"),
    ],
)
def test_words_sources_and_comments_may_be_put_right_after_publishing(file: Path, good: str, bad: str) -> None:
    _change(file, good, bad)

    assert main(["check", str(file)]) == 0


def test_a_published_edition_that_has_vanished_is_refused(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = FUZHOU.partition("[[edition]]")
    file.write_text(text[0] + "[[edition]]" + FUZHOU.rpartition("[[edition]]")[2], encoding="utf-8")

    assert main(["check", str(file)]) == 1
    assert "edition 2010-01-01 of fuzhou/hospital was published and has vanished: put it back" in capsys.readouterr().err


def test_a_new_edition_is_added_to_what_was_published_and_changes_none_of_it(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = read_record(file.parents[1] / "published.toml")["fuzhou/hospital"]
    file.write_text(FUZHOU + _added("2015-01-01"), encoding="utf-8")
    capsys.readouterr()

    assert main(["check", str(file)]) == 0
    assert "2015-01-01/official/new" in capsys.readouterr().out
    assert main(["publish", str(file)]) == 0
    assert capsys.readouterr().out == "fuzhou/hospital: published 2015-01-01\n"

    after = read_record(file.parents[1] / "published.toml")["fuzhou/hospital"]
    assert after.keys() - before.keys() == {"2015-01-01"}
    assert after.items() >= before.items()


@pytest.mark.parametrize(("day", "code"), [("2010-01-02", 1), ("2011-12-31", 1), ("2012-01-02", 0)])
def test_a_new_edition_may_not_take_days_from_a_published_one_that_has_ended(file: Path, day: str, code: int) -> None:
    head, mark, rest = FUZHOU.rpartition("[[edition]]")
    later = FUZHOU + _added(day) if code == 0 else head + _added(day) + mark + rest
    file.write_text(later, encoding="utf-8")

    assert main(["check", str(file)]) == code


def test_a_file_with_problems_is_not_published(file: Path) -> None:
    record = file.parents[1] / "published.toml"
    before = record.read_bytes()
    _change(file, 'rate = "10%"', 'rate = "11%"')

    assert main(["publish", str(file)]) == 2
    assert record.read_bytes() == before


def test_publishing_again_changes_nothing(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record = file.parents[1] / "published.toml"
    before = record.stat().st_mtime_ns
    capsys.readouterr()

    assert main(["publish", str(file)]) == 0
    assert capsys.readouterr().out == ""
    assert record.stat().st_mtime_ns == before


def test_a_published_policy_without_a_file_is_missed(
    file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("calculator.commands.check.POLICIES", file.parents[1])
    assert main(["check"]) == 0

    file.unlink()

    assert main(["check"]) == 1
    assert "fuzhou/hospital was published and has vanished: put it back" in capsys.readouterr().err
