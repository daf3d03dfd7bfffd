"""A policy file is used only when nothing in it is wrong, and everything wrong in it is named at once."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calculator.errors import PolicyError, Problem
from calculator.policy import POLICIES
from calculator.reading.policy_file import read_policy

HOSPITAL = (POLICIES / "changchun" / "hospital.toml").read_text(encoding="utf-8")
ACCIDENT = (POLICIES / "changchun" / "accident.toml").read_text(encoding="utf-8")

HEAD, MARK, _ = HOSPITAL.partition("[[edition]]")
DEADLINE = """
[[edition.deadlines]]
id = "in_time"
fact = "discharged_on"
late = "review"
clause = { zh = "按时交", en = "Hand it in in time" }
"""


def _in_force(good: str, bad: str) -> str:
    """The file with its last edition only, and one thing in it changed."""
    alone = HEAD + MARK + HOSPITAL.rpartition(MARK)[2]
    return alone.replace(good, bad, 1)


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
        ("a float for a rate", 'rate = "1.5%"', "rate = 1.5", 'needs to be text, like "1.5%"'),
        ("a number for an amount", 'over = "5000"\n', "over = 5000\n", "needs to be text in yuan"),
        ("half a fen", 'over = "5000"\n', 'over = "5000.005"\n', "is finer than a fen"),
        ("an unknown fact", 'fact = "in_work"', 'fact = "in_wrok"', "unknown fact 'in_wrok'"),
        ("a fact of another type", 'base = "out_of_pocket"', 'base = "age"', "not of type money"),
        ("a value of another type", "is = [true]", 'is = ["yes"]', "in_work cannot be 'yes'"),
        ("an unknown choice", 'is = ["injury"]', 'is = ["hurt"]', "stay_cause cannot be 'hurt'"),
        ("a missing source", "source = ", "# source = ", "source is missing: where the rules come from"),
        ("a status nobody knows", 'status = "sample"', 'status = "rumour"', "'official' or 'sample'"),
        ("a missing clause", 'clause = { zh = "要在职才能领"', '# { zh = "', "clause is missing"),
        (
            "a clause in one language",
            '"要在职才能领", en = "You must be in work"',
            '"要在职才能领"',
            "en is missing: the text in English",
        ),
        ("an empty text", 'en = "You must be in work"', 'en = " "', "must not be empty"),
        ("a key nobody reads", "between = [16, 60]", "betwen = [16, 60]", "unknown key betwen"),
        ("two tests in one", "between = [16, 60]", "between = [16, 60]\nis = [16]", "needs one of"),
        ("three ends", "between = [16, 60]", "between = [16, 60, 70]", "needs no more than 2, and has 3"),
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
        ("an award without a kind", 'kind = "rate_on_whole"', "", "kind is missing"),
        ("a word for a list", 'asks = ["age", "in_work", "out_of_pocket", "paid_this_year"]', 'asks = "age"', "needs to be a list"),
        ("a number for a text", 'status = "sample"\nsource = "', 'status = "sample"\nsource = 1 # "', "needs to be text, in quotes"),
        ("a text for a table", 'clause = { zh = "要在职才能领", en = "You must be in work" }', 'clause = "要在职"', "needs to be a table"),
        ("a name with a space", 'id = "in_work"', 'id = "in work"', "needs to be a name"),
        ("no value at all", "is = [true]", "is = []", "needs at least 1"),
        ("a number that no age has", "between = [16, 60]", "between = [16, 600]", "age is never 600"),
        ("ends the wrong way round", "between = [16, 60]", "between = [60, 16]", "wrong way round"),
        ("nothing between two ends", 'over = "5000"\n', 'over = "5000"\nbelow = "5000"\n', "wrong way round"),
        ("an end written twice", 'over = "5000"\n', 'over = "5000"\nfrom = "5000"\n', "over and from are the same end twice"),
        ("more of a choice", 'is = ["injury"]', 'over = "injury"', "use is or is_not"),
        ("an amount with a point", 'over = "5000"\n', "over = 5000.5\n", "has a point"),
        ("a day with a time in a test", "between = [16, 60]", "over = 2023-01-01T00:00:00", "needs to be an amount as text"),
        ("a fact and a sum", 'fact = "age"', 'fact = "age"\nsum = "age"', "needs a fact or a sum, and not both"),
        ("an unknown sum", 'base = "out_of_pocket"', 'sum = "net"', "unknown sum 'net'"),
        (
            "a key of tests put together beside others",
            'fact = "age"',
            'fact = "age"\nall = [{ fact = "age", to = 60 }]',
            "keep one of the two",
        ),
        ("a number for a test", 'fact = "age"\nbetween = [16, 60]', "all = [7]", "needs to be a table"),
        ("a fact that resembles another", 'fact = "age"', 'fact = "aeg"', "did you mean age?"),
        ("a band without its lower end", '{ over = "200000", rate', "{ rate", "needs its lower end"),
        ("an open band that is not the last", 'over = "10000", to = "20000"', 'over = "10000"', "give that one an end"),
        ("a rate above the whole", 'rate = "1.5%"', 'rate = "150%"', "more than the whole"),
        ("an amount below nothing", 'over = "5000"\n', 'over = "-5000"\n', "is less than nothing"),
        ("an amount above everything", 'over = "5000"\n', 'over = "50000000000000"\n', "is more than any amount"),
        ("an amount that is empty", 'over = "5000"\n', 'over = ""\n', "is empty"),
        ("an amount in words", 'over = "5000"\n', 'over = "五千"\n', "is no amount"),
        ("a rate that is no rate", 'rate = "1.5%"', 'rate = "1.5"', "is no rate"),
        ("a rate finer than a millionth", 'rate = "1.5%"', 'rate = "1.0001‰"', "is finer than a millionth"),
        ("a list for a fact", 'fact = "age"', 'fact = ["age"]', "needs to be the name of a fact, in quotes, not a list"),
        ("one key twice", 'status = "sample"', 'status = "sample"\nstatus = "sample"', "in the file twice"),
        ("a quote that is missing", 'kind = "rate_on_whole"', 'kind = "rate_on_whole', "is not TOML here"),
        ("no TOML at all", "[[edition]]", "[[edition", "6: file: is not TOML here"),
    ],
)
def test_a_slip_of_the_pen_is_refused(tmp_path: Path, slip: str, good: str, bad: str, problem: str) -> None:
    assert good in _in_force("", "")

    problems = _problems(tmp_path, _in_force(good, bad))

    assert problem in " / ".join(problems), slip
    assert len(problems) == 1, "one cause, one problem"


def test_a_condition_on_an_item_outside_the_list_is_refused(tmp_path: Path) -> None:
    problems = _problems(tmp_path, ACCIDENT.replace('is_not = ["lighter"]', 'is_not = ["ligther"]'), "accident.toml")

    assert "no item of a list of this edition: ligther" in problems[0]


def test_editions_out_of_order_are_refused(tmp_path: Path) -> None:
    head, mark, body = _in_force("", "").partition(MARK)
    earlier = body.replace("2023-01-01", "2022-01-01")

    assert "must stand before" in _problems(tmp_path, f"{head}{mark}{body}{mark}{earlier}")[0]
    assert "no day twice" in _problems(tmp_path, f"{head}{mark}{body}{mark}{body}")[0]


@pytest.mark.parametrize(
    ("slip", "line", "problem"),
    [
        ("no time at all", "", "needs one of days, working_days and month_day"),
        ("two times", "days = 30\nworking_days = 30", "needs one of days, working_days and month_day"),
        ("days before the event", "days = -1", "needs to be 1 or more"),
        ("more days than a calendar has", "days = 1000000000000", "needs to be 3660 or less"),
        ("a day that only leap years have", "month_day = [2, 29]", "this is no day of every year"),
        ("a thirteenth month", "month_day = [13, 1]", "this is no day of every year"),
        ("a month without a day", "month_day = [1]", "needs at least 2, and has 1"),
        ("days as text", 'days = "30"', "needs to be a whole number"),
    ],
)
def test_a_deadline_that_cannot_be_counted_is_refused(tmp_path: Path, slip: str, line: str, problem: str) -> None:
    problems = _problems(tmp_path, f"{_in_force('', '')}{DEADLINE}{line}\n")

    assert [problem in told for told in problems] == [True], slip


@pytest.mark.parametrize(
    ("slip", "condition", "who"),
    [
        ("a range that ends below where another begins", 'fact = "out_of_pocket"\nbelow = "5000.01"', "threshold and more"),
        ("an age nobody has", 'fact = "age"\nover = 60', "age and more"),
        ("a yes that must be a no", 'fact = "in_work"\nis = [false]', "in_work and more"),
        ("a day before the edition", 'fact = "discharged_on"\nbelow = 2023-01-01', "more"),
    ],
)
def test_an_edition_that_nobody_can_reach_is_refused(tmp_path: Path, slip: str, condition: str, who: str) -> None:
    more = f'\n[[edition.conditions]]\nid = "more"\nclause = {{ zh = "还要", en = "Besides" }}\n{condition}\n'

    problems = _problems(tmp_path, _in_force("", "") + more)

    assert problems[0].startswith("6: edition 2023-01-01: nobody can meet " + who), slip


def test_a_range_that_one_fen_lies_in_can_be_reached(tmp_path: Path) -> None:
    more = '\n[[edition.conditions]]\nid = "more"\nclause = { zh = "还要", en = "Besides" }\nfact = "out_of_pocket"\nto = "5000.01"\n'
    (tmp_path / "hospital.toml").write_text(_in_force("", "") + more, encoding="utf-8")

    assert read_policy(tmp_path / "hospital.toml").editions[0].conditions[-1].id == "more"


def test_an_edition_that_ends_before_any_day_can_be_stated_is_refused(tmp_path: Path) -> None:
    _, mark, body = _in_force("", "").partition(MARK)
    old = body.replace("2023-01-01", "1980-01-01")
    new = body.replace("2023-01-01", "1990-01-01")

    assert "nobody can reach this edition" in _problems(tmp_path, f"{HEAD}{mark}{old}{mark}{new}")[0]


@pytest.mark.parametrize(("others", "problem"), [(["hospital"], "this file's own benefit"), (["fire", "fire"], "stands here twice")])
def test_what_combines_with_itself_is_refused(tmp_path: Path, others: list[str], problem: str) -> None:
    row = '\n[[edition.combines]]\nbenefit = "{}"\nclause = {{ zh = "还可以", en = "You may also" }}\n'

    assert problem in _problems(tmp_path, _in_force("", "") + "".join(map(row.format, others)))[0]


def test_everything_wrong_is_named_in_one_run(tmp_path: Path) -> None:
    text = (
        _in_force("", "").replace('rate = "1.5%"', "rate = 1.5").replace('rate = "2%"', "rate = 2").replace('fact = "age"', 'fact = "aeg"')
    )

    assert len(_problems(tmp_path, text)) == 3


def test_a_file_that_is_not_there_is_a_problem_too(tmp_path: Path) -> None:
    with pytest.raises(PolicyError) as refused:
        read_policy(tmp_path / "hospital.toml")

    assert refused.value.file == str(tmp_path / "hospital.toml")
    assert refused.value.problems == (Problem(1, "file", "cannot be read: No such file or directory"),)


def test_a_file_in_another_encoding_is_a_problem_too(tmp_path: Path) -> None:
    (tmp_path / "hospital.toml").write_bytes(HOSPITAL.encode("gb18030"))

    with pytest.raises(PolicyError) as refused:
        read_policy(tmp_path / "hospital.toml")

    assert refused.value.file == str(tmp_path / "hospital.toml")
    assert refused.value.problems == (Problem(1, "file", "is not in UTF-8: save it in that encoding"),)


@pytest.mark.parametrize(
    ("slip", "text", "problem"),
    [
        ("a list that nobody closes", "# two lines\nasks = [1\n", "3: file: is not TOML here: a comma or the closing ] is missing"),
        ("a key without a value", "# two lines\nbenefit\n", "2: file: is not TOML here: a key needs = and a value"),
        ("what there are no words of ours for", "[a]\n[a]\n", "2: file: is not TOML here: Cannot declare ('a',) twice"),
    ],
)
def test_what_is_no_toml_is_named_with_its_line(tmp_path: Path, slip: str, text: str, problem: str) -> None:
    assert _problems(tmp_path, text) == [problem], slip


ANYTHING = st.recursive(
    st.sampled_from([0, -1, 10**30, 1.5, True, "", "age", "all", "sum", "5000", "10%", date.min, date.max, datetime(2020, 1, 1)]),  # noqa: DTZ001  # TOML has it
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["fact", "kind", "all", "not", "over", "is", "zh"]), inner, max_size=3)
    ),
    max_leaves=4,
)


@settings(max_examples=75, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(file=st.sampled_from(sorted(POLICIES.glob("*/*.toml"))), where=st.integers(0, 10_000), other=ANYTHING, is_more=st.booleans())
def test_whatever_stands_in_a_file_it_is_read_or_refused_with_a_line(
    tmp_path: Path, file: Path, where: int, other: Any, is_more: bool
) -> None:
    data = tomllib.loads(file.read_text(encoding="utf-8"))
    nodes = list(_nodes(data))
    table, key = nodes[where % len(nodes)]
    table["all" if is_more and isinstance(table, dict) else key] = other
    copy = tmp_path / file.name
    copy.write_text("\n".join(f"{key} = {_toml(value)}" for key, value in data.items()), encoding="utf-8")

    lines = [problem.line for problem in _refusals(copy)]

    assert all(1 <= line <= len(data) for line in lines)


def _refusals(file: Path) -> tuple[Problem, ...]:
    """Everything wrong in a file; nothing, if it is read."""
    try:
        read_policy(file)
    except PolicyError as refused:
        return refused.problems
    return ()


def _nodes(value: Any) -> Iterator[tuple[Any, Any]]:
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in pairs:
        yield value, key
        yield from _nodes(inner)


def _toml(value: Any) -> str:
    """Write anything in one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {_toml(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return value.isoformat() if isinstance(value, date) else json.dumps(value, ensure_ascii=False)
