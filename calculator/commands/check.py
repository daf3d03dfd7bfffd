"""python -m calculator check: everything wrong in policy files, each with its line and what to do."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from calculator.commands.terminal import DONE, PROGRAM, WRONG, complain, say
from calculator.errors import PolicyError, Problem
from calculator.policy import POLICIES
from calculator.reading.checking import Checked, checked
from calculator.reading.published import name_of, read_record, vanished


def run(words: Sequence[str]) -> int:
    """Check the files, or every one; the exit code says whether all are sound."""
    arguments = _parser().parse_args(words)
    results = [checked(file) for file in arguments.files or policy_files()]
    if not arguments.files:
        results += _vanished(result.file for result in results)
    if arguments.json:
        say(json.dumps({"files": [result.to_json() for result in results]}, ensure_ascii=False, indent=2))
    else:
        for result in results:
            _tell(result)
    return WRONG if any(result.problems for result in results) else DONE


def policy_files() -> list[Path]:
    """Every policy file there is."""
    return sorted(POLICIES.glob("*/*.toml"))


def _vanished(files: Iterable[Path]) -> list[Checked]:
    record = POLICIES / "published.toml"
    gone = vanished(read_record(record), map(name_of, files))
    return [
        Checked(POLICIES / f"{name}.toml", (Problem(1, "file", f"{name} was published and has vanished: put it back"),)) for name in gone
    ]


def _tell(result: Checked) -> None:
    if result.problems:
        complain(str(PolicyError(str(result.file), result.problems)))
    else:
        say(f"{result.file}: ok  " + " ".join(f"{day}/{status}{'' if told else '/new'}" for day, status, told in result.editions))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=f"{PROGRAM} check", description="Read policy files and name everything wrong in them.")
    parser.add_argument("files", nargs="*", type=Path, help="default: every policy file")
    parser.add_argument("--json", action="store_true", help="for machines")
    return parser
