"""python -m calculator: explain one case, or check policy files. For legal officers, scripts and tests; needs no bot."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from calculator.errors import CalculatorError, FactError, PolicyError
from calculator.estimate import estimate
from calculator.explain import as_json, as_lines
from calculator.facts import Value, parse_fact
from calculator.language.values import LANGUAGES
from calculator.policy import POLICIES, policy_named
from calculator.reading import read_policy

PROGRAM = "python -m calculator"
UNUSABLE = 2


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; 0 when done, 1 when a checked file has problems, 2 when the input cannot be used."""
    words = list(sys.argv[1:] if argv is None else argv)
    command = _command_parser().parse_args(words[:1]).command
    try:
        if command == "check":
            return _check(_check_parser().parse_args(words[1:]).files)
        return _explain(_explain_parser().parse_intermixed_args(words[1:]))  # facts may stand on both sides of --on
    except CalculatorError as wrong:
        _complain(str(wrong))
        return UNUSABLE


def _explain(arguments: argparse.Namespace) -> int:
    edition = policy_named(arguments.policy).edition_on(arguments.on)
    facts: dict[str, Value] = {}
    for pair in arguments.facts:
        name, _, text = pair.partition("=")
        if name in facts:
            raise FactError(name, text, "twice")
        facts[name] = edition.check(name, parse_fact(name, text))
    result = estimate(edition, facts)
    if arguments.json:
        _say(json.dumps(as_json(result), ensure_ascii=False, indent=2))
    else:
        _say("\n".join(as_lines(result, edition, arguments.language)))
    return 0


def _check(files: Sequence[Path]) -> int:
    """Read every file and name every problem of every one."""
    failed = False
    for file in files or sorted(POLICIES.glob("*/*.toml")):
        try:
            policy = read_policy(file)
        except PolicyError as wrong:
            failed = True
            _complain(str(wrong))
        else:
            _say(f"{file}: ok  {' '.join(f'{edition.starts}/{edition.status}' for edition in policy.editions)}")
    return int(failed)


def _command_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=PROGRAM, description=__doc__)
    parser.add_argument("command", choices=("explain", "check"), help="--help after a command tells its arguments")
    return parser


def _explain_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=f"{PROGRAM} explain", description="One case: verdict, amount, conditions and working.")
    parser.add_argument("policy", metavar="place/benefit", help="such as changchun/hospital")
    parser.add_argument("facts", nargs="*", metavar="fact=value", help="age=45 in_work=yes out_of_pocket=152000 (yuan) ... or =unclear")
    parser.add_argument("--on", type=date.fromisoformat, required=True, metavar="DAY", help="picks the edition, such as 2023-07-01")
    parser.add_argument("--json", action="store_true", help="for machines: amounts as text in yuan")
    parser.add_argument("--language", choices=LANGUAGES, default=LANGUAGES[0], help="of the policy's texts")
    return parser


def _check_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=f"{PROGRAM} check", description="Read policy files and name everything wrong in them.")
    parser.add_argument("files", nargs="*", type=Path, help="default: every policy file")
    return parser


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")


def _complain(text: str) -> None:
    sys.stderr.write(text + "\n")


if __name__ == "__main__":
    sys.exit(main())
