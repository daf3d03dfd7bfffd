"""How long the program takes from nothing to ready: an empty data folder each time, until `/readyz` says so and addresses are printed."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
from pathlib import Path
from statistics import median

from tests.process.running import Bot

PROMISED_S = 3.0


def main(arguments: list[str]) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench start", description=__doc__)
    parser.add_argument("--runs", type=int, default=7, help="starts, of which the median counts")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    seconds = sorted(asyncio.run(starts(options.runs)))
    report = {"median_s": median(seconds), "promised_s": PROMISED_S, "all_s": seconds}
    sys.stdout.write(json.dumps(report) + "\n" if options.json else sentence(seconds))


def sentence(seconds: list[float]) -> str:
    """The figures for people."""
    each = ", ".join(f"{one:.2f}" for one in seconds)
    return f"ready from nothing after {median(seconds):.2f} s (median; {PROMISED_S:.0f} s promised); each: {each}\n"


async def starts(runs: int) -> list[float]:
    """The seconds each took."""
    return [await once() for _ in range(runs)]


async def once() -> float:
    """One start from an empty folder."""
    with tempfile.TemporaryDirectory() as folder:
        bot = Bot(Path(folder))
        try:
            return await bot.start()
        finally:
            bot.kill()


if __name__ == "__main__":
    main(sys.argv[1:])
