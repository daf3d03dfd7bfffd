"""Where in a TOML file a table or key stands, so that a problem can be named by its line. A hint for people: nothing else relies on it."""

from __future__ import annotations

import re
from collections.abc import Sequence

Place = tuple[str | int, ...]

_HEADER = re.compile(r"\s*(?P<open>\[{1,2})\s*(?P<path>[\w.\s-]+?)\s*\]{1,2}\s*(#.*)?")
_KEY = re.compile(r"\s*(?P<key>[\w-]+)\s*=")
_ROW = re.compile(r"\s*\{")


def line_of(text: str, place: Sequence[str | int]) -> int:
    """The line (from 1) of the deepest part of the place that the text shows; 1 if it shows none."""
    known = _lines(text)
    wanted = tuple(place)
    while wanted and wanted not in known:
        wanted = wanted[:-1]
    return known.get(wanted, 1)


def _lines(text: str) -> dict[Place, int]:
    """Every table, key and row of a list written one to a line, by its place."""
    found: dict[Place, int] = {}
    counts: dict[Place, int] = {}
    table: Place = ()
    listing: Place | None = None
    for number, line in enumerate(text.splitlines(), 1):
        if header := _HEADER.fullmatch(line):
            table, listing = _table(header, counts), None
            found[table] = number
        elif key := _KEY.match(line):
            listing = (*table, key["key"])
            found[listing] = number
            counts.pop(listing, None)
        elif listing is not None and _ROW.match(line):
            counts[listing] = counts.get(listing, -1) + 1
            found[(*listing, counts[listing])] = number
    return found


def _table(header: re.Match[str], counts: dict[Place, int]) -> Place:
    """The place of a header: every list on the way stands at its latest row."""
    place: Place = ()
    names = [name.strip() for name in header["path"].split(".")]
    for name in names:
        place = (*place, name)
        if name is names[-1] and header["open"] == "[[":
            counts[place] = counts.get(place, -1) + 1
            for below in [other for other in counts if len(other) > len(place) and other[: len(place) + 1] == (*place, counts[place])]:
                del counts[below]
        if place in counts:
            place = (*place, counts[place])
    return place
