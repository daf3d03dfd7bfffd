"""The made-up cases that are computed: Changchun's hospital stays, drawn by a seed, and every bound of the rule."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from calculator import Edition, policy_named
from calculator.awards.banded import RateOnWhole
from calculator.limits import PAID_THIS_YEAR

Array = NDArray[Any]
Columns = dict[str, Array]

EDITION = policy_named("changchun/hospital").editions[-1]
MOST = 60_000_000
"""In fen: what was paid in cash is drawn evenly up to here, so every band is hit and two in five members reach the cap of a year."""
ROWS_PER_MEMBER = 2.5
FIRST_DAY, DAYS = 19_358, 730
"""Two calendar years from 2023-01-01, in days since 1970."""


def without_the_year(edition: Edition) -> Edition:
    """The same rules without the cap of a year."""
    amount_facts = {name: clause for name, clause in edition.amount_facts.items() if name != PAID_THIS_YEAR}
    asks = tuple(name for name in edition.asks if name != PAID_THIS_YEAR)
    return replace(edition, cap_per_year=None, asks=asks, amount_facts=amount_facts)


def drawn(rows: int, seed: int) -> Columns:
    """Draw whole cases."""
    chance = np.random.default_rng(seed)
    return {
        "age": chance.integers(10, 70, rows).astype(np.int8),
        "in_work": chance.random(rows) < 0.95,
        "out_of_pocket": chance.integers(0, MOST, rows),
    }


def dated(columns: Columns, seed: int) -> tuple[Columns, Array]:
    """Add the day of each stay. Gives the member of each row, too."""
    chance = np.random.default_rng(seed)
    rows = len(columns["age"])
    days = chance.integers(FIRST_DAY, FIRST_DAY + DAYS, rows)
    return {**columns, "discharged_on": days}, chance.integers(0, max(int(rows / ROWS_PER_MEMBER), 1), rows)


def with_gaps(columns: Columns, part: float, seed: int) -> Columns:
    """Leave out this part of the values of each column."""
    chance = np.random.default_rng(seed)
    gapped = {name: values.astype(np.int8) if values.dtype == np.bool_ else values.copy() for name, values in columns.items()}
    for values in gapped.values():
        values[chance.random(len(values)) < part] = np.iinfo(values.dtype).min
    return gapped


def bounds() -> Columns:
    """Every bound of the rule and the numbers on either side of it, each with each, missing ones among them."""
    assert isinstance(EDITION.award, RateOnWhole)
    lows = [row.low for row in EDITION.award.bands.rows]
    assert EDITION.cap_per_year is not None
    edges = [0, *lows, EDITION.cap_per_year.amount * 10, 10**12]
    fen = sorted({edge + step for edge in edges for step in (-1, 0, 1) if 0 <= edge + step <= 10**12})
    ages, works, paid = np.meshgrid(
        np.array([-128, 0, 15, 16, 17, 59, 60, 61, 120]), np.array([-128, 0, 1]), np.array([np.iinfo(np.int64).min, *fen])
    )
    return {"age": ages.ravel().astype(np.int8), "in_work": works.ravel().astype(np.int8), "out_of_pocket": paid.ravel()}
