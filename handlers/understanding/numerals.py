"""The grammar of numerals as people write them, Chinese, digits and both mixed: exact, and unsure wherever two readings exist."""

from __future__ import annotations

import re
from decimal import Decimal
from itertools import pairwise
from typing import Literal, NamedTuple

from handlers.understanding.reading import NotReadError

Kind = Literal[
    "digits",  # 32,000.50
    "digit",  # 三
    "zero",  # 零
    "unit",  # 万
    "half",
    "point",  # 点
    "about",  # 多 来 余
    "vague",  # 几
    "yuan",
    "jiao",
    "fen",
    "even",  # 整
]
"""What a token of a number can be."""

Exact = int | Decimal
"""Whole wherever it can be. Decimals are exact here: no number has more than 28 digits that count (LONGEST_NUMBER, MOST_DECIMALS)."""


class Token(NamedTuple):
    """A piece of a number."""

    kind: Kind
    text: str
    value: Exact = 0
    decimals: int = 0
    sure: bool = True
    grouped: bool = False
    """Whether it had separators or a point."""


class Number(NamedTuple):
    """A value, whether it is the only reading, and whether a last digit stood for the next lower unit (三万二)."""

    value: Exact
    sure: bool = True
    shorthand: bool = False


_UNITS = {"十": 10, "百": 100, "千": 1_000, "万": 10_000, "亿": 100_000_000}
_LETTER_UNITS = {"w": 10_000, "k": 1_000}
_HAN_DIGITS = {character: value for value, character in enumerate("一二三四五六七八九", start=1)} | {"两": 2}
_MEANINGS: dict[str, tuple[Kind, int]] = {
    **{character: ("digit", value) for character, value in _HAN_DIGITS.items()},
    **{character: ("unit", value) for character, value in _UNITS.items()},
    "零": ("zero", 0),
    "半": ("half", 0),
    "点": ("point", 0),
    **dict.fromkeys("多来余", ("about", 0)),
    "几": ("vague", 0),
    **dict.fromkeys("元块", ("yuan", 0)),
    **dict.fromkeys("角毛", ("jiao", 0)),
    "分": ("fen", 0),
    **dict.fromkeys("整正", ("even", 0)),
}
SIGNS = {character: Token(kind, character, value) for character, (kind, value) in _MEANINGS.items()} | {
    character: Token("unit", character, value) for character, value in _LETTER_UNITS.items()
}
"""The tokens of one character, made once."""
TOKENS = re.compile(
    rf"(?P<digits>[0-9]+(?:[,'][0-9]+)*(?:\.[0-9]+)*|(?:\.[0-9]+)+)|[wk](?![a-z])|[{''.join(_MEANINGS)}]+",
    re.ASCII,
)
"""One token of digits or of a letter, or any number of single characters."""
LONGEST_NUMBER = 30
MOST_DECIMALS = 16
_DECIMAL_UNIT = 10
_LONE = frozenset({"digits", "digit", "zero"})
_GROUP, _MYRIAD = 3, 4


def digits_token(said: str) -> Token:
    """Token that these digits, separators and points make. Raises NotReadError where they make no number."""
    if len(said) > LONGEST_NUMBER:
        raise NotReadError("too_large")
    if said.isdigit():
        return Token("digits", said, int(said), 0, said[0] != "0" or said == "0")
    whole, _, part = said.partition(".")
    if "." in part:
        raise NotReadError("unclear")
    if len(part) > MOST_DECIMALS:
        raise NotReadError("unclear")
    first, *groups = [whole] if whole.isdigit() else whole.replace("'", ",").split(",")
    sure = bool(whole) and not (len(first) > 1 and first.startswith("0"))
    if groups:
        sure = _are_thousands(first, groups) and sure
    digits = first + "".join(groups)
    return Token("digits", digits, Decimal(f"{digits}.{part}") if part else int(digits), len(part), sure, grouped=True)


def _are_thousands(first: str, groups: list[str]) -> bool:
    """Whether these are groups of three; by four they are a guess. Raises NotReadError for any other."""
    if len(first) <= _GROUP and all(len(group) == _GROUP for group in groups):
        return True
    if len(first) > _MYRIAD or any(len(group) > _MYRIAD for group in groups) or len(first) == _MYRIAD > len(groups[0]):
        raise NotReadError("several")
    if any(len(group) != _MYRIAD for group in groups):
        raise NotReadError("unclear")
    return False


def number(tokens: list[Token]) -> Number:
    """Value of these tokens. Raises NotReadError where they make none, or more than one."""
    kinds = [token.kind for token in tokens]
    if len(kinds) == 1 and kinds[0] in _LONE:
        return Number(tokens[0].value, tokens[0].sure)
    if kinds == ["digits", "unit"] and 0 < tokens[0].value < _most(tokens[0], int(tokens[1].value)):
        return Number(tokens[0].value * tokens[1].value, tokens[0].sure)
    if (value := _place_by_place(tokens)) is not None:
        return Number(value)
    if "vague" in kinds:
        raise NotReadError("vague")
    kept = [token for token in tokens if token.kind != "about"] if "about" in kinds else tokens
    if "point" in kinds:
        kept = _merge_point(kept)
    if "unit" in kinds and ("digit", "digit") in pairwise([token.kind for token in kept]):
        raise NotReadError("several")
    read = _sum(kept, short=True)
    return Number(read.value, sure=False, shorthand=read.shorthand) if "about" in kinds else read


