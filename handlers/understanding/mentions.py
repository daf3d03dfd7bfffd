"""The numbers a message mentions, each with what stands around it, so that a room number or a date is not taken for the answer."""

from __future__ import annotations

import re
from dataclasses import dataclass

from handlers.understanding.english import number_words
from handlers.understanding.numerals import Kind, Token, token_at
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
_MOST_NUMBERS = 40
_LEADING = {Kind.DIGITS, Kind.DIGIT, Kind.ZERO, Kind.UNIT, Kind.HALF, Kind.VAGUE}
_NUMBERS = {Kind.DIGITS, Kind.DIGIT, Kind.ZERO}
_MINUS = re.compile(r"(?<![0-9一-鿿a-z])- ?$|(?<!抱)(?<!自)负的?$|(?:minus|negative) ?$")


@dataclass(frozen=True, slots=True)
class Mention:
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


@dataclass(frozen=True, slots=True)
class Mentions:
    """All numbers of a message; `sure` is false where digits had to be put together."""

    text: str
    found: list[Mention]
    sure: bool

    def nothing_but(self, taken: list[Mention], harmless: re.Pattern[str]) -> bool:
        """Whether all that is left of the message, without these numbers, is known not to change their meaning."""
        rest, at = "", 0
        for mention in taken:
            rest += self.text[at : mention.start] + " "
            at = mention.end
        return not harmless.sub("", rest + self.text[at:])


def mentions(plain_text: str) -> Mentions:
    """Find the numbers in plain text. Raises NotReadError for digits that make no number."""
    text = number_words(plain_text)
    together = _IDIOMS.sub("※", _FOREIGN.sub("※", text))
    together, doubts = _DOT_BY_VOICE.subn(".", together)
    together, more = _COMMA_AND_SPACE.subn(",", together)
    doubts += more
    together, more = _SPELT.subn(_joined, together)
    doubts += more
    doubts += sum(not found.group().endswith("000") for found in _GROUPED_BY_SPACE.finditer(together))
    together = _GROUPED_BY_SPACE.sub(_joined, together)
    runs = [trimmed for run in _runs(together) if (trimmed := _trimmed(run))]
    found = [_mention(together, run) for run in runs if not _ignored(together, run)]
    return Mentions(together, found, sure=not doubts)


def _joined(found: re.Match[str]) -> str:
    return found.group().replace(" ", "")


def _mention(text: str, run: list[Token]) -> Mention:
    start, end = run[0].start, run[-1].end
    return Mention(run, start, end, text[max(0, start - 12) : start], text[end : end + 12])


def _runs(text: str) -> list[list[Token]]:
    runs: list[list[Token]] = []
    at = 0
    while at < len(text):
        token = token_at(text, at)
        if token is None:
            at += 1
            continue
        if runs and _continues(text, runs[-1][-1], token):
            runs[-1].append(token)
        else:
            runs.append([token])
        if len(runs) > _MOST_NUMBERS:
            raise NotReadError("several")
        at = token.end
    return runs


def _continues(text: str, last: Token, token: Token) -> bool:
    gap = text[last.end : token.start]
    if gap == "":
        return True
    money_done = last.kind in {Kind.YUAN, Kind.JIAO, Kind.FEN, Kind.EVEN}
    return gap == " " and not (token.kind in _NUMBERS and (last.kind in _NUMBERS or money_done))


def _trimmed(run: list[Token]) -> list[Token]:
    """Without what cannot begin a number (正好, 多少, 分钟, 点)."""
    start = next((i for i, token in enumerate(run) if token.kind in _LEADING), len(run))
    return run[start:]


def _ignored(text: str, run: list[Token]) -> bool:
    """Whether this is a part of another word, or of a thing numbered, lettered or spelt out."""
    if not any(token.kind in _NUMBERS or token.kind is Kind.VAGUE for token in run) and not _ten_or_half(run):
        return _only_a_unit(text, run)
    before, after = text[: run[0].start][-2:], text[run[-1].end :][:2]
    if SPOILT in before[-1:] + after[:1]:
        raise NotReadError("unclear")
    if before[-1:] == "第" or (before[-1:].isascii() and before[-1:].isalpha()):
        return True
    return after[:1].isascii() and after[:1].isalpha()


def _ten_or_half(run: list[Token]) -> bool:
    units = [token for token in run if token.kind is Kind.UNIT]
    return bool(units) and (run[0].kind is Kind.HALF or (run[0].kind is Kind.UNIT and run[0].value == 10))  # noqa: PLR2004


def _only_a_unit(text: str, run: list[Token]) -> bool:
    """百 in 百合 is nothing; "数万" is a number without a number."""
    if run[0].kind is Kind.UNIT and text[: run[0].start].endswith("数"):
        raise NotReadError("vague")
    return True
