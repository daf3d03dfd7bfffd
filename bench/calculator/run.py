"""Estimates, one and many, exact to the fen: this project beside OpenFisca, plain Decimal and NumPy with floats, in turn."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import time
import timeit
import tracemalloc
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from bench.calculator import decimals, floats, openfisca_peer, ours
from bench.calculator.rows import Array, Columns, bounds, dated, drawn, with_gaps
from calculator.bulk import NO_AMOUNT

OURS, DECIMAL, FLOATS, OPENFISCA = "niangjia", "Decimal", "NumPy, float64", "OpenFisca"
GAPS = f"{OURS}, 1 % missing in each column"
ONE_OPENFISCA = {"new": OPENFISCA, "kept": f"{OPENFISCA}, one simulation kept", "traced": f"{OPENFISCA}, traced"}
MILLION = 1_000_000
SIZES = (10_000, 100_000, MILLION, 10 * MILLION)
PARTS = 10
"""The year in plain Decimal is worked out for so many draws of members, one after another: all at once they would fill the memory."""

Medians = dict[str, float]
Rounds = dict[str, list[float]]
"""What every contender reached in each round: microseconds per call, or rows per second."""


def main(arguments: list[str]) -> None:
    """Measure and print."""
    options = _options(arguments)
    columns = drawn(options.rows, 1)
    with TemporaryDirectory(prefix="bench-") as folder:
        python = None if options.without_openfisca else openfisca_peer.installed(options.openfisca)
        if python is not None:
            openfisca_peer.hand_over(columns, Path(folder))
        report = {
            "machine": f"{os.cpu_count()} cores, Python {platform.python_version()}, NumPy {np.__version__}",
            "rows": options.rows,
            "runs": options.runs,
            **_measured(options, columns, python, Path(folder)),
            "differences": _differences(columns, None if python is None else np.load(Path(folder) / "paid.npy")),
            "growth": {size: _rates(size) for size in SIZES if size <= options.rows},
            "memory": _memory(options.rows),
        }
    sys.stdout.write(json.dumps(report, ensure_ascii=False, indent=1) + "\n" if options.json else table(report))


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench calculator", description=__doc__)
    parser.add_argument("--rows", type=int, default=10 * MILLION, help="made-up cases")
    parser.add_argument("--runs", type=int, default=5, help="rounds, of which the medians are shown")
    parser.add_argument("--calls", type=int, default=20_000, help="calls of one case in a round; a tenth of it for OpenFisca")
    parser.add_argument(
        "--openfisca", type=Path, default=Path("data/bench/openfisca"), help="where OpenFisca gets an environment of its own"
    )
    parser.add_argument("--without-openfisca", action="store_true")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args(arguments)


def _measured(options: argparse.Namespace, columns: Columns, python: Path | None, folder: Path) -> dict[str, Any]:
    """All contenders in turn, round by round."""
    one: Rounds = {}
    many: Rounds = {}
    year: Rounds = {}
    of_openfisca: dict[str, Any] = {}
    works = _works(columns)
    for _ in range(options.runs):
        for name, call in ((OURS, ours.one), (DECIMAL, lambda: decimals.one(45, True, Decimal(152_000)))):
            one.setdefault(name, []).append(1e6 * timeit.timeit(call, number=options.calls) / options.calls)
        for rounds, contenders in ((many, works[0]), (year, works[1])):
            for name, (rows, work) in contenders.items():
                rounds.setdefault(name, []).append(rows / _seconds(work))
        if python is not None:
            of_openfisca, _ = openfisca_peer.measured(python, folder, options.calls // 10)
            many.setdefault(OPENFISCA, []).append(of_openfisca["rows_per_s"])
            for kind, took in of_openfisca["us"].items():
                one.setdefault(ONE_OPENFISCA[kind], []).append(took)
    versions = {OPENFISCA: of_openfisca.get("version"), "its numbers": of_openfisca.get("type")}
    return {"versions": versions, "one_us": _medians(one), "rows_per_s": _medians(many), "rows_per_s_in_the_year": _medians(year)}


Works = dict[str, tuple[int, Callable[[], Any]]]


def _works(columns: Columns) -> tuple[Works, Works]:
    """What is done without the year and within it, and for how many rows: Decimal is too slow for all."""
    rows = len(columns["age"])
    gapped, (stays, members), yuan = with_gaps(columns, 0.01, 2), dated(columns, 3), columns["out_of_pocket"] / 100
    few, (few_stays, few_members) = _part(columns, rows // PARTS), dated(_part(columns, rows // PARTS), 4)
    many: Works = {
        OURS: (rows, lambda: ours.many(columns)),
        GAPS: (rows, lambda: ours.many(gapped)),
        FLOATS: (rows, lambda: floats.many(columns, yuan)),
        DECIMAL: (rows // PARTS, lambda: decimals.many(few)),
    }
    year: Works = {
        OURS: (rows, lambda: ours.many_in_the_year(stays, members)),
        FLOATS: (rows, lambda: floats.many_in_the_year(stays, yuan, members)),
        DECIMAL: (rows // PARTS, lambda: decimals.many_in_the_year(few_stays, few_members)),
    }
    return many, year


def _part(columns: Columns, rows: int) -> Columns:
    return {name: values[:rows] for name, values in columns.items()}


def _seconds(work: Callable[[], Any]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _medians(rounds: Rounds) -> Medians:
    return {name: median(reached) for name, reached in rounds.items()}


def _differences(columns: Columns, of_openfisca: Array | None) -> dict[str, int]:
    """How many rows differ from plain Decimal by a fen or more."""
    told = decimals.many(columns)
    found = {
        f"{OURS}, {len(told):,} rows": _off(_fen(ours.many(columns).amount), told),
        FLOATS: _off(np.rint(floats.many(columns, columns["out_of_pocket"] / 100) * 100), told),
    }
    if of_openfisca is not None:
        found[OPENFISCA] = _off(np.rint(of_openfisca.astype(np.float64) * 100), told)
    for name, cases in ((GAPS, with_gaps(columns, 0.01, 2)), (f"{OURS}, every bound and a fen on either side", bounds())):
        found[name] = _off(_fen(ours.many(cases).amount), decimals.many(cases))
    found[f"{OURS}, in the year"] = sum(_off_in_the_year(len(told) // PARTS, seed) for seed in range(PARTS))
    return found


def _off_in_the_year(rows: int, seed: int) -> int:
    stays, members = dated(drawn(rows, 10 + seed), 30 + seed)
    return _off(ours.many_in_the_year(stays, members).amount, decimals.many_in_the_year(stays, members))


def _fen(amount: Array) -> Array:
    return np.where(amount == NO_AMOUNT, decimals.OPEN, amount)


def _off(amount: Array, told: Array) -> int:
    return int(np.count_nonzero(amount != told))


def _rates(rows: int) -> Medians:
    """Rows per second of ours with so many rows, without the year and within it."""
    columns = drawn(rows, 5)
    stays, members = dated(columns, 6)
    works = {"by itself": lambda: ours.many(columns), "in the year": lambda: ours.many_in_the_year(stays, members)}
    return {name: rows / median(_seconds(work) for _ in range(7)) for name, work in works.items()}


def _memory(rows: int) -> dict[str, dict[str, float]]:
    """What ours takes at its most beside its input, results included: bytes for every row, and megabytes besides."""
    found = {}
    for name in ("by itself", "in the year"):
        few, many = (_peak(name, size) for size in (rows // 5, rows))
        slope = (many - few) / (rows - rows // 5)
        found[name] = {"bytes_per_row": round(slope, 1), "mb_besides": round((many - slope * rows) / 1e6, 1)}
    return found


def _peak(name: str, rows: int) -> int:
    columns = drawn(rows, 7)
    stays, members = dated(columns, 8)
    tracemalloc.start()
    if name == "by itself":
        ours.many(columns)
    else:
        ours.many_in_the_year(stays, members)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak


def table(report: dict[str, Any]) -> str:
    """Give the report as people read it."""
    lines = [
        report["machine"],
        f"{report['rows']:,} rows, medians of {report['runs']} rounds; OpenFisca {report['versions'][OPENFISCA]}",
        "",
    ]
    lines += _table("one case", "µs", report["one_us"], 1, is_faster=lambda own, other: other / own)
    lines += _table("many, each by itself", "million rows/s", report["rows_per_s"], MILLION)
    lines += _table("many, within each member's year", "million rows/s", report["rows_per_s_in_the_year"], MILLION)
    lines += ["rows that differ from Decimal"]
    lines += [f"  {name:50}{rows:>12,}" for name, rows in report["differences"].items()]
    lines += ["", f"{'rows':>12}{'by itself':>16}{'in the year':>16}   million rows/s"]
    lines += [
        f"{size:>12,}{rates['by itself'] / MILLION:>16.1f}{rates['in the year'] / MILLION:>16.1f}"
        for size, rates in report["growth"].items()
    ]
    lines += ["", "memory at its most, results included"]
    lines += [f"  {name:14}{of['bytes_per_row']:>8} bytes a row, {of['mb_besides']} MB besides" for name, of in report["memory"].items()]
    return "\n".join(lines) + "\n"


def _table(
    title: str, unit: str, medians: Medians, scale: int, is_faster: Callable[[float, float], float] = lambda own, other: own / other
) -> list[str]:
    lines = [f"{title:44}{unit:>16}{'ours is':>12}"]
    for name, reached in medians.items():
        ratio = "" if name.startswith(OURS) else f"{is_faster(medians[OURS], reached):.1f} x"
        lines.append(f"  {name:42}{reached / scale:>16.2f}{ratio:>12}")
    return [*lines, ""]
