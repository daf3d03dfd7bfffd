"""What people type, read by this project and by libraries for Chinese text, in turn: how many are right, and how much CPU time one takes.

The phrases are those of tests/handlers/understanding/phrases, the held-out ones among them. Libraries that are not installed are left out:
`pip install cn2an jionlp` brings them.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from statistics import median
from time import thread_time
from typing import Any

from bench.understanding.peers import peers
from bot.wording import LOCALES, catalogue
from handlers.understanding.amounts import read_amount
from handlers.understanding.asked import asked
from handlers.understanding.choices import read_choice
from handlers.understanding.counts import read_age, read_count
from handlers.understanding.days import read_day
from handlers.understanding.matching import Matcher, examples_in
from handlers.understanding.reading import Read
from handlers.understanding.sentence import hear
from handlers.understanding.yes_no import read_yes_no

TABLES = Path(__file__).parents[2] / "tests" / "handlers" / "understanding" / "phrases"
TODAY = date(2026, 11, 23)
LABELS = {"illness": ("生病", "illness"), "injury": ("受伤", "意外受伤", "injury"), "maternity": ("生孩子", "having a baby", "maternity")}
MATCHER = Matcher.of(*(examples_in(catalogue(locale)) for locale in LOCALES))
OURS: dict[str, Callable[[str], Any]] = {
    "amounts": read_amount,
    "days": lambda said: read_day(said, TODAY),
    "ages": lambda said: read_age(said, TODAY),
    "counts": read_count,
    "yes_no": read_yes_no,
    "choices": lambda said: read_choice(said, LABELS),
    "heldout_topics": lambda said: asked(said, MATCHER),
    "heldout_topics_again": lambda said: asked(said, MATCHER),
    "sentences": lambda said: hear(said, TODAY),
    "heldout_sentences": lambda said: hear(said, TODAY),
}
PROMISED_US = 30
AT_A_TIME = 20
A_MILLION = 1_000_000


@dataclass
class Row:
    """One reader over one table. `right` and `clear` count clear phrases; None where the table has no single value."""

    table: str
    reader: str
    phrases: int
    times: list[list[float]] = field(default_factory=list)
    right: int | None = None
    clear: int | None = None

    def summary(self) -> dict[str, Any]:
        each = [median(of_one) for of_one in self.times]
        within = sum(took <= PROMISED_US for took in each) / len(each)
        numbers = {"median_us": median(each), "slowest_us": max(each), "within_30_us": within}
        return {"table": self.table, "reader": self.reader, "phrases": self.phrases, "right": self.right, "clear": self.clear, **numbers}


def main(arguments: list[str]) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench understanding", description=__doc__)
    parser.add_argument("--runs", type=int, default=5, help="rounds, of which the medians are taken for each phrase")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    rows = [row.summary() for row in measured(options.runs)]
    sys.stdout.write(json.dumps(rows, indent=1) + "\n" if options.json else table(rows))


def measured(runs: int) -> list[Row]:
    """All readers over all tables, phrase by phrase, ours and the others in turn."""
    contenders = [(name, "niangjia", reader) for name, reader in OURS.items()]
    contenders += [(name, library, reader) for library, of_library in peers(TODAY).items() for name, reader in of_library.items()]
    rows = []
    for name, library, reader in contenders:
        phrases = _phrases(name)
        row = Row(name, library, len(phrases), [[] for _ in phrases])
        row.right, row.clear = _score(name, reader, phrases)
        rows.append(row)
    for _ in range(runs):
        for row, (_, _, reader) in zip(rows, contenders, strict=True):
            for times, phrase in zip(row.times, _phrases(row.table), strict=True):
                times.append(_microseconds(reader, phrase["said"]))
    return rows


def _phrases(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader((TABLES / f"{name}.csv").read_text(encoding="utf-8").splitlines()))


def _score(name: str, reader: Callable[[str], Any], phrases: Sequence[dict[str, str]]) -> tuple[int | None, int | None]:
    """How many clear phrases give the value meant, however it was found."""
    if name not in VALUES:
        return None, None
    clear = [phrase for phrase in phrases if phrase["sure"] == "yes"]
    return sum(_value(reader(phrase["said"])) == VALUES[name](phrase["means"]) for phrase in clear), len(clear)


VALUES: dict[str, Callable[[str], object]] = {
    "amounts": lambda means: int(Decimal(means) * 100),
    "days": date.fromisoformat,
    "ages": int,
    "counts": int,
    "yes_no": lambda means: means == "true",
    "choices": str,
}


def _value(found: Any) -> object:
    return found.value if isinstance(found, Read) else found


def _microseconds(reader: Callable[[str], Any], said: str) -> float:
    reader(said)
    started = thread_time()
    for _ in range(AT_A_TIME):
        reader(said)
    return (thread_time() - started) / AT_A_TIME * A_MILLION


def table(rows: Sequence[dict[str, Any]]) -> str:
    """Lines for people."""
    return "\n".join(_lines(rows)) + "\n"


def _lines(rows: Sequence[dict[str, Any]]) -> Iterator[str]:
    yield f"{'table':22}{'reader':10}{'phrases':>8}{'clear right':>13}{'median':>10}{'slowest':>10}{'within 30 us':>14}"
    for row in rows:
        right = f"{row['right']}/{row['clear']}" if row["clear"] else "-"
        times = f"{row['median_us']:8.1f}us{row['slowest_us']:8.0f}us{row['within_30_us']:14.0%}"
        yield f"{row['table']:22}{row['reader']:10}{row['phrases']:8}{right:>13}{times}"
