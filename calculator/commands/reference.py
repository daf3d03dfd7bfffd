"""python -m calculator reference: makes the reference of docs/policies.md and the JSON Schema anew, after a change of the language."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from calculator.commands.terminal import DONE, PROGRAM, say
from calculator.language.reference import renewed
from calculator.language.schema import schema_text
from calculator.policy import POLICIES

SCHEMA = POLICIES / "policy.schema.json"
PAGE = POLICIES.parents[1] / "docs" / "policies.md"


def run(words: Sequence[str]) -> int:
    """Write both files anew."""
    argparse.ArgumentParser(prog=f"{PROGRAM} reference", description=__doc__).parse_args(words)
    SCHEMA.write_text(schema_text(), encoding="utf-8")
    PAGE.write_text(renewed(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    say(f"{SCHEMA}\n{PAGE}")
    return DONE
