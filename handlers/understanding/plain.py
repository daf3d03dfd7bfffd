"""Typed text made plain before any reading: one width, one script, one kind of digit, minus, comma and space."""

from __future__ import annotations

import re
import unicodedata

from handlers.understanding.traditional import SIMPLIFIED

SPOILT = "\ufffd"
"""Stands where a character was that must not be read as a digit: a superscript, a fraction, a control of direction."""

FORMAL = frozenset("壹贰貳叁參叄肆伍陆陸柒捌玖拾佰仟")
"""Numerals as on cheques, where a digit after a unit is never a shorthand."""

_NUMERALS = {
    **dict(zip("壹贰貳叁參叄肆伍陆陸柒捌玖拾佰仟", "一二二三三三四五六六七八九十百千", strict=True)),
    **dict.fromkeys("〇○", "零"),
    "幺": "一",
    "廿": "二十",
    "卅": "三十",
    "圆": "元",
}
_MARKS = {
    **dict.fromkeys("−‐‑‒–", "-"),
    **dict.fromkeys("‘’`´", "'"),
    **dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff\ufe0e\ufe0f", ""),
    **dict.fromkeys("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069", SPOILT),
}
_ONE_SCRIPT = str.maketrans({**SIMPLIFIED, **_NUMERALS, **_MARKS})
_WIDE_COMMA = "\ue000"
_WIDE_GROUPS = re.compile(rf"[¥$ ]*[0-9]{{1,3}}(?:{_WIDE_COMMA}[0-9]{{3}})+(?:\.[0-9]+)?[ 元块整。.!]*")
_WIDE_ZEROS = re.compile(rf"(?<=[0-9]){_WIDE_COMMA}(?=000(?![0-9]))")
_LONGEST_UNFOLDED = 4
_KEPT = 0x10000
"""Of rarer characters than these nothing is kept in memory."""


class _Plain(dict[int, str]):
    """Every character's plain form, worked out when it is first seen."""

    def __missing__(self, code: int) -> str:
        wide = _WIDE_COMMA if code == ord("，") else unicodedata.normalize("NFKC", _unfold(chr(code)))
        made = "".join(map(_ascii_digit, wide.lower().translate(_ONE_SCRIPT)))
        if code < _KEPT:
            self[code] = made
        return made


_PLAIN = _Plain()


def plain(text: str) -> str:
    """Text in lower case and simplified script, with ASCII digits and half-width marks; not cut, not trimmed of words."""
    made = text.translate(_PLAIN)
    if not made.isascii():
        made = unicodedata.normalize("NFKC", made)
    spaced = " ".join(made.split())
    if _WIDE_COMMA not in spaced:
        return spaced
    if _WIDE_GROUPS.fullmatch(spaced):
        return spaced.replace(_WIDE_COMMA, ",")
    return _WIDE_ZEROS.sub(",", spaced).replace(_WIDE_COMMA, "、")


def _unfold(character: str) -> str:
    """Characters that NFKC would melt into their neighbours, kept apart: ① is not the first digit of ①5000."""
    kind, *parts = unicodedata.decomposition(character).split(" ")
    if kind in {"<super>", "<sub>", "<fraction>"} or len(parts) > _LONGEST_UNFOLDED:
        return SPOILT
    return f" {character} " if kind == "<circle>" else character


def _ascii_digit(character: str) -> str:
    if character.isascii() or not character.isdecimal():
        return character
    return str(unicodedata.decimal(character))
