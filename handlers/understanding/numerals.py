"""The grammar of numerals as people write them, Chinese, digits and both mixed: exact, and unsure wherever two readings exist."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto
from fractions import Fraction
from itertools import pairwise

from handlers.understanding.reading import NotReadError


class Kind(Enum):
    """What a token of a number can be."""

    DIGITS = auto()  # 32,000.50
    DIGIT = auto()  # 三
    ZERO = auto()  # 零
    UNIT = auto()  # 万
    HALF = auto()
    POINT = auto()  # 点
    ABOUT = auto()  # 多 来 余
    VAGUE = auto()  # 几
    YUAN = auto()
    JIAO = auto()
    FEN = auto()
    EVEN = auto()  # 整


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a number, with its place in the text."""

    kind: Kind
    start: int
    end: int
    text: str
    value: Fraction = Fraction(0)
    decimals: int = 0
    sure: bool = True


@dataclass(frozen=True, slots=True)
class Number:
    """A value, whether it is the only reading, and whether a last digit stood for the next lower unit (三万二)."""

    value: Fraction
    sure: bool = True
    shorthand: bool = False


_UNITS = {"十": 10, "百": 100, "千": 1_000, "万": 10_000, "亿": 100_000_000}
_LETTER_UNITS = {"w": 10_000, "k": 1_000}
_HAN_DIGITS = {character: value for value, character in enumerate("一二三四五六七八九", start=1)} | {"两": 2}
_OTHERS = {
    "零": Kind.ZERO,
    "半": Kind.HALF,
    "点": Kind.POINT,
    **dict.fromkeys("多来余", Kind.ABOUT),
    "几": Kind.VAGUE,
    **dict.fromkeys("元块", Kind.YUAN),
    **dict.fromkeys("角毛", Kind.JIAO),
    "分": Kind.FEN,
    **dict.fromkeys("整正", Kind.EVEN),
}
DIGITS = re.compile(r"(?P<whole>[0-9]+(?:[,'][0-9]+)*)?(?P<part>(?:\.[0-9]+)+)?", re.ASCII)
LONGEST_NUMBER = 30
_DECIMAL_UNIT = 10
_GROUP, _MYRIAD = 3, 4


def token_at(text: str, at: int) -> Token | None:
    """Token that starts here, if one does. Raises NotReadError for digits that make no number."""
    character = text[at]
    if character in "0123456789" or (character == "." and text[at + 1 : at + 2].isdigit()):
        return _digits(text, at)
    if character in _HAN_DIGITS:
        return Token(Kind.DIGIT, at, at + 1, character, Fraction(_HAN_DIGITS[character]))
    if character in _UNITS:
        return Token(Kind.UNIT, at, at + 1, character, Fraction(_UNITS[character]))
    if character in _LETTER_UNITS and not (text[at + 1 : at + 2].isascii() and text[at + 1 : at + 2].isalpha()):
        return Token(Kind.UNIT, at, at + 1, character, Fraction(_LETTER_UNITS[character]))
    kind = _OTHERS.get(character)
    return Token(kind, at, at + 1, character) if kind else None


def _digits(text: str, at: int) -> Token:
    found = DIGITS.match(text, at)
    assert found  # noqa: S101 - the pattern matches the digit or point that led here
    whole, part = found["whole"] or "", (found["part"] or "")[1:]
    if len(found.group()) > LONGEST_NUMBER:
        raise NotReadError("too_large")
    if "." in part:
        raise NotReadError("unclear")
    first, *groups = re.split("[,']", whole)
    sure = bool(whole) and not (len(first) > 1 and first.startswith("0"))
    if groups and not (len(first) <= _GROUP and all(len(group) == _GROUP for group in groups)):
        if len(first) > _MYRIAD or any(len(group) > _MYRIAD for group in groups) or len(first) == _MYRIAD > len(groups[0]):
            raise NotReadError("several")
        if any(len(group) != _MYRIAD for group in groups):
            raise NotReadError("unclear")
        sure = False
    digits = first + "".join(groups)
    return Token(Kind.DIGITS, at, found.end(), digits, Fraction(f"{digits or '0'}.{part or '0'}"), len(part), sure)


def number(tokens: list[Token]) -> Number:
    """Value of these tokens. Raises NotReadError where they make none, or more than one."""
    kept = [token for token in tokens if token.kind is not Kind.ABOUT]
    if any(token.kind is Kind.VAGUE for token in kept):
        raise NotReadError("vague")
    read = _sum(_merge_point(kept), short=True)
    return Number(read.value, read.sure and len(kept) == len(tokens), read.shorthand)


