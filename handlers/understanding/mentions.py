"""The numbers a message mentions, each with what stands around it, so that a room number or a date is not taken for the answer."""

from __future__ import annotations

import re
from typing import NamedTuple

from handlers.understanding.english import number_words
from handlers.understanding.numerals import STARTS, Token, token_at
from handlers.understanding.plain import SPOILT
from handlers.understanding.reading import NotReadError

COUNTED_THINGS = tuple(
    "岁天月年日号次个人口家张份楼层床级度期院医小时秒倍折斤公里米平回趟项条名位路栋室单种片盒针支瓶例届中附甲等者胎孩周成后钟%‰星礼胞妹哥姐弟"
)
"""What follows a number that counts something else than what was asked."""

_IDIOMS = re.compile(
    r"(?<![0-9一二三四五六七八九十百千万亿零两几])(?:十分|万分|万一(?![十百千万]))|千万别|千万要|百分之[零一二三四五六七八九十百点]*|一[些下样直般定起切旦点会边]|不三不四|五险一金"
)
_FOREIGN = re.compile(r"[0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}(?![0-9])|(?<![0-9])[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?(?![0-9])")
_GROUPED_BY_SPACE = re.compile(r"(?<![0-9.,])[0-9]{1,3}(?: [0-9]{3})+(?![0-9,])")
_SPELT = re.compile(r"(?<![0-9.,] )(?<![0-9.,])[0-9](?: [0-9]){2,}(?! ?[0-9])")
_DOT_BY_VOICE = re.compile(r"(?<=[0-9])[。·・](?=[0-9])")
_COMMA_AND_SPACE = re.compile(r"(?<=[0-9]), (?=[0-9]{3}(?![0-9]))")
_PUT_TOGETHER = re.compile(r"[0-9][-/.:,。·・ ] ?[0-9]")
_A_LITTLE = re.compile(r"(?<=多)一?点儿?(?![0-9零一二三四五六七八九])")
_MOST_NUMBERS = 40
_LEADING = frozenset({"digits", "digit", "zero", "unit", "half", "vague"})
_NUMBERS = frozenset({"digits", "digit", "zero"})
_NUMBERS_OR_VAGUE = _NUMBERS | {"vague"}
_MONEY_DONE = frozenset({"yuan", "jiao", "fen", "even"})
_MINUS = re.compile(r"(?<![0-9一-鿿a-z])- ?$|(?<!抱)(?<!自)负的?$|(?:minus|negative) ?$")


class Mention(NamedTuple):
    """A run of tokens that may be one number, and the plain text before and after it."""

    tokens: list[Token]
    start: int
    end: int
    before: str
    after: str

    @property
    def negative(self) -> bool:
        """Whether a minus stands before it (a hyphen between two numbers is none)."""
        return bool(_MINUS.search(self.before.rstrip("¥$ ")))


class Mentions(NamedTuple):
    """All numbers of a message; `sure` is false where digits had to be put together."""

    text: str
    found: list[Mention]
    sure: bool

    def nothing_but(self, taken: list[Mention], harmless: re.Pattern[str]) -> bool:
        """Whether all that is left of the message, without these numbers, is known not to change their meaning."""
        if len(taken) == 1 and taken[0].end - taken[0].start == len(self.text):
            return True
        rest, at = "", 0
        for mention in taken:
            rest += self.text[at : mention.start] + " "
            at = mention.end
        return not harmless.sub("", rest + self.text[at:])


def mentions(plain_text: str) -> Mentions:
    """Find the numbers in plain text. Raises NotReadError for digits that make no number."""
    together = _IDIOMS.sub("※", _A_LITTLE.sub("", number_words(plain_text)))
    doubts = 0
    if _PUT_TOGETHER.search(together):
        together, doubts = _put_together(together)
    found = []
    for run in _runs(together):
        trimmed = _trimmed(run)
        if trimmed and not _ignored(together, trimmed):
            found.append(_mention(together, trimmed))
    return Mentions(together, found, sure=not doubts)


def _put_together(text: str) -> tuple[str, int]:
    """Digits with marks and spaces between them made one number, and how often that was a guess."""
    together, doubts = _DOT_BY_VOICE.subn(".", _FOREIGN.sub("※", text))
    together, more = _COMMA_AND_SPACE.subn(",", together)
    doubts += more
    together, more = _SPELT.subn(_joined, together)
    doubts += more
    doubts += sum(not found.group().endswith("000") for found in _GROUPED_BY_SPACE.finditer(together))
    return _GROUPED_BY_SPACE.sub(_joined, together), doubts


def _joined(found: re.Match[str]) -> str:
    return found.group().replace(" ", "")


def _mention(text: str, run: list[Token]) -> Mention:
    start, end = run[0].start, run[-1].end
    return Mention(run, start, end, text[max(0, start - 12) : start], text[end : end + 12])


def _runs(text: str) -> list[list[Token]]:
    runs: list[list[Token]] = []
    found = STARTS.search(text)
    while found:
        at = found.start()
        token = token_at(text, at)
        if token is not None:
            if runs and _continues(text, runs[-1][-1], token):
                runs[-1].append(token)
            else:
                runs.append([token])
            if len(runs) > _MOST_NUMBERS:
                raise NotReadError("several")
        found = STARTS.search(text, token.end if token else at + 1)
    return runs


def _continues(text: str, last: Token, token: Token) -> bool:
    if last.end == token.start:
        return True
    if text[last.end : token.start] != " ":
        return False
    return not (token.kind in _NUMBERS and (last.kind in _NUMBERS or last.kind in _MONEY_DONE))


def _trimmed(run: list[Token]) -> list[Token]:
    """Without what cannot begin a number (正好, 多少, 分钟, 点)."""
    if run[0].kind in _LEADING:
        return run
    start = next((i for i, token in enumerate(run) if token.kind in _LEADING), len(run))
    return run[start:]


def _ignored(text: str, run: list[Token]) -> bool:
    """Whether this is a part of another word, or of a thing numbered, lettered or spelt out."""
    if run[0].kind not in _NUMBERS and _NUMBERS_OR_VAGUE.isdisjoint([token.kind for token in run]) and not _ten_or_half(run):
        return _only_a_unit(text, run)
    start, end = run[0].start, run[-1].end
    before, after = text[start - 1 : start] if start else "", text[end : end + 1]
    if SPOILT in (before, after):
        raise NotReadError("unclear")
    return before == "第" or (before.isascii() and before.isalpha()) or (after.isascii() and after.isalpha())


def _ten_or_half(run: list[Token]) -> bool:
    units = [token for token in run if token.kind == "unit"]
    return bool(units) and (run[0].kind == "half" or (run[0].kind == "unit" and run[0].value == 10))  # noqa: PLR2004


def _only_a_unit(text: str, run: list[Token]) -> bool:
    """百 in 百合 is nothing; "数万" is a number without a number."""
    if run[0].kind == "unit" and text[: run[0].start].endswith("数"):
        raise NotReadError("vague")
    return True
