"""Works out a whole table of cases: what comes in goes out again, with amount, verdict and reason beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

from calculator.amounts import plain
from calculator.bulk import NO_AMOUNT, Results
from calculator.cases import BadRow, Progress, read_cases
from calculator.edition import Edition, Policy
from calculator.errors import FactError, SheetError
from calculator.facts import parse_fact
from calculator.sheets.reading import Sheet, open_sheet
from calculator.sheets.writing import writing
from calculator.verdict import Outcome

ADDED = ("amount", "verdict", "reason", "status")
"""The columns that are added: yuan, outcome, the conditions and facts it rests on, and whether the rules are a sample."""


class Batch(NamedTuple):
    """What came of it: how many rows of each outcome, the sum in fen, and the rows that could not be used, with the file they went to."""

    outcomes: dict[Outcome, int]
    amount: int
    bad: int
    bad_file: Path


def batch(policy: Policy, source: Path, target: Path, on: date | None, told: Progress) -> Batch:
    """Read `source`, work out every row under the edition of its own day, or of `on`, and write `target`. Raises CalculatorError.

    Rows that cannot be used go to a file beside the target, with their line and why.
    """
    if source.resolve() == target.resolve():
        raise SheetError(target, "same_file")
    sheet = open_sheet(source)
    _need_a_column(sheet, policy)
    done, bad = read_cases(sheet, lambda cells: _edition(policy, cells, on), told)
    told_lines: dict[int, tuple[str, ...]] = {}
    outcomes = dict.fromkeys(Outcome, 0)
    amount = 0
    for cases in done:
        results = cases.results()
        amount += int(results.amount[results.amount > 0].sum())
        for row, line in enumerate(cases.lines):
            outcomes[results.outcome_of(row)] += 1
            told_lines[line] = _added(results, row, cases.edition)
    bad_file = target.with_name(f"{target.stem}.bad{target.suffix}")
    _write(sheet, target, told_lines)
    _write_bad(sheet, bad_file, bad)
    return Batch(outcomes, amount, len(bad), bad_file)


def _need_a_column(sheet: Sheet, policy: Policy) -> None:
    """A table without any fact of the policy is another table. Raises SheetError."""
    facts = dict.fromkeys(name for edition in policy.editions for name in (*edition.asks, *edition.claim_asks))
    if not facts.keys() & set(sheet.headings):
        raise SheetError(sheet.file, "no_column", ", ".join(facts))


def _edition(policy: Policy, cells: Mapping[str, str], on: date | None) -> Edition:
    """The edition of the row's own day, or of the day given for rows without. Raises FactError, NoEditionError."""
    text = cells.get(policy.edition_by)
    day = parse_fact(policy.edition_by, text) if text else on
    if not isinstance(day, date):
        raise FactError(policy.edition_by, text or "", "no_day")
    return policy.edition_on(day)


def _added(results: Results, row: int, edition: Edition) -> tuple[str, ...]:
    amount = int(results.amount[row])
    reasons = "; ".join(f"{reason.name} {reason.state.value}" for reason in results.reasons_of(row))
    return ("" if amount == NO_AMOUNT else plain(amount), results.outcome_of(row).value, reasons, edition.status)


def _write(sheet: Sheet, target: Path, told_lines: dict[int, tuple[str, ...]]) -> None:
    kept = [heading for heading in sheet.headings if heading not in ADDED]
    with writing(target, sheet.count) as write:
        write([*kept, *ADDED])
        for row in sheet.rows():
            if row.line in told_lines:
                write([*(row.cells[heading] for heading in kept), *told_lines[row.line]])


def _write_bad(sheet: Sheet, file: Path, bad: Sequence[BadRow]) -> None:
    """Write the rows that could not be used; without any, no file is left from an earlier run."""
    if not bad:
        file.unlink(missing_ok=True)
        return
    why = {row.line: row.reason for row in bad}
    with writing(file, len(bad)) as write:
        write(["line", "reason", *sheet.headings])
        for row in sheet.rows():
            if row.line in why:
                write([str(row.line), why[row.line], *row.cells.values()])