def _merge_point(tokens: list[Token]) -> list[Token]:
    """三点二万: what stands around 点 becomes one number with decimals."""
    at = next((i for i, token in enumerate(tokens) if token.kind is Kind.POINT), None)
    if at is None:
        return tokens
    end = at + 1
    while end < len(tokens) and (
        tokens[end].kind in {Kind.DIGIT, Kind.ZERO} or (tokens[end].kind is Kind.DIGITS and not tokens[end].decimals)
    ):
        end += 1
    digits = "".join(token.text if token.kind is Kind.DIGITS else str(int(token.value)) for token in tokens[at + 1 : end])
    left = _sum(tokens[:at], short=False)
    if not digits or left.value.denominator != 1:
        raise NotReadError("unclear")
    value = left.value + Fraction(int(digits), 10 ** len(digits))
    merged = Token(Kind.DIGITS, tokens[0].start, tokens[end - 1].end, str(int(left.value)), value, len(digits), left.sure)
    return [merged, *tokens[end:]]


def _sum(tokens: list[Token], *, short: bool) -> Number:
    units = [int(token.value) for token in tokens if token.kind is Kind.UNIT]
    if not units:
        return _bare(tokens)
    top = max(units)
    if units.count(top) > 1:
        raise NotReadError("unclear")
    at = next(i for i, token in enumerate(tokens) if token.kind is Kind.UNIT and token.value == top)
    left, right = tokens[:at], tokens[at + 1 :]
    head = _head(left, top, alone=not right)
    if not right:
        return Number(head.value * top, head.sure)
    if any(token.decimals for token in left):
        raise NotReadError("unclear")
    tail = _tail(right, top, short=short)
    return Number(head.value * top + tail.value, head.sure and tail.sure, tail.shorthand)


def _bare(tokens: list[Token]) -> Number:
    """Digits without any unit: one number, or Chinese digits read out one by one."""
    kinds = {token.kind for token in tokens}
    if len(tokens) == 1 and kinds <= {Kind.DIGITS, Kind.DIGIT, Kind.ZERO}:
        return Number(tokens[0].value, tokens[0].sure)
    if not tokens or not kinds <= {Kind.DIGIT, Kind.ZERO} or tokens[0].kind is Kind.ZERO:
        raise NotReadError("unclear")
    if len(tokens) == 2 and Kind.ZERO not in kinds:  # noqa: PLR2004 - 三四 is "three or four", 三五 "a few"
        raise NotReadError("several")
    return Number(Fraction(int("".join(str(int(token.value)) for token in tokens))), sure=False)


def _head(left: list[Token], top: int, *, alone: bool) -> Number:
    """How often a unit is taken: the number before it."""
    if not left:
        if alone and top != _DECIMAL_UNIT:
            raise NotReadError("vague")
        return Number(Fraction(1), sure=top == _DECIMAL_UNIT)
    if [token.kind for token in left] == [Kind.HALF]:
        return Number(Fraction(1, 2), sure=False)
    if _two_digits_in_a_row(left):
        raise NotReadError("several")
    head = _sum(left, short=False)
    limit = 10**6 if left[0].kind is Kind.DIGITS else 10_000 if top >= _UNITS["万"] else _DECIMAL_UNIT
    if left[0].kind is Kind.ZERO or not 0 < head.value < limit:
        raise NotReadError("unclear")
    return head


def _tail(right: list[Token], top: int, *, short: bool) -> Number:
    """Rest after a unit: 零五百, 二 (a shorthand), 2000, or a smaller number."""
    if [token.kind for token in right] == [Kind.HALF]:
        return Number(Fraction(top, 2), sure=False)
    if right[0].kind is Kind.ZERO:
        return _after_zero(right, top)
    if len(right) == 1:
        return _last(right[0], top, short=short)
    if _two_digits_in_a_row(right):
        raise NotReadError("several")
    tail = _sum(right, short=short)
    if tail.value >= top:
        raise NotReadError("unclear")
    return Number(tail.value, tail.sure and tail.value * _DECIMAL_UNIT >= top, tail.shorthand)


def _after_zero(right: list[Token], top: int) -> Number:
    rest = right[1:]
    if not rest or rest[0].kind is Kind.ZERO:
        raise NotReadError("unclear")
    tail = _sum(rest, short=False)
    if tail.value >= top:
        raise NotReadError("unclear")
    return Number(tail.value, tail.sure and tail.value * _DECIMAL_UNIT < top)


def _last(token: Token, top: int, *, short: bool) -> Number:
    places = len(str(top)) - 1
    digits = token.text if token.kind is Kind.DIGITS else "1"
    if token.kind not in {Kind.DIGITS, Kind.DIGIT}:
        raise NotReadError("unclear")
    if len(digits) == places:
        return Number(token.value)
    if token.decimals or len(digits) > places:
        raise NotReadError("unclear")
    if len(digits) == 1 and token.value:
        if not short:
            raise NotReadError("unclear")
        return Number(token.value * top / _DECIMAL_UNIT, sure=token.text != "两", shorthand=True)
    if digits.startswith("0") and token.value:
        return Number(token.value, sure=False)
    raise NotReadError("unclear")


def _two_digits_in_a_row(tokens: list[Token]) -> bool:
    return any(a.kind is b.kind is Kind.DIGIT for a, b in pairwise(tokens))
