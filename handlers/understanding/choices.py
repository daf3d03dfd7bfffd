"""A typed answer where buttons were offered: by number, letter, label, a part of a label, or a label with a slip of the pen."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from handlers.understanding.mentions import mentions
from handlers.understanding.numerals import number
from handlers.understanding.plain import plain
from handlers.understanding.reading import LONGEST, NotReadError, Read, Unread

_EDGES = " ,。.!、;:()?…~"
_POSITION = re.compile(
    r"(?:我?要?选择?|option|number|no\.?|the)? ?(?:第 ?)?(?P<number>[0-9]{1,6}|[一二三四五六七八九十两]{1,3})"
    r" ?(?:st|nd|rd|th)?(?:个|项|号|种|条| one)?吧?"
)
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_ORDINAL = re.compile(rf"(?:the )?(?P<ordinal>{'|'.join(_ORDINALS)}|last)(?: one| option)?")
_LAST = re.compile(r"最后(?:那?一?[个项种])?")
_LETTER = re.compile(r"(?:选|option )?(?P<letter>[a-z])")
_SEVERAL_NUMBERS = re.compile(r"[0-9一二三四五六七八九](?: ?(?:和|或|或者|还是|与|及|跟|到|and|or|、|,|-|/| ) ?[0-9一二三四五六七八九])+")
_NEGATION = re.compile(r"[不没非别]|\bnot\b|n't\b")
_SHORTEST_PART = 3
_SHORTEST_SLIP = {True: 5, False: 3}
_LONGEST_SLIP = 40


def read_choice(text: str, labels: Mapping[str, tuple[str, ...]]) -> Read[str] | Unread:
    """Find the one value, in the order offered, that the message means. Parts and slips are never sure."""
    if len(text) > LONGEST:
        return Unread("too_long")
    said = plain(text).strip(_EDGES)
    if not said:
        return Unread("none")
    plain_labels = {value: tuple(plain(label).strip(_EDGES) for label in of_value) for value, of_value in labels.items()}
    exact = [value for value, of_value in plain_labels.items() if said in of_value]
    if len(exact) == 1:
        return Read(exact[0])
    return _by_position(said, list(labels)) or _by_part(said, plain_labels)


def _by_position(said: str, values: list[str]) -> Read[str] | Unread | None:
    if _SEVERAL_NUMBERS.fullmatch(said):
        return Unread("several")
    at = _position(said, len(values))
    if at is None:
        return None
    return Read(values[at - 1]) if 1 <= at <= len(values) else Unread("no_such_choice")


def _position(said: str, last: int) -> int | None:
    if _LAST.fullmatch(said):
        return last
    if found := _ORDINAL.fullmatch(said):
        return last if found["ordinal"] == "last" else _ORDINALS.index(found["ordinal"]) + 1
    if found := _LETTER.fullmatch(said):
        return ord(found["letter"]) - ord("a") + 1
    if found := _POSITION.fullmatch(said):
        try:
            return int(number(mentions(found["number"]).found[0].tokens).value)
        except NotReadError:
            return None
    return None


def _by_part(said: str, labels: Mapping[str, tuple[str, ...]]) -> Read[str] | Unread:
    inside = _values(labels, lambda label: len(label) > 1 and label in said)
    around = _values(labels, lambda label: said in label and (len(said) >= _SHORTEST_PART or not said.isascii()))
    fits = inside or around or _values(labels, lambda label: _is_slip(said, label))
    if len(fits) > 1:
        return Unread("several")
    if not fits:
        return Unread("none")
    if inside and _NEGATION.search(said) and not any(_NEGATION.search(label) for label in labels[fits[0]]):
        return Unread("unclear")
    return Read(fits[0], sure=False)


def _values(labels: Mapping[str, tuple[str, ...]], fits: Callable[[str], bool]) -> list[str]:
    return [value for value, of_value in labels.items() if any(label and fits(label) for label in of_value)]


def _is_slip(said: str, label: str) -> bool:
    """Whether one letter more, less, wrong or swapped makes the label; two in long Latin words."""
    if len(label) < _SHORTEST_SLIP[label.isascii()] or len(said) > _LONGEST_SLIP:
        return False
    allowed = 2 if label.isascii() and len(label) > 2 * _SHORTEST_SLIP[True] else 1
    return abs(len(said) - len(label)) <= allowed and _distance(said, label) <= allowed


def _distance(one: str, other: str) -> int:
    """Edits between two short strings, a swap of neighbours counting once."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, start=1):
        before, last, row = row, before, [i]
        for j, b in enumerate(other, start=1):
            cost = min(row[j - 1] + 1, before[j] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
    return row[-1]
