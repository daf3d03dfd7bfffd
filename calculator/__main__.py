"""python -m calculator: explain one case, or look after policy files. For legal officers, scripts and tests; needs no bot."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence

from calculator.commands import batch, check, explain, publish, reference, rehearse
from calculator.commands.terminal import PROGRAM, UNUSABLE, complain
from calculator.errors import CalculatorError

COMMANDS: Mapping[str, Callable[[Sequence[str]], int]] = {
    "explain": explain.run,
    "batch": batch.run,
    "check": check.run,
    "publish": publish.run,
    "reference": reference.run,
    "rehearse": rehearse.run,
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; 0 when done, 1 when a checked file has problems, 2 when the input cannot be used."""
    words = list(sys.argv[1:] if argv is None else argv)
    command = _parser().parse_args(words[:1]).command
    try:
        return COMMANDS[command](words[1:])
    except CalculatorError as wrong:
        complain(str(wrong))
        return UNUSABLE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=PROGRAM, description=__doc__)
    parser.add_argument("command", choices=COMMANDS, help="--help after a command tells its arguments")
    return parser


if __name__ == "__main__":
    sys.exit(main())
