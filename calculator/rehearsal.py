"""Two editions over the same cases: who gains, who loses, whose verdict turns, and what it costs. Nothing is changed by it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from calculator.bulk import NO_AMOUNT, Array, Results
from calculator.cases import BadRow, Cases, Progress, read_cases
from calculator.edition import Edition
from calculator.sheets.reading import Cells
from calculator.verdict import Outcome

NO_LINE = 0
"""The line of the table of cases that fall in none."""


@dataclass(slots=True)
class Tally:
    """What two editions make of a group of cases. Sums in fen; a case whose amount either edition leaves open counts in `open` only."""

    cases: int = 0
    winners: int = 0
    losers: int = 0
    unchanged: int = 0
    open: int = 0
    gained: int = 0
    """What the winners get more, together."""
    lost: int = 0
    """What the losers get less, together."""
    before: int = 0
    after: int = 0

    def add(self, before: Array, after: Array) -> None:
        """Count cases by their two amounts."""
        known = (before != NO_AMOUNT) & (after != NO_AMOUNT)
        more = after[known] - before[known]
        self.cases += len(before)
        self.open += len(before) - int(known.sum())
        self.winners += int((more > 0).sum())
        self.losers += int((more < 0).sum())
        self.unchanged += int((more == 0).sum())
        self.gained += int(more[more > 0].sum())
        self.lost += -int(more[more < 0].sum())
        self.before += int(before[known].sum())
        self.after += int(after[known].sum())


@dataclass(slots=True)
class Rehearsal:
    """The whole, then by line of the earlier edition's table (0 is none), by union, and by what became of the verdict."""

    before: Edition
    after: Edition
    whole: Tally = field(default_factory=Tally)
    by_line: dict[int, Tally] = field(default_factory=dict)
    by_union: dict[str, Tally] = field(default_factory=dict)
    turns: dict[tuple[Outcome, Outcome], int] = field(default_factory=dict)
    bad: list[BadRow] = field(default_factory=list)

    def flips(self) -> int:
        """How many cases have another verdict."""
        return sum(count for (before, after), count in self.turns.items() if before is not after)


def rehearse(before: Edition, after: Edition, source: Cells, told: Progress) -> Rehearsal:
    """Hold both editions against every row, whatever its day; `told` hears of every row twice. Raises CalculatorError."""
    first, bad = read_cases(source, lambda _cells: before, told)
    second, also_bad = read_cases(source, lambda _cells: after, told)
    found = Rehearsal(before, after, bad=sorted({*bad, *also_bad}))
    if first and second:
        _compare(found, first[0], second[0])
    return found


def _compare(found: Rehearsal, first: Cases, second: Cases) -> None:
    both = np.intersect1d(first.lines, second.lines, assume_unique=True, return_indices=True)
    one, other = (_rows(cases.results(), rows) for cases, rows in ((first, both[1]), (second, both[2])))
    unions = np.array([first.unions[row] for row in both[1]])
    found.whole.add(one.amount, other.amount)
    for line in np.unique(one.line):
        here = one.line == line
        found.by_line.setdefault(int(line), Tally()).add(one.amount[here], other.amount[here])
    for union in np.unique(unions):
        here = unions == union
        found.by_union.setdefault(str(union), Tally()).add(one.amount[here], other.amount[here])
    outcomes = tuple(Outcome)
    pairs, counts = np.unique(np.stack((one.outcome, other.outcome)), axis=1, return_counts=True)
    for (was, now), count in zip(pairs.T.tolist(), counts.tolist(), strict=True):
        found.turns[outcomes[was], outcomes[now]] = count


def _rows(results: Results, rows: Array) -> Results:
    return Results(results.outcome[rows], results.amount[rows], results.line[rows], results.reasons[rows], results.legend)
