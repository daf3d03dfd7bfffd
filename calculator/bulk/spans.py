"""What awards can still pay in rows where something is missing or unclear, and what that turns on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import reduce
from typing import Any, Final

import numpy as np

from calculator.awards.award import Award
from calculator.awards.banded import FixedSum, RateOnWhole, SingleRate, Slices
from calculator.awards.composed import Cases, Parts
from calculator.awards.listed import Each, Fixed, Items
from calculator.bulk.awards import Based, pay, worth
from calculator.bulk.columns import Array, Mask, bounds
from calculator.bulk.logic import hold
from calculator.bulk.rows import FAILED, MET, Rows, Span
from calculator.logic import leaves


def span(award: Award, rows: Rows) -> Span:
    """Give the least and the most that an award can pay in every row, exact."""
    return rows.once(("pay", id(award)), lambda: _capped(award, rows))


def still_open(award: Award, rows: Rows, among: Mask) -> Iterator[tuple[str, Mask]]:
    """List the facts and sums on an award's path, each with the rows where the pay turns on it and it is not known."""
    low, high = span(award, rows)
    among = among & (low != high)
    if isinstance(award, Parts):
        for part in award.parts:
            yield from still_open(part, rows, among)
    elif isinstance(award, Cases):
        yield from _open_cases(award, rows, among)
    else:
        for name, _ in award.reads():
            yield name, among & ~rows.known(name)


def _open_cases(award: Cases, rows: Rows, among: Mask) -> Iterator[tuple[str, Mask]]:
    """List what decides which case applies, where that is open; else what the case needs."""
    deciding: dict[str, None] = {}
    for case in award.cases:
        if case.when is None:
            yield from still_open(case.award, rows, among)
            return
        states = hold(case.when, rows)
        yield from still_open(case.award, rows, among & (states == MET))
        deciding |= dict.fromkeys(leaf.fact for leaf in leaves(case.when))
        for name in deciding:
            yield name, among & (states != MET) & (states != FAILED) & ~rows.known(name)
        among = among & (states == FAILED)


def _capped(award: Award, rows: Rows) -> Span:
    low, high = _SPAN[type(award)](award, rows)
    if award.cap is None:
        return low, high
    return np.minimum(low, award.cap.amount * rows.parts), np.minimum(high, award.cap.amount * rows.parts)


def _of_base(award: Based, rows: Rows) -> Span:
    """Between the least and the most base, the pay can jump at every end of a band."""
    low, high = rows.span(award.base)
    least = worth(award, low, rows.parts, rows.empty).exact
    most = least.copy()
    is_open = np.flatnonzero(low != high)
    if is_open.size:
        low, high = low[is_open], high[is_open]
        bases = (low, high, *(np.clip(edge, low, high) for edge in dict.fromkeys(award.edges())))
        worths = [worth(award, base, rows.parts, lambda: np.empty(len(low), np.int64)).exact for base in bases]
        least[is_open], most[is_open] = reduce(np.minimum, worths), reduce(np.maximum, worths)
    return least, most


def _of_items(award: Items, rows: Rows) -> Span:
    sums = [item.amount * rows.parts for item in award.items.values()]
    return _where_known(award, rows, min(sums), max(sums))


def _of_each(award: Each, rows: Rows) -> Span:
    return _where_known(award, rows, 0, bounds(rows.edition, award.fact).high * award.amount * rows.parts)


def _where_known(award: Items | Each, rows: Rows, least: int, most: int) -> Span:
    paid, known = pay(award, rows).exact, rows.known(award.fact)
    return np.where(known, paid, least), np.where(known, paid, most)


def _of_fixed(award: Fixed, rows: Rows) -> Span:
    paid: Array = pay(award, rows).exact
    return paid, paid


def _of_parts(award: Parts, rows: Rows) -> Span:
    spans = [span(part, rows) for part in award.parts]
    return reduce(np.add, [low for low, _ in spans]), reduce(np.add, [high for _, high in spans])


def _of_cases(award: Cases, rows: Rows) -> Span:
    """Any case may apply from the first that is not ruled out to the first that is met; if none is met, perhaps none does."""
    low, high = np.full(rows.count, np.iinfo(np.int64).max), np.zeros(rows.count, np.int64)
    left = np.ones(rows.count, np.bool_)
    for case in award.cases:
        states = np.full(rows.count, MET) if case.when is None else hold(case.when, rows)
        least, most = span(case.award, rows)
        possible = left & (states != FAILED)
        np.copyto(low, np.minimum(low, least), where=possible)
        np.copyto(high, np.maximum(high, most), where=possible)
        left &= states != MET
    low[left] = 0
    return low, high


_SPAN: Final[dict[type, Callable[[Any, Rows], Span]]] = {
    RateOnWhole: _of_base,
    FixedSum: _of_base,
    SingleRate: _of_base,
    Slices: _of_base,
    Items: _of_items,
    Each: _of_each,
    Fixed: _of_fixed,
    Parts: _of_parts,
    Cases: _of_cases,
}
