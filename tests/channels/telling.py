"""A text as a transcript writes it: what was a numbered choice or a word to answer with is a [button] again."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import takewhile

from tests.conversation.scene import ZONE

NUMBERED = re.compile(r"(?:\d+|[A-Z])\. (.+)")
WORDS = re.compile(
    r"（(?:回前面的(?:数字|字母)就行，)?也可以回：(.+)）|\((?:Just answer with the (?:number|letter)\. )?You can also answer: (.+)\)"
)
HOW = frozenset({"（回前面的数字就行）", "（回前面的字母就行）", "(Just answer with the number.)", "(Just answer with the letter.)"})


def sentences_of(lines: Sequence[str]) -> list[str]:
    """What stands above the buttons of a transcript's message."""
    return list(takewhile(lambda line: not line.startswith("["), lines))


def labels_of(lines: Sequence[str]) -> list[str]:
    """The buttons of a transcript's message."""
    rows = lines[len(sentences_of(lines)) :]
    return [label for row in rows for label in re.findall(r"\[(.+?)\](?= \[|$)", row)]


def as_transcript(text: str, expected: Sequence[str]) -> tuple[str, ...]:
    """`expected` if the text says all of it, in order and nothing else; the text's own lines if not."""
    lines, sentences, labels = text.split("\n"), sentences_of(expected), labels_of(expected)
    ours, rest = lines[: len(sentences)], lines[len(sentences) :]
    numbered = [match[1] for line in rest if (match := NUMBERED.fullmatch(line))]
    words = next((match[1] or match[2] for line in rest if (match := WORDS.fullmatch(line))), None)
    by_words = [label for label in labels if label not in numbered]
    joined = {"、".join(by_words), ", ".join(by_words)} if by_words else {None}
    strange = [line for line in rest if not (NUMBERED.fullmatch(line) or WORDS.fullmatch(line) or line in HOW)]
    in_order = [label for label in labels if label in numbered] == numbered
    return tuple(expected) if ours == sentences and in_order and words in joined and not strange else tuple(lines)


def said(text: str) -> str:
    """The sentences of a text alone, without its choices."""
    return "\n".join(line for line in text.split("\n") if not (NUMBERED.fullmatch(line) or WORDS.fullmatch(line) or line in HOW))


def begins(head: Mapping[str, str], usually: datetime) -> datetime:
    """When a transcript begins: in the morning of the day it names, if it names one."""
    return datetime.fromisoformat(f"{head['day']}T10:00").replace(tzinfo=ZONE).astimezone(UTC) if "day" in head else usually
