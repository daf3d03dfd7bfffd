"""What a member wants with something typed at any time: to start a benefit, to give a command, or to have a question answered.

`asked(text, matcher)` ranks at most three topics. Its verdict is "sure" (do it), "doubtful" (offer the ranked topics as buttons labelled
`topic.<name>`) or "none" (count it, without its text). A question is answered with the words `answer.<name>` and the clause that
`ANSWERED_BY` points to; where `benefit` is named too, "how_much" and "family" lead on to its flow.

While a question is open, its own reader goes first: `interrupts(wanted, found)` says whether the topic beats what the reader found.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

from handlers.understanding.matching import Match, Matcher
from handlers.understanding.plain import plain
from handlers.understanding.reading import LONGEST, Read, Unread
from handlers.understanding.signs import one_of, signs
from handlers.understanding.topics import BENEFITS, COMMANDS, Topic, benefits_named, read_command

Verdict = Literal["sure", "doubtful", "none"]

ANSWERED_BY: Mapping[str, str] = MappingProxyType(
    {
        "materials": "documents",
        "papers_lost": "documents",
        "fire_certificate": "documents",
        "bank_card": "documents",
        "cap": "caps",
        "times": "caps",
        "how_much": "award",
        "who_can": "conditions",
        "work_injury": "conditions",
        "insurance": "conditions",
        "out_of_town": "conditions",
        "outpatient": "conditions",
        "deadline": "deadline",
    }
)
"""Which part of an edition holds the clause behind an answer."""

_SURE, _DOUBTFUL = 0.25, 0.15
_CLEAR_OF_THE_NEXT = 0.6
"""At 0.25, with the second at 0.6 of the first at most, 97 of 100 sentences left out of the examples were right."""
_NOT_ASKING = 0.5
_ASKS = re.compile(
    r"(?<=[^ ,。不才并也绝就都我]{2})不[ 。!]*+$|"
    r"[吗么]|什么|还是|[啥咋谁哪几?]|怎[么样]|多[少久长]|如何|为何|能不|行不|(.)[不没]\1|[行给能报领]不(?![了来])|呢$|"
    r"\b(?:how|what|which|where|when|who|why|can|am i|is|do|does|will)\b"
)
_MAY_ASK = one_of(
    "不吗么什还啥咋谁哪几?怎多如为能行没呢", "how", "what", "whic", "wher", "when", "who", "why", "can", "am", "is", "do", "does", "will"
)
_GREETING = re.compile(
    r"^(?:[您你]好[啊呀]?|请问|hello|hi)[ ,。!、]+(?=..)|"
    r"(?<=..)(?:(?<![ ,。!、])[ ,。!、]++)?+(?:谢谢[您你啦了]?|多谢[您你了]?|thanks|thank you)[ 。!]*$"
)
_MAY_GREET = one_of("好问谢h")
_SMALL_TALK = frozenset({"hello", "thanks"})


@dataclass(frozen=True, slots=True)
class Asked:
    """Topics, the likeliest first, and whether the first is certain."""

    verdict: Verdict
    matches: tuple[Match, ...] = ()
    benefit: str = ""
    """The one benefit the message names, whatever it asks."""
    topic: Topic | None = None
    """For a command in its own words: with its target and answer."""

    @property
    def name(self) -> str:
        """The topic that is certain, or ""."""
        return self.matches[0].name if self.verdict == "sure" else ""

    @property
    def is_question(self) -> bool:
        """Whether `answer.<name>` answers it."""
        return bool(self.name) and self.name not in COMMANDS and self.name not in BENEFITS


def asked(text: str, matcher: Matcher) -> Asked:
    """Find what a message wants. The rules of topics.py go first, the examples follow."""
    said = plain(text[:LONGEST])
    if command := read_command(said):
        return Asked("sure", (Match(command.name, 1.0),), topic=command)
    there = signs(said)
    if not _MAY_GREET.isdisjoint(there):
        said = _GREETING.sub("", said)
        there = signs(said)
    named = benefits_named(said, there)
    benefit = named[0] if len(named) == 1 else ""
    asks = not _MAY_ASK.isdisjoint(there) and _ASKS.search(said) is not None
    if benefit and not asks:
        return Asked("sure", (Match(benefit, 1.0),), benefit)
    matches = matcher.nearest(said)
    verdict = _verdict(matches, asks=asks)
    if verdict != "sure" and named:
        matches, verdict = _with_benefits(named, matches), "doubtful"
    return Asked(verdict, tuple(matches) if verdict != "none" else (), benefit)


def interrupts(wanted: Asked, found: Read[Any] | Unread) -> bool:
    """Whether a topic goes before the open question: over an unusable or doubtful answer, and only if certain; a command over any.

    A benefit never does: "生病" and "骨折" are answers first.
    """
    if wanted.topic is not None:
        return True
    if wanted.verdict != "sure" or wanted.name in BENEFITS or wanted.name in _SMALL_TALK:
        return False
    return isinstance(found, Unread) or (not found.sure and wanted.is_question)


def _verdict(matches: list[Match], *, asks: bool) -> Verdict:
    if not matches or matches[0].score < _DOUBTFUL:
        return "none"
    best, second = matches[0], matches[1].score if len(matches) > 1 else 0.0
    is_clear = best.score >= _SURE and second <= _CLEAR_OF_THE_NEXT * best.score
    is_said = asks or best.name in COMMANDS or best.name in _SMALL_TALK or best.name in BENEFITS or best.score >= _NOT_ASKING
    return "sure" if is_clear and is_said else "doubtful"


def _with_benefits(named: list[str], matches: list[Match]) -> list[Match]:
    """The benefits named in words go before what is only near."""
    rest = [match for match in matches if match.name not in named]
    return [*(Match(name, 1.0) for name in named), *rest][:3]
