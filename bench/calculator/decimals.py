"""The rule in plain Decimal, yuan by yuan, written apart: what others are held against. Explains nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_UP, Decimal
from itertools import starmap

import numpy as np

from bench.calculator.rows import Array, Columns

CENT = Decimal("0.01")
NOTHING = Decimal(0)
BANDS = (
    (Decimal(200_000), Decimal("0.1")),
    (Decimal(100_000), Decimal("0.08")),
    (Decimal(50_000), Decimal("0.06")),
    (Decimal(30_000), Decimal("0.04")),
    (Decimal(20_000), Decimal("0.03")),
    (Decimal(10_000), Decimal("0.02")),
    (Decimal(5_000), Decimal("0.015")),
)
A_YEAR = Decimal(50_000)
OPEN = -1
"""Stands for an amount that is not known, in fen."""
CHUNK = 1 << 18


def one(age: int, in_work: bool, out_of_pocket: Decimal, paid: Decimal = NOTHING) -> Decimal:
    """What one stay is paid."""
    if not (16 <= age <= 60 and in_work):
        return NOTHING
    for over, rate in BANDS:
        if out_of_pocket > over:
            return min((out_of_pocket * rate).quantize(CENT, ROUND_HALF_UP), max(A_YEAR - paid, NOTHING))
    return NOTHING


def many(columns: Columns) -> Array:
    """What each stay is paid without the cap of a year, in fen."""
    amounts = np.empty(len(columns["age"]), np.int64)
    for first in range(0, len(amounts), CHUNK):
        rows = slice(first, first + CHUNK)
        amounts[rows] = list(starmap(_fen, _told(columns, rows)))
    return amounts


def many_in_the_year(columns: Columns, members: Array) -> Array:
    """What each stay is paid after those before it in the member's year, in fen."""
    years = (columns["discharged_on"].astype("M8[D]").astype("M8[Y]")).astype(np.int64).tolist()
    whose, days = members.tolist(), columns["discharged_on"].tolist()
    stays = list(_told(columns, slice(None)))
    paid: dict[tuple[int, int], int] = {}
    amounts = np.empty(len(whose), np.int64)
    for row in sorted(range(len(whose)), key=days.__getitem__):
        year = (whose[row], years[row])
        before = paid.get(year, 0)
        amounts[row] = amount = min(_fen(*stays[row]), max(5_000_000 - before, 0))
        paid[year] = before + amount
    return amounts


def _told(columns: Columns, rows: slice) -> Iterable[tuple[int | None, int | None, int | None]]:
    """The facts of each row; None for a missing one."""
    return zip(*(_list(columns[name][rows]) for name in ("age", "in_work", "out_of_pocket")), strict=True)


def _list(values: Array) -> Sequence[int | None]:
    numbers: list[int] = values.tolist()
    if values.dtype == np.bool_:
        return numbers
    missing = int(np.iinfo(values.dtype).min)
    return numbers if int(values.min()) != missing else [None if number == missing else number for number in numbers]


def _fen(age: int | None, in_work: int | None, fen: int | None) -> int:
    """One stay in fen. One fact that rules it out is enough; else all are needed."""
    if (age is not None and not 16 <= age <= 60) or in_work == 0 or (fen is not None and fen <= 500_000):
        return 0
    if age is None or in_work is None or fen is None:
        return OPEN
    yuan = Decimal(fen).scaleb(-2)
    rate = next(rate for over, rate in BANDS if yuan > over)
    return int((yuan * rate).quantize(CENT, ROUND_HALF_UP).scaleb(2))
