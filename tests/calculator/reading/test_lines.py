"""A problem is named by the line it stands in."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calculator.errors import PolicyError
from calculator.policy import POLICIES
from calculator.reading.lines import Place, line_of
from calculator.reading.policy_file import read_policy

FILES = sorted(POLICIES.glob("*/*.toml"))
KEY = re.compile(r"^(?P<key>[a-z_]+) = (?P<value>.+)$")
ROW = re.compile(r"^  \{.*\},?$")
HEADER = re.compile(r"^\[\[?edition\.(?P<path>[a-z_.]+)\]\]?$")
BROKEN = "[1.5, nan]"
ENOUGH = 40


def _broken(text: str) -> Iterator[tuple[int, str]]:
    """The text with one line broken after the other, and the number of the broken one."""
    lines = text.splitlines()
    for number, line in enumerate(lines, 1):
        if KEY.match(line) and not line.endswith("["):
            yield number, _with(lines, number, KEY.sub(rf"\g<key> = {BROKEN}", line))
            yield number, _with(lines, number, KEY.sub(r"\g<key>x = \g<value>", line))
        elif ROW.match(line):
            yield number, _with(lines, number, f"  {BROKEN},")
            yield number, _with(lines, number, line.replace("{", "{ whatever = 1,", 1))
        elif HEADER.match(line):
            yield number, _with(lines, number, line.rstrip("]") + "x" + "]" * line.count("]"))


def _with(lines: list[str], number: int, other: str) -> str:
    return "\n".join([*lines[: number - 1], other, *lines[number:]])


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_whichever_line_of_a_policy_file_breaks_is_the_line_that_is_named(file: Path, tmp_path: Path) -> None:
    copy = tmp_path / file.name
    ways = list(_broken(file.read_text(encoding="utf-8")))
    tried = 0

    for number, broken in Random(7).sample(ways, ENOUGH):  # noqa: S311  # the same at every run; another file, other lines
        copy.write_text(broken, encoding="utf-8")
        with pytest.raises(PolicyError) as refused:
            read_policy(copy)
        if "is not TOML" in str(refused.value):
            continue  # a header that is gone makes others clash
        named = [problem.line for problem in refused.value.problems]
        headers = {at for at, line in enumerate(broken.splitlines(), 1) if line.startswith("[")}
        assert number in named, f"line {number} is broken: {refused.value}"
        assert set(named) - headers <= {number}, f"line {number} is broken, and others are blamed: {refused.value}"
        tried += 1

    assert tried > ENOUGH / 2


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_a_misspelt_key_is_one_problem(file: Path, tmp_path: Path) -> None:
    copy = tmp_path / file.name
    lines = file.read_text(encoding="utf-8").splitlines()

    for number, line in enumerate(lines, 1):
        if line.startswith(("from", "source", "clause", "status", "claim_asks", "title", "edition_by")):
            copy.write_text(_with(lines, number, line.replace(" =", "e =", 1)), encoding="utf-8")
            with pytest.raises(PolicyError) as refused:
                read_policy(copy)
            assert [problem.line for problem in refused.value.problems] == [number], refused.value
            assert "did you mean" in refused.value.problems[0].message


def _places(data: Any, place: Place = ()) -> Iterator[Place]:
    pairs = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for step, inner in pairs:
        yield (*place, step)
        yield from _places(inner, (*place, step))


HARD = '''a.b = 1 # not = this
"q".'z' = """x = 1
]\\""""
[t . u]
c = [1, [2,
 3], { d = "]}", e.f = 'a,b' }, # ]
]
day = 1979-05-27T07:32:00Z
[[x]]
y = \'\'\'[z]
'\'\'\'
[x.z]
[[x.w]]
[[x]]
k = 1
'''


HARD_LINES = {
    1: "a a.b",
    2: "q q.z",
    4: "t t.u",
    5: "t.u.c t.u.c.0 t.u.c.1 t.u.c.1.0",
    6: "t.u.c.1.1 t.u.c.2 t.u.c.2.d t.u.c.2.e t.u.c.2.e.f",
    8: "t.u.day",
    9: "x x.0",
    10: "x.0.y",
    12: "x.0.z",
    13: "x.0.w x.0.w.0",
    14: "x.1",
    15: "x.1.k",
}


def test_every_way_to_write_a_table_is_followed() -> None:
    places = set(_places(tomllib.loads(HARD)))
    lines = {".".join(map(str, place)): line_of(HARD, place) for place in places}

    assert lines == {name: number for number, names in HARD_LINES.items() for name in names.split()}


def test_what_the_file_does_not_have_is_looked_for_where_it_would_stand() -> None:
    assert line_of(HARD, ("x", 1, "missing", 3)) == line_of(HARD, ("x", 1))
    assert line_of(HARD, ("nowhere",)) == 1


@given(st.recursive(st.integers() | st.text("a]}\"'#,=[ "), lambda inner: st.lists(inner, max_size=3), max_leaves=12))
def test_every_row_of_every_list_is_found(value: Any) -> None:
    lines = ["before = 1"]
    expected = dict(_write(lines, ("key",), value, "key = ", ""))
    text = "\n".join([*lines, "after = 2"])
    assert tomllib.loads(text)["key"] == value

    assert {place: line_of(text, place) for place in expected} == expected
    assert line_of(text, ("after",)) == len(lines) + 1


def _write(lines: list[str], place: Place, value: Any, before: str, after: str) -> Iterator[tuple[Place, int]]:
    """Write a value with every row of a list on a line of its own, and say which."""
    yield place, len(lines) + 1
    if not isinstance(value, list):
        lines.append(f"{before}{json.dumps(value)}{after}")
        return
    lines.append(f"{before}[ # ]")
    for number, row in enumerate(value):
        yield from _write(lines, (*place, number), row, "  ", ",")
    lines.append(f"]{after}")