def _place_by_place(tokens: list[Token]) -> int | None:
    """十二万三千四百五十六, no place left out: what `_sum` would make of it, in a third of the time. None for any other number."""
    total = digit = next_place = 0
    for token in tokens:
        place = int(token.value)
        if token.kind == "digit" and not digit:
            digit = place
        elif token.kind != "unit":
            return None
        elif place == _UNITS["万"] > total and (digit or total) and (not digit or not total or next_place == 1):
            total, digit, next_place = (total + digit) * place, 0, _UNITS["千"]
        elif place <= _UNITS["千"] and next_place in {0, place} and (digit or (place == _DECIMAL_UNIT and not next_place)):
            total, digit, next_place = total + (digit or 1) * place, 0, place // _DECIMAL_UNIT
        else:
            return None
    return total + digit if total and (not digit or next_place == 1) else None


def is_whole(value: Exact) -> bool:
    """Whether nothing stands behind its point."""
    return type(value) is int or value == int(value)


def _merge_point(tokens: list[Token]) -> list[Token]:
    """三点二万: what stands around 点 becomes one number with decimals."""
    at = next(i for i, token in enumerate(tokens) if token.kind == "point")
    end = at + 1
    while end < len(tokens) and (tokens[end].kind in ("digit", "zero") or (tokens[end].kind == "digits" and not tokens[end].decimals)):
        end += 1
    digits = "".join(token.text if token.kind == "digits" else str(int(token.value)) for token in tokens[at + 1 : end])
    left = _sum(tokens[:at], short=False)
    if not 0 < len(digits) <= MOST_DECIMALS or not is_whole(left.value):
        raise NotReadError("unclear")
    whole = str(int(left.value))
    merged = Token("digits", whole, Decimal(f"{whole}.{digits}"), len(digits), left.sure, grouped=True)
    return [merged, *tokens[end:]]


def _sum(tokens: list[Token], *, short: bool) -> Number:
    at, top = -1, 0
    for place, token in enumerate(tokens):
        if token.kind == "unit":
            if token.value == top:
                raise NotReadError("unclear")
            if token.value > top:
                at, top = place, int(token.value)
    if at < 0:
        return _bare(tokens)
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
    if len(tokens) == 1 and tokens[0].kind in _LONE:
        return Number(tokens[0].value, tokens[0].sure)
    kinds = {token.kind for token in tokens}
    if not tokens or not kinds <= {"digit", "zero"} or tokens[0].kind == "zero":
        raise NotReadError("unclear")
    if len(tokens) == 2 and "zero" not in kinds:  # noqa: PLR2004 - 三四 is "three or four", 三五 "a few"
        raise NotReadError("several")
    return Number(int("".join(str(token.value) for token in tokens)), sure=False)


def _head(left: list[Token], top: int, *, alone: bool) -> Number:
    """How often a unit is taken: the number before it."""
    if not left:
        if alone and top != _DECIMAL_UNIT:
            raise NotReadError("vague")
        return Number(1, sure=top == _DECIMAL_UNIT)
    if len(left) == 1:
        return _lone_head(left[0], top)
    head = _sum(left, short=False)
    if left[0].kind == "zero" or not 0 < head.value < _most(left[0], top):
        raise NotReadError("unclear")
    return head


def _lone_head(token: Token, top: int) -> Number:
    if token.kind == "half":
        return Number(Decimal("0.5"), sure=False)
    head = token if token.kind in _LONE else _sum([token], short=False)
    if not 0 < head.value < _most(token, top):
        raise NotReadError("unclear")
    return Number(head.value, head.sure)


def _most(first: Token, top: int) -> int:
    """What a unit cannot be taken as often as."""
    return 10**6 if first.kind == "digits" else 10_000 if top >= _UNITS["万"] else _DECIMAL_UNIT


def _tail(right: list[Token], top: int, *, short: bool) -> Number:
    """Rest after a unit: 零五百, 二 (a shorthand), 2000, or a smaller number."""
    if right[0].kind == "zero":
        return _after_zero(right, top)
    if len(right) == 1:
        return Number(top // 2, sure=False) if right[0].kind == "half" else _last(right[0], top, short=short)
    tail = _sum(right, short=short)
    if tail.value >= top:
        raise NotReadError("unclear")
    return Number(tail.value, tail.sure and tail.value * _DECIMAL_UNIT >= top, tail.shorthand)


def _after_zero(right: list[Token], top: int) -> Number:
    rest = right[1:]
    if not rest or rest[0].kind == "zero":
        raise NotReadError("unclear")
    tail = _sum(rest, short=False)
    if tail.value >= top:
        raise NotReadError("unclear")
    return Number(tail.value, tail.sure and tail.value * _DECIMAL_UNIT < top)


def _last(token: Token, top: int, *, short: bool) -> Number:
    places = len(str(top)) - 1
    digits = token.text if token.kind == "digits" else "1"
    if token.kind not in ("digits", "digit"):
        raise NotReadError("unclear")
    if len(digits) == places:
        return Number(token.value)
    if token.decimals or len(digits) > places:
        raise NotReadError("unclear")
    if len(digits) == 1 and token.value:
        if not short:
            raise NotReadError("unclear")
        return Number(token.value * top // _DECIMAL_UNIT, sure=token.text != "两", shorthand=True)
    if digits.startswith("0") and token.value:
        return Number(token.value, sure=False)
    raise NotReadError("unclear")
