"""Reads a CSV or XLSX file row by row, as text, with the line of each row."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Protocol
from zipfile import BadZipFile, ZipFile

from python_calamine import CalamineError, load_workbook

from calculator.errors import SheetError

XLSX = ".xlsx"
_ENCODINGS = ("utf-8-sig", "gb18030")
_MOST_UNPACKED = 2 * 10**9
"""An XLSX file is a ZIP file; one that unpacks to more than this many bytes is no table but an attack."""
_MOST_CELL = 100_000


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its line in the file, from 1 with the headings, and its cells as text under their headings."""

    line: int
    cells: dict[str, str]


class Cells(Protocol):
    """Rows of cells, wherever they are kept."""

    @property
    def headings(self) -> tuple[str, ...]:
        """The names of the columns."""

    def rows(self) -> Iterator[Row]:
        """Read the rows from the first, as often as it is asked."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file of rows: its headings, how many rows it has, and the way to read them."""

    file: Path
    headings: tuple[str, ...]
    count: int

    def rows(self) -> Iterator[Row]:
        """Read the rows, from the first; empty ones are left out. Raises SheetError."""
        for line, cells in enumerate(_lines(self.file), 1):
            if line > 1 and any(cells):
                if len(cells) > len(self.headings) and any(cells[len(self.headings) :]):
                    raise SheetError(self.file, "too_many_cells", line)
                filled = [*cells, *[""] * (len(self.headings) - len(cells))]
                yield Row(line, dict(zip(self.headings, filled, strict=False)))


def open_sheet(file: Path) -> Sheet:
    """Look at a table: its headings and its length. Raises SheetError."""
    count, headings = 0, None
    for cells in _lines(file):
        if headings is None:
            headings = tuple(cells)
        else:
            count += any(cells)
    if not headings or not any(headings):
        raise SheetError(file, "empty")
    if len(set(headings)) != len(headings):
        raise SheetError(file, "heading_twice")
    return Sheet(file, headings, count)


def _lines(file: Path) -> Iterator[list[str]]:
    """Every line of a file as cells of text without space around them."""
    if not file.is_file():
        raise SheetError(file, "no_file")
    yield from _xlsx(file) if file.suffix.lower() == XLSX else _csv(file)


def _csv(file: Path) -> Iterator[list[str]]:
    csv.field_size_limit(_MOST_CELL)
    try:
        with file.open(encoding=_encoding(file), newline="") as text:
            for cells in csv.reader(text, strict=True):
                yield [cell.strip() for cell in cells]
    except (csv.Error, UnicodeDecodeError) as wrong:
        raise SheetError(file, "not_a_table") from wrong


def _encoding(file: Path) -> str:
    """UTF-8 with or without a mark, else what Chinese Windows writes."""
    for encoding in _ENCODINGS:
        try:
            with file.open(encoding=encoding) as text:
                while text.read(1 << 20):
                    pass
        except UnicodeDecodeError:
            continue
        return encoding
    raise SheetError(file, "not_a_table")


def _xlsx(file: Path) -> Iterator[list[str]]:
    try:
        with ZipFile(file) as packed:
            if sum(part.file_size for part in packed.infolist()) > _MOST_UNPACKED:
                raise SheetError(file, "too_large")
        with load_workbook(str(file)) as book:
            sheet = book.get_sheet_by_index(0)
            yield from ([] for _ in range(sheet.start[0] if sheet.start else 0))
            for cells in sheet.iter_rows():
                yield [_text(cell) for cell in cells]
    except (BadZipFile, CalamineError) as wrong:
        raise SheetError(file, "not_a_table") from wrong


def _text(cell: object) -> str:
    """A cell as a person would type it: numbers with the 15 digits a spreadsheet shows, days as 2024-10-03, yes and no as words."""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float):
        return format(Decimal(format(cell, ".15g")), "f")
    if isinstance(cell, datetime):
        cell = cell.date()
    return cell.isoformat() if isinstance(cell, date) else str(cell).strip()
