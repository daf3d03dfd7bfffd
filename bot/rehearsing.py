"""`python -m bot rehearse BEFORE AFTER`: what a new edition would do to the claims in the database. Nothing is changed."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from tqdm import tqdm

from bot.claims.cases import cases_of
from bot.store import Store
from calculator.commands.rehearse import DESCRIPTION, add_arguments, edition_named, tell
from calculator.rehearsal import rehearse


def read_arguments(words: Sequence[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m bot rehearse", description=f"{DESCRIPTION} The cases are the claims in the database.")
    add_arguments(parser)
    return parser.parse_args(words)


async def rehearse_claims(store: Store, arguments: argparse.Namespace) -> int:
    """Rehearse on every claim of the benefit, and say what came of it. Returns the exit status. Raises CalculatorError."""
    before, after = edition_named(arguments.before), edition_named(arguments.after)
    cases = await store.read(cases_of, before.benefit)
    with tqdm(total=2 * len(cases.kept), unit=" claims", disable=None) as bar:
        found = rehearse(before, after, cases, bar.update)
    return tell(found, arguments)
