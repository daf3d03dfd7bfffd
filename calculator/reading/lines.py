"""Where in a TOML file a table, key or row stands, so that a problem can be named by its line."""

from __future__ import annotations

import re
from collections.abc import Sequence

Place = tuple[str | int, ...]

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_NAME = re.compile(r"""(?P<bare>[\w-]+)|"(?P<basic>(?:[^"\\\n]|\\.)*)"|'(?P<literal>[^'\n]*)'""")
_KEY = re.compile(r"""[ \t]*(?:[\w-]+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'|[ \t]*\.[ \t]*)+[ \t]*""")
_TEXT = re.compile(
    r"""\"{3}(?:[^\\]|\\.)*?\"{3,5} | '{3}.*?'{3,5} | "(?:[^"\\\n]|\\.)*" | '[^'\n]*'""",
    re.DOTALL | re.VERBOSE,
)
_PLAIN = re.compile(r"[^,\]}\n#]*")


def line_of(text: str, place: Sequence[str | int]) -> int:
    """The line (from 1) of the deepest part of the place that the text shows; 1 if it shows none. The text is sound TOML."""
    known = _Walk(text).places
    wanted = tuple(place)
    while wanted and wanted not in known:
        wanted = wanted[:-1]
    return known.get(wanted, 1)


class _Walk:
    """Goes through a text once and notes the line of everything in it."""

    def __init__(self, text: str) -> None:
        self.places: dict[Place, int] = {}
        self._text = text
        self._at = 0
        self._rows: dict[Place, int] = {}
        self._walk()

    def _walk(self) -> None:
        table: Place = ()
        self._skip(_BLANK)
        while self._at < len(self._text):
            if self._text[self._at] == "[":
                table = self._header()
            else:
                self._pair(table)
            self._skip(_BLANK)

    def _header(self) -> Place:
        """`[a.b]` or `[[a.b]]`: every list on the way stands at its latest row."""
        line, is_row = self._line(), self._text.startswith("[[", self._at)
        self._at += 2 if is_row else 1
        *way, last = self._names()
        place: Place = ()
        for name in way:
            place = (*place, name)
            self.places.setdefault(place, line)
            place = (*place, self._rows[place]) if place in self._rows else place
        place = (*place, last)
        if is_row:
            self.places.setdefault(place, line)
            self._rows[place] = self._rows.get(place, -1) + 1
            place = (*place, self._rows[place])
        self.places[place] = line
        self._at += 2 if is_row else 1
        return place

    def _pair(self, table: Place) -> None:
        line, place = self._line(), table
        for name in self._names():
            place = (*place, name)
            self.places.setdefault(place, line)
        self._at += 1  # the sign between a key and its value
        self._value(place)

    def _value(self, place: Place) -> None:
        self._skip(_BLANK)
        opening = self._text[self._at : self._at + 1]
        if opening in ("[", "{"):
            self._at += 1
            self._inside(place, is_list=opening == "[")
        elif not self._skip(_TEXT):
            self._skip(_PLAIN)

    def _inside(self, place: Place, *, is_list: bool) -> None:
        """The rows of a list, or the pairs of a table written in one line."""
        number = 0
        self._skip(_BLANK)
        while self._at < len(self._text) and self._text[self._at] not in "]}":
            if is_list:
                self.places[*place, number] = self._line()
                self._value((*place, number))
                number += 1
            else:
                self._pair(place)
            self._skip(_BLANK)
            self._at += self._text.startswith(",", self._at)
            self._skip(_BLANK)
        self._at += 1

    def _names(self) -> list[str]:
        """The names of a key, which dots may divide."""
        begin = self._at
        self._skip(_KEY)
        return [str(found[found.lastgroup or 0]) for found in _NAME.finditer(self._text, begin, self._at)]

    def _skip(self, pattern: re.Pattern[str]) -> bool:
        found = pattern.match(self._text, self._at)
        if found is None:
            return False
        self._at = found.end()
        return True

    def _line(self) -> int:
        return self._text.count("\n", 0, self._at) + 1
