"""python -m calculator rehearse: what a new edition would do to known cases."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from tqdm import tqdm

from calculator.commands.terminal import DONE, PROGRAM, WRONG, complain, say
from calculator.edition import Edition
from calculator.errors import UnknownPolicyError
from calculator.policy import edition_of
from calculator.reading.policy_file import read_policy
from calculator.rehearsal import Rehearsal, rehearse
from calculator.rehearsal_report import drawn, lines, table
from calculator.sheets.reading import open_sheet
from calculator.sheets.writing import writing

DESCRIPTION = "Hold two editions against the same cases: winners, losers, flips and budget. Nothing is changed."


def run(words: Sequence[str]) -> int:
    """Rehearse one edition against another. Raises CalculatorError."""
    parser = argparse.ArgumentParser(prog=f"{PROGRAM} rehearse", description=DESCRIPTION)
    add_arguments(parser)
    parser.add_argument("cases", metavar="CASES", type=Path, help=".csv or .xlsx, as for batch; a column `union` gives groups")
    arguments = parser.parse_args(words)
    before, after = edition_named(arguments.before), edition_named(arguments.after)
    sheet = open_sheet(arguments.cases)
    with tqdm(total=2 * sheet.count, unit=" rows", disable=None) as bar:
        found = rehearse(before, after, sheet, bar.update)
    return tell(found, arguments)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What a rehearsal is told, wherever its cases come from."""
    parser.add_argument("before", metavar="BEFORE", help="place/benefit@DAY, or a policy file with @DAY (default: its last edition)")
    parser.add_argument("after", metavar="AFTER", help="the same")
    parser.add_argument("--table", type=Path, metavar="FILE", help="every figure, .csv or .xlsx")
    parser.add_argument("--picture", type=Path, metavar="FILE", help="a picture, .svg")


def tell(found: Rehearsal, arguments: argparse.Namespace) -> int:
    """Say what came of it, and write what was asked for; the exit code says whether every row could be used. Raises SheetError."""
    say("\n".join(lines(found)))
    if arguments.table:
        rows = list(table(found))
        with writing(arguments.table, len(rows)) as write:
            for row in rows:
                write(row)
    if arguments.picture:
        arguments.picture.write_text(drawn(found), encoding="utf-8")
    return _complained(found)


def edition_named(name: str) -> Edition:
    """An edition in force by its id, or one of a file: its last, or that of `@DAY`. Raises CalculatorError."""
    path, _, day = name.partition("@")
    if not path.endswith(".toml"):
        return edition_of(name)
    editions = read_policy(Path(path)).editions
    found = [edition for edition in editions if str(edition.starts) == day] if day else [editions[-1]]
    if not found:
        raise UnknownPolicyError(name)
    return found[0]


def _complained(found: Rehearsal) -> int:
    for row in found.bad[:10]:
        complain(f"line {row.line}: {row.reason}")
    if found.bad:
        complain(f"{len(found.bad):,} rows could not be used")
    return WRONG if found.bad else DONE
