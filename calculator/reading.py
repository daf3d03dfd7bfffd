"""Reads a policy file into compiled editions, or refuses it with everything wrong, each problem with its line and what to do."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from calculator.compiling import compiled
from calculator.edition import Policy
from calculator.errors import PolicyError, Problem
from calculator.language.policy import PolicyTable
from calculator.lines import line_of
from calculator.soundness import faults


def read_policy(file: Path) -> Policy:
    """Read the policy in a file. Raises PolicyError with every problem found."""
    try:
        text = file.read_text(encoding="utf-8")
        data = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as wrong:
        raise PolicyError(str(file), (Problem(1, "file", str(wrong)),)) from wrong
    try:
        table = PolicyTable.model_validate(data)
    except ValidationError as wrong:
        raise PolicyError(str(file), tuple(_worded(text, data, error) for error in wrong.errors(include_url=False))) from wrong
    found = [Problem(line_of(text, place), _named(place, data), message) for place, message in _faults(file, table)]
    if found:
        raise PolicyError(str(file), tuple(found))
    return compiled(table, file.parent.name)


def _faults(file: Path, table: PolicyTable) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """What only the file as a whole can get wrong."""
    if table.benefit != file.stem:
        yield ("benefit",), f"benefit must be {file.stem!r}, the name of the file"
    for number, (before, after) in enumerate(pairwise(table.edition), 1):
        if after.from_ <= before.from_:
            yield ("edition", number, "from"), f"edition {after.from_} must stand before edition {before.from_}, and no day twice"
    for number, edition in enumerate(table.edition):
        yield from ((("edition", number, *place), message) for place, message in faults(edition, table.edition_by))


def _worded(text: str, data: Any, error: ErrorDetails) -> Problem:
    """One problem of the language, at the key or table it stands at."""
    place = _in_file(data, error["loc"])
    message = {
        "missing": f"{error['loc'][-1]} is missing",
        "extra_forbidden": f"unknown key {error['loc'][-1]}: see docs/policies.md",
    }.get(error["type"], error["msg"].removeprefix("Value error, "))
    return Problem(line_of(text, place), _named(place, data), message)


def _in_file(data: Any, loc: tuple[Any, ...]) -> tuple[str | int, ...]:
    """The part of a place that the file has: names of variants, and what is missing, are left out."""
    place: list[str | int] = []
    for step in loc:
        is_there = step in data if isinstance(data, dict) else isinstance(data, list) and isinstance(step, int)
        if is_there:
            data = data[step]
            place.append(step)
    return tuple(place)


def _named(place: tuple[str | int, ...], data: Any) -> str:
    """A place in words: "edition 2023-01-01, award, bands 3, rate"."""
    names: list[str] = []
    for step in place:
        if isinstance(step, int):
            data = data[step]
            day = data.get("from") if names == ["edition"] and isinstance(data, dict) else None
            names[-1] += f" {day or step + 1}"
        else:
            data = data.get(step) if isinstance(data, dict) else None
            names.append(step)
    return ", ".join(names) or "file"
