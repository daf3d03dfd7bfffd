"""Reads a policy file into compiled editions, or refuses it with everything wrong, each problem with its line and what to do."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from calculator.edition import Policy
from calculator.errors import PolicyError, Problem
from calculator.language.policy import PolicyTable
from calculator.language.slips import slips
from calculator.reading.compiling import compiled
from calculator.reading.lines import Place, line_of
from calculator.reading.reaching import unreachable
from calculator.reading.soundness import faults

_LINE = re.compile(r" \(at (?:line (?P<line>\d+), column \d+|end of document)\)$")

_TOML_WORDS = {
    "Cannot overwrite a value": "this key or table stands in the file twice",
    "Expected '=' after a key in a key/value pair": "a key needs = and a value",
    "Invalid value": "this value needs quotes, or a comma is missing",
    "Unclosed array": "a comma or the closing ] is missing",
    "Unclosed inline table": "a comma or the closing } is missing",
    "Unterminated string": "the closing quote is missing",
    "Expected newline or end of document after a statement": "something stands behind the value that does not belong there",
}


def read_policy(file: Path) -> Policy:
    """Read the policy in a file. Raises PolicyError with every problem found."""
    text, data = read_toml(file)
    try:
        table = PolicyTable.model_validate(data)
    except ValidationError as wrong:
        raise refused(file, text, data, slips(wrong)) from wrong
    found = list(_faults(file, table))
    if found:
        raise refused(file, text, data, found)
    policy = compiled(table, file.parent.name)
    if found := list(unreachable(policy)):
        raise refused(file, text, data, found)
    return policy


def read_toml(file: Path) -> tuple[str, dict[str, Any]]:
    """Give a file's text and its tables as written. Raises PolicyError."""
    try:
        text = file.read_text(encoding="utf-8")
    except UnicodeDecodeError as wrong:
        raise PolicyError(str(file), (Problem(1, "file", "is not in UTF-8: save it in that encoding"),)) from wrong
    except OSError as wrong:
        raise PolicyError(str(file), (Problem(1, "file", f"cannot be read: {wrong.strerror}"),)) from wrong
    try:
        return text, tomllib.loads(text)
    except tomllib.TOMLDecodeError as wrong:
        at = _LINE.search(str(wrong))
        line = int(at["line"]) if at is not None and at["line"] else text.count("\n") + 1
        said = _LINE.sub("", str(wrong))
        message = f"is not TOML here: {_TOML_WORDS.get(said, said)}"
        raise PolicyError(str(file), (Problem(line, "file", message),)) from wrong


def refused(file: Path, text: str, data: dict[str, Any], problems: Iterator[tuple[Place, str]] | list[tuple[Place, str]]) -> PolicyError:
    """Everything wrong in a file, from the top down."""
    found = [Problem(line_of(text, place), _named(place, data), message) for place, message in problems]
    return PolicyError(str(file), tuple(sorted(found, key=lambda problem: problem.line)))


def _faults(file: Path, table: PolicyTable) -> Iterator[tuple[Place, str]]:
    """What only the file as a whole can get wrong."""
    if table.benefit != file.stem:
        yield ("benefit",), f"benefit must be {file.stem!r}, the name of the file"
    for number, (before, after) in enumerate(pairwise(table.edition), 1):
        if after.from_ <= before.from_:
            yield ("edition", number, "from"), f"edition {after.from_} must stand before edition {before.from_}, and no day twice"
    for number, edition in enumerate(table.edition):
        yield from ((("edition", number, *place), message) for place, message in faults(edition, table.edition_by, table.benefit))


def _named(place: Place, data: Any) -> str:
    """A place in words: "edition 2023-01-01, award, bands 3, rate"."""
    names: list[str] = []
    for step in place:
        data = _inside(data, step)
        if isinstance(step, int):
            day = data.get("from") if names == ["edition"] and isinstance(data, dict) else None
            names[-1] += f" {day or step + 1}"
        else:
            names.append(step)
    return ", ".join(names) or "file"


def _inside(data: Any, step: str | int) -> Any:
    if isinstance(data, dict):
        return data.get(str(step))
    return data[step] if isinstance(data, list) and isinstance(step, int) and step < len(data) else None
