"""The rule in NumPy as one would write it at once, with money as float64 yuan."""

from __future__ import annotations

import numpy as np

from bench.calculator.rows import Array, Columns

OVER = np.array([5_000.0, 10_000.0, 20_000.0, 30_000.0, 50_000.0, 100_000.0, 200_000.0])
RATES = np.array([0.0, 0.015, 0.02, 0.03, 0.04, 0.06, 0.08, 0.1])


def many(columns: Columns, yuan: Array) -> Array:
    """What each stay is paid without the cap of a year, in yuan."""
    rate = RATES[np.searchsorted(OVER, yuan, side="left")]
    age = columns["age"]
    paid: Array = np.where((age >= 16) & (age <= 60) & columns["in_work"], np.round(yuan * rate, 2), 0.0)
    return paid


def many_in_the_year(columns: Columns, yuan: Array, members: Array) -> Array:
    """What each stay is paid after those before it in the member's year, in yuan."""
    amount = many(columns, yuan)
    days = columns["discharged_on"]
    years = days.astype("M8[D]").astype("M8[Y]").astype(np.int64)
    order = np.lexsort((days, years, members))
    due, group = amount[order], members[order] * 10_000 + years[order]
    total = np.cumsum(due)
    starts = np.flatnonzero(np.concatenate(([True], group[1:] != group[:-1])))
    before = total - due - np.repeat((total - due)[starts], np.diff(starts, append=len(due)))
    paid = np.empty_like(amount)
    paid[order] = np.minimum(due, np.maximum(50_000.0 - before, 0.0))
    return paid
