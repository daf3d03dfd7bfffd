"""English number words rewritten as digits (thirty-two thousand: 32000), so that one grammar of numerals reads both languages."""

from __future__ import annotations

import re
from decimal import Decimal

_ONES = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
_TEENS = ["thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"]
_SMALL = {word: value for value, word in enumerate(_ONES + _TEENS)}
_TENS = {
    word: 10 * value for value, word in enumerate(["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], start=2)
}
_SCALES = {"thousand": 1_000, "grand": 1_000, "million": 1_000_000}
_VAGUE = {"few", "several", "couple", "some", "many"}
_PIECE = re.compile(r"[0-9]+(?:,[0-9]{3})*(?:\.[0-9]+)?|[a-z]+", re.ASCII)
_NUMBER_WORD = re.compile(rf"(?<![a-z])(?:{'|'.join((*_SMALL, *_TENS, *_SCALES, 'hundred'))})(?![a-z])")
_LATIN = re.compile(r"[a-z]")
_GAP = re.compile(r"[ -]?")
_LONGEST_NUMBER = 20
_HUNDRED = 100


class _Sum:
    """One number growing word by word; `take` says no to a word that cannot continue it."""

    def __init__(self) -> None:
        self.total = Decimal(0)
        self.part: Decimal | None = None
        self.lowest = Decimal(10**9)
        self.words = 0

    def take(self, word: str) -> bool:
        """Add one word if it fits."""
        fits = self._scale(word) if word in _SCALES else self._hundred() if word == "hundred" else self._digits(word)
        self.words += fits and not word[0].isdigit()
        return fits

    def _scale(self, word: str) -> bool:
        if not self.part or self.lowest <= _SCALES[word]:
            return False
        self.lowest = Decimal(_SCALES[word])
        self.total += self.part * self.lowest
        self.part = None
        return True

    def _hundred(self) -> bool:
        if not self.part or self.part >= _HUNDRED:
            return False
        self.part *= _HUNDRED
        return True

    def _digits(self, word: str) -> bool:
        if word[0].isdigit():
            if self.part is not None or self.total or len(word) > _LONGEST_NUMBER:
                return False
            self.part = Decimal(word.replace(",", ""))
            return True
        value = _SMALL.get(word, _TENS.get(word, 1))
        room = 10 if word in _SMALL and value < 10 and self.part is not None and self.part % _HUNDRED >= 20 else _HUNDRED  # noqa: PLR2004
        if self.part is not None and (self.part % room or value == 0):
            return False
        self.part = (self.part or Decimal(0)) + value
        return True

    def text(self) -> str:
        return f"{self.total + (self.part or 0):f}"


def number_words(text: str) -> str:
    """Plain text with runs of English number words replaced by digits; words that do not make one number become several."""
    if not _LATIN.search(text) or not _NUMBER_WORD.search(text):
        return text
    pieces = list(_PIECE.finditer(text))
    out: list[str] = []
    done = at = 0
    while at < len(pieces):
        used, digits = _longest(text, pieces, at)
        if used:
            out += [text[done : pieces[at].start()], digits]
            done = pieces[at + used - 1].end()
        at += used or 1
    return "".join(out) + text[done:]


def _longest(text: str, pieces: list[re.Match[str]], at: int) -> tuple[int, str]:
    """How many pieces from `at` on make one number with a word in it, and that number in digits."""
    first = pieces[at].group()
    follower = pieces[at + 1].group() if at + 1 < len(pieces) else ""
    if first in _VAGUE and follower in {*_SCALES, "hundred", "of"}:
        return 1, "几"
    if not (first in _SMALL or first in _TENS or first[0].isdigit() or (first == "a" and follower in {*_SCALES, "hundred"})):
        return 0, ""
    growing = _Sum()
    used = fitting = 0
    for offset, piece in enumerate(pieces[at:]):
        gap = text[pieces[at + offset - 1].end() : piece.start()] if offset else ""
        word = piece.group()
        if not _GAP.fullmatch(gap):
            break
        if word == "and" and offset and growing.words:
            used += 1
            continue
        known = word in _SMALL or word in _TENS or word in _SCALES or word == "hundred" or word[0].isdigit() or (word == "a" and not offset)
        if not known or not growing.take(word):
            break
        used += 1
        fitting = used
    return (fitting, growing.text()) if growing.words else (0, "")
