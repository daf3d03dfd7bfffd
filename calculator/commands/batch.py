"""python -m calculator batch: a whole table of cases, CSV or XLSX."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from tqdm import tqdm

from calculator.amounts import pretty
from calculator.batch import batch
from calculator.commands.terminal import DONE, PROGRAM, WRONG, complain, say
from calculator.policy import policy_named
from calculator.sheets.reading import open_sheet


def run(words: Sequence[str]) -> int:
    """Work out a table; the exit code says whether every row could be used. Raises CalculatorError."""
    arguments = _parser().parse_args(words)
    policy = policy_named(arguments.policy)
    with tqdm(total=open_sheet(arguments.source).count, unit=" rows", disable=None) as bar:
        result = batch(policy, arguments.source, arguments.target, arguments.on, bar.update)
    for outcome, count in result.outcomes.items():
        say(f"{outcome.value:<14}{count:>12,}")
    say(f"{'yuan':<14}{pretty(result.amount):>12}")
    if result.bad:
        complain(f"{result.bad:,} rows could not be used: see {result.bad_file}")
        return WRONG
    return DONE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=f"{PROGRAM} batch",
        description="Work out a table of cases. Its headings are facts; `member` and the day of the edition let the yearly cap apply.",
    )
    parser.add_argument("policy", metavar="place/benefit", help="such as changchun/hospital")
    parser.add_argument("source", metavar="IN", type=Path, help=".csv (UTF-8 or GB18030) or .xlsx")
    parser.add_argument("target", metavar="OUT", type=Path, help=".csv or .xlsx")
    parser.add_argument("--on", type=date.fromisoformat, metavar="DAY", help="for rows without a day of their own")
    return parser
