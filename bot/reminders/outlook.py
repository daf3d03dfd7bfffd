"""Whether rules that say no today will say something else later, and from which day: only what is sure is promised."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from calculator.edition import Edition
from calculator.errors import FactError
from calculator.estimate import Estimate, estimate
from calculator.facts import Facts, Value
from calculator.limits import PAID_THIS_YEAR
from calculator.policy import Policies
from calculator.verdict import Outcome
from handlers.benefit import Estimated

AGE = "age"
OF_THE_PERSON = frozenset({AGE, "in_work"})
"""What is the same at the next event: new rules about it would help. A sum of an event that is over is judged by the rules of its day."""


class Kind(StrEnum):
    """What changes."""

    AGE = "age"  # the member grows old enough
    EDITION = "edition"  # an edition begins that is known already
    YEAR = "year"  # a year begins with a cap of its own
    RULES = "rules"  # nothing that is known; should it come, it is told


@dataclass(frozen=True)
class Outlook:
    """What changes, and from which day on; no day: it is not known yet whether it ever does."""

    kind: Kind
    day: date | None


def outlook(estimated: Estimated, policies: Policies, today: date, born: date | None = None) -> Outlook | None:
    """What a member with this result can be told of later; None where nothing is sure. `born` as the certificate says."""
    result, edition = estimated.estimate, estimated.edition
    if result.verdict.outcome is not Outcome.INELIGIBLE:
        return Outlook(Kind.YEAR, date(today.year + 1, 1, 1)) if _is_used_up(edition, estimated.facts, result) else None
    if (begins := _better(estimated, policies, today)) is not None:
        return Outlook(Kind.EDITION, begins)
    failed = result.verdict.failed()
    if born is not None and (age := _age_wanted(estimated)) is not None:
        day = birthday(born, age)
        return Outlook(Kind.AGE, day) if day > today else None
    is_personal = {one.fact for one in failed} <= OF_THE_PERSON
    return Outlook(Kind.RULES, None) if is_personal and _age_wanted(estimated) is None else None


def age_wanted(estimated: Estimated) -> int | None:
    """The age a member has yet to reach, where that is all that stands against them."""
    return _age_wanted(estimated) if estimated.estimate.verdict.outcome is Outcome.INELIGIBLE else None


def says_no(edition: Edition, facts: Facts) -> bool:
    """Whether an edition refuses these facts, as far as it reads them."""
    return estimate(edition, _read_by(edition, facts)).verdict.outcome is Outcome.INELIGIBLE


def birthday(born: date, age: int) -> date:
    """The day on which somebody is so many years old; one born on 29 February is so on 1 March of other years."""
    try:
        return born.replace(year=born.year + age)
    except ValueError:
        return date(born.year + age, 3, 1)


def _better(estimated: Estimated, policies: Policies, today: date) -> date | None:
    editions = policies[estimated.benefit].editions
    return next((edition.starts for edition in editions if edition.starts > today and not says_no(edition, estimated.facts)), None)


def _age_wanted(estimated: Estimated) -> int | None:
    failed = estimated.estimate.verdict.failed()
    flips = failed[0].flips if len(failed) == 1 else ()
    if len(flips) != 1 or flips[0].fact != AGE or (flips[0].by or 0) <= 0:
        return None
    age = flips[0].to
    return age if isinstance(age, int) and not says_no(estimated.edition, {**estimated.facts, AGE: age}) else None


def _is_used_up(edition: Edition, facts: Facts, result: Estimate) -> bool:
    """Whether the year's cap, and nothing else, leaves nothing to pay."""
    if result.amount != 0 or edition.cap_per_year is None or PAID_THIS_YEAR not in facts or edition.per == "year":
        return False
    return bool(estimate(edition, {**facts, PAID_THIS_YEAR: 0}).amount)


def _read_by(edition: Edition, facts: Facts) -> dict[str, Value]:
    found: dict[str, Value] = {}
    for name, value in facts.items():
        if name in {*edition.asks, *edition.claim_asks}:
            try:
                found[name] = edition.check(name, value)
            except FactError:  # a choice that this edition does not have
                continue
    return found
