"""Our own."""

from __future__ import annotations

from bench.calculator.rows import EDITION, Array, Columns, without_the_year
from calculator import Estimate, Facts, estimate
from calculator.bulk import Results, compute, in_the_year

CASE: Facts = {"age": 45, "in_work": True, "out_of_pocket": 15_200_000, "paid_this_year": 0}
WITHOUT_THE_YEAR = without_the_year(EDITION)


def one() -> Estimate:
    """One case, with every condition, every step and the clause of each."""
    return estimate(EDITION, CASE)


def many(columns: Columns) -> Results:
    """Many, each by itself."""
    return compute(WITHOUT_THE_YEAR, columns)


def many_in_the_year(columns: Columns, members: Array) -> Results:
    """Many, each after those before it in the member's year."""
    return in_the_year(EDITION, columns, members)
