"""python -m calculator publish: records new editions, which from then on are not changed any more."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from calculator.commands.check import policy_files
from calculator.commands.terminal import DONE, PROGRAM, UNUSABLE, complain, say
from calculator.errors import PolicyError
from calculator.reading.checking import checked
from calculator.reading.policy_file import read_toml
from calculator.reading.published import checksums, name_of, read_record, record_beside, record_text


def run(words: Sequence[str]) -> int:
    """Record the new editions of the files, or of every one; nothing at all while one of them has problems."""
    files = _parser().parse_args(words).files or policy_files()
    problems = [PolicyError(str(file), found) for file in files if (found := checked(file).problems)]
    for wrong in problems:
        complain(str(wrong))
    if problems:
        return UNUSABLE
    for file in files:
        _publish(file)
    return DONE


def _publish(file: Path) -> None:
    """Add the editions of one file to its record, and say which."""
    place = record_beside(file)
    record = read_record(place)
    before = record.get(name_of(file), {})
    now = {**checksums(read_toml(file)[1]), **before}
    if now == before:
        return
    place.write_text(record_text({**record, name_of(file): now}), encoding="utf-8")
    say(f"{name_of(file)}: published {', '.join(sorted(now.keys() - before.keys()))}")


def _parser() -> argparse.ArgumentParser:
    description = "Record new editions: a published edition is never changed again, but for its texts."
    parser = argparse.ArgumentParser(prog=f"{PROGRAM} publish", description=description)
    parser.add_argument("files", nargs="*", type=Path, help="default: every policy file")
    return parser
