"""Checks policy files as what they are together: each by itself, beside the others of its place, and against what was published."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from calculator.edition import Policy
from calculator.errors import PolicyError, Problem
from calculator.reading.lines import Place
from calculator.reading.policy_file import read_policy, read_toml, refused
from calculator.reading.published import breaches, name_of, read_record, record_beside


@dataclass(frozen=True, slots=True)
class Checked:
    """A policy file and everything wrong in it; `editions` says of each, by its first day, its status and whether it is published."""

    file: Path
    problems: tuple[Problem, ...]
    editions: tuple[tuple[str, str, bool], ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Plain data, for machines."""
        return {
            "file": str(self.file),
            "editions": [{"from": day, "status": status, "published": told} for day, status, told in self.editions],
            "problems": [problem._asdict() for problem in self.problems],
        }


def checked(file: Path) -> Checked:
    """Check one policy file."""
    try:
        policy = read_policy(file)
        text, data = read_toml(file)
    except PolicyError as wrong:
        return Checked(file, wrong.problems)
    published = read_record(record_beside(file)).get(name_of(file), {})
    found = [*_alone(file, policy), *breaches(name_of(file), data, published)]
    days = ((str(edition.starts), edition.status) for edition in policy.editions)
    return Checked(file, refused(file, text, data, found).problems, tuple((day, status, day in published) for day, status in days))


def _alone(file: Path, policy: Policy) -> Iterator[tuple[Place, str]]:
    """Benefits that it combines with and that its place does not have."""
    for number, edition in enumerate(policy.editions):
        for row, other in enumerate(edition.combines):
            if not file.with_stem(other.benefit).exists():
                message = f"{policy.place} has no {other.benefit}.toml: write it, or leave this out"
                yield ("edition", number, "combines", row, "benefit"), message
