"""Many cases out of a table: every row read as facts, and what cannot be read named by its line."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from calculator.bulk import Array, Results, as_column, compute, in_the_year
from calculator.edition import Edition
from calculator.errors import FactError, NoEditionError
from calculator.facts import Facts, parse_fact
from calculator.limits import PAID_THIS_YEAR
from calculator.sheets.reading import Cells, Row

MEMBER = "member"
UNION = "union"
CHUNK = 20_000

Progress = Callable[[int], object]
"""Told how many rows were read since it was last told."""


class BadRow(NamedTuple):
    """A row that cannot be used: its line, and why."""

    line: int
    reason: str


@dataclass(slots=True)
class Cases:
    """The rows of one edition: their lines, the columns of their facts, of which union they are, and whose.

    `members` are numbers that stand for the column `member`; a row that names nobody stands for itself, with a negative one.
    """

    edition: Edition
    lines: list[int] = field(default_factory=list)
    members: list[int] = field(default_factory=list)
    unions: list[str] = field(default_factory=list)
    _parts: dict[str, list[Array]] = field(default_factory=dict)

    def add(self, rows: Sequence[tuple[Row, Facts]], headings: Sequence[str], numbers: dict[str, int]) -> None:
        """Take rows up; `numbers` are those given to members so far."""
        for row, _ in rows:
            self.lines.append(row.line)
            self.unions.append(row.cells.get(UNION, ""))
            who = row.cells.get(MEMBER, "")
            self.members.append(numbers.setdefault(who, len(numbers)) if who else -row.line)
        for name in (name for name in (*self.edition.asks, *self.edition.claim_asks) if name in headings):
            self._parts.setdefault(name, []).append(as_column(self.edition, name, [facts.get(name) for _, facts in rows]))

    def columns(self) -> dict[str, Array]:
        """The facts, one column each."""
        return {name: np.concatenate(parts) for name, parts in self._parts.items()}

    def results(self) -> Results:
        """Judge every row; within a member's year one payment after the other, if the rows say whose they are and when."""
        columns = self.columns()
        limits_a_year = PAID_THIS_YEAR in self.edition.amount_facts
        if limits_a_year and self.edition.edition_by in columns and any(number >= 0 for number in self.members):
            return in_the_year(self.edition, columns, np.array(self.members, dtype=np.int64))
        return compute(self.edition, columns)


def read_cases(source: Cells, pick: Callable[[Mapping[str, str]], Edition], told: Progress) -> tuple[list[Cases], list[BadRow]]:
    """Read every row under the edition that `pick` finds for its cells: the facts this edition reads, and no others."""
    found: dict[str, Cases] = {}
    bad: list[BadRow] = []
    numbers: dict[str, int] = {}
    for chunk in _chunks(source.rows()):
        by_edition: dict[str, list[tuple[Row, Facts]]] = {}
        for row in chunk:
            try:
                edition = pick(row.cells)
                facts = _facts(edition, row.cells)
            except (FactError, NoEditionError) as wrong:
                bad.append(BadRow(row.line, str(wrong)))
                continue
            found.setdefault(edition.id, Cases(edition))
            by_edition.setdefault(edition.id, []).append((row, facts))
        for edition_id, rows in by_edition.items():
            found[edition_id].add(rows, source.headings, numbers)
        told(len(chunk))
    return list(found.values()), bad


def _facts(edition: Edition, cells: Mapping[str, str]) -> Facts:
    """Read the cells that hold something; an empty one is missing. Raises FactError."""
    read = (name for name in (*edition.asks, *edition.claim_asks) if cells.get(name))
    return {name: edition.check(name, parse_fact(name, cells[name])) for name in read}


def _chunks(rows: Iterable[Row]) -> Iterator[list[Row]]:
    chunk: list[Row] = []
    for row in rows:
        chunk.append(row)
        if len(chunk) == CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
