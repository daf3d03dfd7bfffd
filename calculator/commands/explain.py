"""python -m calculator explain: one case, with its verdict, its amount and how it came about."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Sequence
from datetime import date

from calculator.change import changes
from calculator.commands.terminal import DONE, PROGRAM, say
from calculator.edition import Edition
from calculator.errors import FactError
from calculator.estimate import estimate
from calculator.explain import as_json, as_lines
from calculator.facts import Value, parse_fact
from calculator.language.values import LANGUAGES
from calculator.policy import policy_named


def run(words: Sequence[str]) -> int:
    """Explain one case. Raises CalculatorError."""
    arguments = _parser().parse_intermixed_args(words)  # facts may stand on both sides of --on
    edition = policy_named(arguments.policy).edition_on(arguments.on)
    facts = facts_of(edition, arguments.facts)
    result, more = estimate(edition, facts), changes(edition, facts)
    if arguments.json:
        say(json.dumps(as_json(result, more), ensure_ascii=False, indent=2))
    else:
        say("\n".join(as_lines(result, edition, arguments.language, more)))
    return DONE


def facts_of(edition: Edition, pairs: Iterable[str]) -> dict[str, Value]:
    """Read facts written as name=value. Raises FactError."""
    facts: dict[str, Value] = {}
    for pair in pairs:
        name, _, text = pair.partition("=")
        if name in facts:
            raise FactError(name, text, "twice")
        facts[name] = edition.check(name, parse_fact(name, text))
    return facts


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=f"{PROGRAM} explain", description="One case: verdict, amount, conditions and working.")
    parser.add_argument("policy", metavar="place/benefit", help="such as changchun/hospital")
    parser.add_argument("facts", nargs="*", metavar="fact=value", help="age=45 in_work=yes out_of_pocket=152000 (yuan) ... or =unclear")
    parser.add_argument("--on", type=date.fromisoformat, required=True, metavar="DAY", help="picks the edition, such as 2023-07-01")
    parser.add_argument("--json", action="store_true", help="for machines: amounts as text in yuan")
    parser.add_argument("--language", choices=LANGUAGES, default=LANGUAGES[0], help="of the policy's texts")
    return parser
