"""The numbers a message mentions, each with what stands around it, so that a room number or a date is not taken for the answer."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

from handlers.understanding.english import number_words
from handlers.understanding.idioms import without_idioms
from handlers.understanding.numerals import SIGNS, TOKENS, Token, digits_token
from handlers.understanding.plain import SPOILT
from handlers.understanding.reading import NotReadError

COUNTED_THINGS = tuple(
    "岁天月年日号次个人口家张份楼层床级度期院医小时秒倍折斤公里米平回趟项条名位路栋室单种片盒针支瓶例届中附甲等者胎孩周成后钟%‰星礼胞妹哥姐弟"
)
"""What follows a number that counts something else than what was asked."""

_FOREIGN = re.compile(r"[0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}(?![0-9])|(?<![0-9])[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?(?![0-9])")
_GROUPED_BY_SPACE = re.compile(r"(?<![0-9.,])[0-9]{1,3}(?: [0-9]{3})+(?![0-9,])")
_SPELT = re.compile(r"(?<![0-9.,] )(?<![0-9.,])[0-9](?: [0-9]){2,}(?! ?[0-9])")
_DOT_BY_VOICE = re.compile(r"(?<=[0-9])[。·・](?=[0-9])")
_COMMA_AND_SPACE = re.compile(r"(?<=[0-9]), (?=[0-9]{3}(?![0-9]))")
_PUT_TOGETHER = re.compile(r"[0-9](?:[-/.][0-9]{1,2}[-/.]|,? |[:。·・])[0-9]")
_A_LITTLE = re.compile(r"(?<=多)一?点儿?(?![0-9零一二三四五六七八九])")
_MOST_NUMBERS = 40
_LEADING = frozenset({"digits", "digit", "zero", "unit", "half", "vague"})
_NUMBERS = frozenset({"digits", "digit", "zero"})
_NUMBERS_OR_VAGUE = _NUMBERS | {"vague"}
_MONEY_DONE = frozenset({"yuan", "jiao", "fen", "even"})
MINUS_SIGN = re.compile(r"-|负|minus|negative")
"""Without one of these, no number is negative."""
_MINUS = re.compile(r"(?<![0-9一-鿿a-z])- ?$|(?<!抱)(?<!自)负的?$|(?:minus|negative) ?$")


@dataclass(slots=True)
class _Run:
    """Tokens with at most a space between them, and their place in the text."""

    tokens: list[Token]
    start: int
    end: int


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
        """Whether all that is left of the message, without these numbers, is nothing but what this pattern knows as harmless."""
        if len(taken) == 1 and taken[0].end - taken[0].start == len(self.text):
            return True
        rest, at = "", 0
        for mention in taken:
            rest += self.text[at : mention.start] + " "
            at = mention.end
        return harmless.fullmatch(rest + self.text[at:]) is not None


def mentions(plain_text: str) -> Mentions:
    """Find the numbers in plain text. Raises NotReadError for digits that make no number."""
    together = number_words(plain_text)
    if "多" in together:
        together = _A_LITTLE.sub("", together)
    together = without_idioms(together)
    doubts = 0
    if _PUT_TOGETHER.search(together):
        together, doubts = _put_together(together)
    found = [mention for run in _runs(together) if (mention := _mention(together, run))]
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


def _mention(text: str, run: _Run) -> Mention | None:
    """What the run mentions, with what stands around it; None where it is a part of something else."""
    before, after = text[max(0, run.start - 12) : run.start], text[run.end : run.end + 12]
    return None if _ignored(run.tokens, before, after) else Mention(run.tokens, run.start, run.end, before, after)


def _runs(text: str) -> list[_Run]:
    runs: list[_Run] = []
    run = None
    for found in TOKENS.finditer(text):
        said, start = found.group(), found.start()
        tokens = [digits_token(said)] if found.lastgroup else [SIGNS[sign] for sign in said]
        if run is not None and (run.end == start or _continues(text[run.end : start], run.tokens[-1], tokens[0])):
            run.tokens += tokens
            run.end = found.end()
        elif (at := _beginning(tokens)) is not None:
            run = _Run(tokens[at:] if at else tokens, start + at, found.end())
            runs.append(run)
            if len(runs) > _MOST_NUMBERS:
                raise NotReadError("several")
    return runs


def _beginning(tokens: list[Token]) -> int | None:
    """Where a number may begin: not with 正 of 正好, 多 of 多少, 分 of 分钟, 点."""
    return next((at for at, token in enumerate(tokens) if token.kind in _LEADING), None) if tokens[0].kind not in _LEADING else 0


def _continues(between: str, last: Token, token: Token) -> bool:
    return between == " " and not (token.kind in _NUMBERS and (last.kind in _NUMBERS or last.kind in _MONEY_DONE))


def _ignored(tokens: list[Token], before: str, after: str) -> bool:
    """Whether this is a part of another word, or of a thing numbered, lettered or spelt out."""
    if tokens[0].kind not in _NUMBERS and not _names_a_number(tokens):
        return _only_a_unit(tokens, before)
    last, following = before[-1:], after[:1]
    if SPOILT in (last, following):
        raise NotReadError("unclear")
    return last == "第" or (last.isascii() and last.isalpha()) or (following.isascii() and following.isalpha())


def _names_a_number(tokens: list[Token]) -> bool:
    """Whether a unit or a half that stands first belongs to a number: 十万, 半万, 百八."""
    first = tokens[0]
    is_head = first.kind == "half" or (first.kind == "unit" and first.value == 10)  # noqa: PLR2004
    kinds = [token.kind for token in tokens]
    return (is_head and "unit" in kinds) or not _NUMBERS_OR_VAGUE.isdisjoint(kinds)


def _only_a_unit(tokens: list[Token], before: str) -> bool:
    """百 in 百合 is nothing; "数万" is a number without a number."""
    if tokens[0].kind == "unit" and before.endswith("数"):
        raise NotReadError("vague")
    return True
