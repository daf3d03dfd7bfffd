"""One guided conversation, many members at a time, every update durable: this project beside python-telegram-bot and aiogram, in turn."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

from bench.conversation import aiogram_peer, ours, ptb
from bench.conversation.flush import begin_again_on_a_slower_disk
from bench.conversation.load import Bot, Measured, measure
from bench.conversation.places import Place, commit_ms, on_postgresql, on_sqlite
from bench.conversation.script import SAID

OURS, TAKING = "niangjia", "niangjia, taking alone"
PTB, PTB_AT_ONCE, AIOGRAM = "python-telegram-bot", "python-telegram-bot, at once", "aiogram"
PEERS = (PTB, PTB_AT_ONCE, AIOGRAM)
CONTENDERS: dict[str, Callable[[str], AbstractAsyncContextManager[Bot]]] = {
    OURS: ours.answering,
    PTB: ptb.one_by_one,
    TAKING: ours.taking,
    PTB_AT_ONCE: ptb.all_at_once,
    AIOGRAM: aiogram_peer.aiogram,
}
"""In the order of a round."""


def main(arguments: list[str]) -> None:
    """Measure and print."""
    options = _options(arguments)
    if options.flush_ms:
        begin_again_on_a_slower_disk(options.flush_ms)
    reports = [asyncio.run(measured(place, options)) for place in _places(options)]
    sys.stdout.write(json.dumps(reports, ensure_ascii=False, indent=1) + "\n" if options.json else "\n".join(map(table, reports)))


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench conversation", description=__doc__)
    parser.add_argument("--members", type=int, default=64, help="members talking at a time")
    parser.add_argument("--conversations", type=int, default=512, help=f"conversations in a round, of {len(SAID)} updates each")
    parser.add_argument("--runs", type=int, default=5, help="rounds, of which the medians are shown")
    parser.add_argument("--postgresql", metavar="URL|auto", help="the same on PostgreSQL: on a server there is, or on one of our own")
    parser.add_argument("--folder", type=Path, default=Path(), help="where the SQLite files lie meanwhile; on a real disk")
    parser.add_argument("--flush-ms", type=float, default=0.0, help="as on a disk whose flush takes so much longer; for SQLite")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args(arguments)


def _places(options: argparse.Namespace) -> Iterator[Place]:
    with on_sqlite(options.folder) as place:
        yield place
    if options.postgresql:
        with on_postgresql(options.postgresql) as place:
            yield place


async def measured(place: Place, options: argparse.Namespace) -> dict[str, Any]:
    """All contenders in turn, round by round; each has a fresh database and a warm-up in every round."""
    rounds: dict[str, list[Measured]] = {name: [] for name in CONTENDERS}
    commits: list[float] = []
    for _ in range(options.runs):
        with place.fresh() as url:
            commits.append(commit_ms(url))
        for name, contender in CONTENDERS.items():
            with place.fresh() as url:
                async with contender(url) as bot:
                    await measure(bot, members=options.members, conversations=options.members, first=0)
                    rounds[name].append(
                        await measure(bot, members=options.members, conversations=options.conversations, first=options.members)
                    )
    rows = {name: _medians(of_name) for name, of_name in rounds.items()}
    ratios = {peer: round(median(a.rate / b.rate for a, b in zip(rounds[OURS], rounds[peer], strict=True)), 2) for peer in PEERS}
    return {
        "database": place.name,
        "machine": f"{os.cpu_count()} cores, Python {platform.python_version()}",
        "versions": {peer: version(peer) for peer in (PTB, AIOGRAM)},
        "members": options.members,
        "updates": options.conversations * len(SAID),
        "runs": options.runs,
        "one_commit_alone_ms": round(median(commits), 3),
        "medians": rows,
        "ratios": ratios,
    }


def _medians(rounds: Sequence[Measured]) -> dict[str, float]:
    return {
        "updates_per_s": round(median(one.rate for one in rounds)),
        "p50_ms": round(median(one.quantile_ms(0.5) for one in rounds), 1),
        "p99_ms": round(median(one.quantile_ms(0.99) for one in rounds), 1),
    }


def table(report: dict[str, Any]) -> str:
    """Give the report as people read it."""
    lines = [
        f"{report['database']}; {report['machine']}; one commit alone {report['one_commit_alone_ms']} ms",
        f"{report['members']} members at a time, {report['updates']} updates a round, medians of {report['runs']} rounds",
        f"{'':30}{'updates/s':>10}{'p50 ms':>9}{'p99 ms':>9}{'ours is':>10}",
    ]
    for name, row in report["medians"].items():
        ratio = f"{report['ratios'][name]:.1f} x" if name in report["ratios"] else ""
        lines.append(f"{name:30}{row['updates_per_s']:>10,}{row['p50_ms']:>9}{row['p99_ms']:>9}{ratio:>10}")
    return "\n".join(lines) + "\n"
