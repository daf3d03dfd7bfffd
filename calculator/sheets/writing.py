"""Writes a CSV or XLSX file row by row. No cell of it is ever a formula, whatever a cell that came in says."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Protocol

from xlsxwriter import Workbook  # type: ignore[import-untyped]  # it ships no types

from calculator.errors import SheetError
from calculator.sheets.reading import XLSX

MOST_IN_XLSX = 1 << 20
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?", re.ASCII)
_STARTS_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Writer(Protocol):
    """Takes one row after another."""

    def __call__(self, cells: Sequence[str], /) -> object:
        """Write a row."""


@contextmanager
def writing(file: Path, rows: int) -> Iterator[Writer]:
    """Open a table for at most so many rows besides the headings; it is whole when the block is left. Raises SheetError."""
    if file.suffix.lower() == XLSX and rows >= MOST_IN_XLSX:
        raise SheetError(file, "too_long")
    with _xlsx(file) if file.suffix.lower() == XLSX else _csv(file) as write:
        yield write


@contextmanager
def _csv(file: Path) -> Iterator[Writer]:
    with file.open("w", encoding="utf-8-sig", newline="") as text:  # with a mark, so that spreadsheets know it is UTF-8
        table = csv.writer(text)
        yield lambda cells: table.writerow([_tamed(cell) for cell in cells])


@contextmanager
def _xlsx(file: Path) -> Iterator[Writer]:
    plain = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with Workbook(str(file), plain) as book:
        sheet = book.add_worksheet()
        lines = count()
        yield lambda cells: sheet.write_row(next(lines), 0, cells)


def _tamed(cell: str) -> str:
    """A spreadsheet reads a cell that begins like a formula as one, unless an apostrophe stands before it."""
    return f"'{cell}" if cell.startswith(_STARTS_FORMULA) and not _NUMBER.fullmatch(cell) else cell
