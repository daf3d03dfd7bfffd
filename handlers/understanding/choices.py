"""A typed answer where buttons were offered: by number, letter, label, a part of a label, or a label with a slip of the pen.

`read_choice(text, labels)` is sure for a label or its place in the list, or both where they agree; parts, slips by hand (生并) and slips by
sound (收伤) are always to be echoed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache

from handlers.understanding.english import number_words
from handlers.understanding.mentions import mentions
from handlers.understanding.numerals import number
from handlers.understanding.plain import plain
from handlers.understanding.reading import LONGEST, NotReadError, Read, Unread
from handlers.understanding.sounds import sounds

_EDGES = " ,。.!、;:()?…~"
_NUMERAL = r"[0-9]{1,6}|[一二三四五六七八九十两]{1,3}"
_POSITION = re.compile(
    rf"(?:就|那|我|要|选项?|择|option|number|no\.?|the){{0,4}} ?(?:第 ?)?(?P<number>{_NUMERAL})"
    r" ?(?:st|nd|rd|th)?(?:个|项|号|种|条| one)?(?P<soft>吧?)"
)
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_ORDINAL = re.compile(rf"(?:the )?(?P<ordinal>{'|'.join(_ORDINALS)}|last)(?: one| option)?")
_LAST = re.compile(r"(?:最后|最末|倒数第?一)(?:那?一?[个项种])?")
_FIRST = re.compile(r"(?:头一|最前面?那?)[个项种]")
_MIDDLE = re.compile(r"(?:最?中间|当中)(?:的|那一?[个项种])")
_LETTER = re.compile(r"(?:我?选 ?|option )?(?P<letter>[a-z])")
_NUMBERED = re.compile(rf"(?P<at>{_NUMERAL}|[a-z])[ .、,:)]+(?P<label>[^ .、,:)0-9].*)")
_AGREEING = re.compile(r"(?:好的?|嗯|对|那|ok|well)[ ,、]+")
_SEVERAL_NUMBERS = re.compile(r"[0-9一二三四五六七八九](?: ?(?:和|或|或者|还是|与|及|跟|到|and|or|、|,|-|/| ) ?[0-9一二三四五六七八九])+")
_NEGATION = re.compile(r"不(?!小心|慎|幸|巧)|[没非别]|\bnot\b|n't\b")
_SHORTEST_PART = 3
_SHORTEST_SLIP = {True: 5, False: 3}
_LONG_WORD = 7
_TOO_MANY = 9
_LONGEST_SLIP = 40
_KEPT = 1_000


def read_choice(text: str, labels: Mapping[str, tuple[str, ...]]) -> Read[str] | Unread:
    """Find the one value, in the order offered, that the message means. Parts and slips are never sure."""
    if len(text) > LONGEST:
        return Unread("too_long")
    said = plain(text).strip(_EDGES)
    if not said:
        return Unread("none")
    plain_labels = {value: _plain_labels(of_value) for value, of_value in labels.items()}
    if named := _labelled(said, plain_labels):
        return named
    if agreeing := _AGREEING.match(said):
        found = read_choice(said[agreeing.end() :], labels)
        return Read(found.value, sure=False) if isinstance(found, Read) else found
    return _by_position(said, list(labels)) or _by_part(said, plain_labels)


@lru_cache(maxsize=_KEPT)
def _plain_labels(labels: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(plain(label).strip(_EDGES) for label in labels)


def _labelled(said: str, labels: Mapping[str, tuple[str, ...]]) -> Read[str] | Unread | None:
    """Its label, alone or behind its number (3.生孩子); a number and a label that do not belong together are two answers."""
    if exact := _only_value(said, labels):
        return Read(exact)
    numbered = _NUMBERED.fullmatch(said)
    exact = _only_value(numbered["label"], labels) if numbered else None
    if numbered is None or exact is None:
        return None
    found = _by_position(numbered["at"], list(labels))
    return Read(exact) if found == Read(exact) else Unread("several")


def _only_value(said: str, labels: Mapping[str, tuple[str, ...]]) -> str | None:
    exact = [value for value, of_value in labels.items() if said in of_value]
    return exact[0] if len(exact) == 1 else None


def _by_position(said: str, values: list[str]) -> Read[str] | Unread | None:
    if _SEVERAL_NUMBERS.fullmatch(said):
        return Unread("several")
    at, sure = _position(said, len(values))
    if at is None:
        return None
    return Read(values[at - 1], sure) if 1 <= at <= len(values) else Unread("no_such_choice")


def _position(said: str, last: int) -> tuple[int | None, bool]:
    """Place in the list, from one, and whether it was said without a doubt."""
    if found := _LETTER.fullmatch(said):
        return ord(found["letter"]) - ord("a") + 1, True
    if found := _POSITION.fullmatch(said) or _POSITION.fullmatch(number_words(said)):
        try:
            return int(number(mentions(found["number"]).found[0].tokens).value), not found["soft"]
        except NotReadError:
            return None, False
    if found := _ORDINAL.fullmatch(said):
        return last if found["ordinal"] == "last" else _ORDINALS.index(found["ordinal"]) + 1, True
    if _LAST.fullmatch(said):
        return last, True
    if _MIDDLE.fullmatch(said):
        return last // 2 + 1 if last % 2 else None, True
    return (1, True) if _FIRST.fullmatch(said) else (None, False)


def _by_part(said: str, labels: Mapping[str, tuple[str, ...]]) -> Read[str] | Unread:
    inside = _values(labels, lambda label: len(label) > 1 and label in said)
    around = _values(labels, lambda label: said in label and (len(said) >= _SHORTEST_PART or not said.isascii()))
    fits = inside or around or _nearest(said, labels)
    if len(fits) > 1:
        return Unread("several")
    if not fits:
        return Unread("none")
    if inside and _NEGATION.search(said) and not any(_NEGATION.search(label) for label in labels[fits[0]]):
        return Unread("unclear")
    return Read(fits[0], sure=False)


def _values(labels: Mapping[str, tuple[str, ...]], fits: Callable[[str], bool]) -> list[str]:
    return [value for value, of_value in labels.items() if any(label and fits(label) for label in of_value)]


def _nearest(said: str, labels: Mapping[str, tuple[str, ...]]) -> list[str]:
    """The values whose labels are the fewest slips away: none of sense, and at most so many for a label's length."""
    if len(said) > _LONGEST_SLIP:
        return []
    denies = _NEGATION.search(said) is not None
    slips = {
        value: min((_slips(said, label) for label in of_value if denies is bool(_NEGATION.search(label))), default=_TOO_MANY)
        for value, of_value in labels.items()
    }
    fewest = min(slips.values(), default=_TOO_MANY)
    return [value for value, count in slips.items() if count == fewest] if fewest < _TOO_MANY else []


def _slips(said: str, label: str) -> int:
    """How many letters are more, less, wrong or swapped; a word that sounds the same is one slip away."""
    if len(said) == len(label) > 1 and not said.isascii() and sounds(said) == sounds(label):
        return 1
    if len(label) < _SHORTEST_SLIP[label.isascii()]:
        return _TOO_MANY
    allowed = 2 if label.isascii() and len(label) >= _LONG_WORD else 1
    if abs(len(said) - len(label)) > allowed or len(set(label) - set(said)) > allowed or _letters_apart(said, label) > allowed:
        return _TOO_MANY
    slips = _distance(said, label)
    return slips if slips <= allowed else _TOO_MANY


def _letters_apart(said: str, label: str) -> int:
    """How many letters differ wherever they stand: no fewer slips can lie between the two, and this is counted in a tenth of the time."""
    shared = sum([min(said.count(letter), label.count(letter)) for letter in set(label)])
    return max(len(said), len(label)) - shared


def _distance(one: str, other: str) -> int:
    """Edits between two short strings, a swap of neighbours counting once."""
    while one and other and one[0] == other[0]:
        one, other = one[1:], other[1:]
    while one and other and one[-1] == other[-1]:
        one, other = one[:-1], other[:-1]
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
