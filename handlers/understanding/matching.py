"""Which topic a message is nearest to: by its cues, and by the characters it shares with example sentences. No model, no network.

`Matcher.of(examples, ...)` is built once (0.1 s) from lists of sentences by topic, one list for each language; `examples_in(words)` takes
such a list out of a catalogue of words. `matcher.nearest(text)` ranks topics with scores from 0 to 1; what a score is worth, asked.py says.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from math import log, sqrt
from operator import add
from struct import Struct
from typing import NamedTuple

from handlers.understanding.cues import MARK, cues
from handlers.understanding.plain import plain

_KEY = re.compile(r"topic\.(?P<name>[a-z_]+)\.examples")
_DROPPED = re.compile(
    r"请问|想问[问一下]*|问一下|[我俺]想|麻烦|一下|这个|那个|就是|的话|到底|[吗么嘛呢啊呀吧哦噢啦了的都我俺你您们?]|"
    r"\b(?:the|a|an|please|do|does|is|to|of|for|it|my|i)\b"
)
_LATIN = re.compile(r"[a-z']+")
_HAN = re.compile(r"[一-鿿]+")
_STEM = 6
_LONGEST = 60
_CUE_WEIGHT = 3.0
_MOST_TOPICS = 8
"""A piece speaks for no more topics than this: what is found in all of them tells nothing, and takes time."""
_NEVER_SEEN = 0.6
"""How much a piece that no example has weighs, beside one that a single example has."""
_LANE = 32
_FINE, _FINE_SQUARES = 1 << 18, 1 << 12
"""Scores of all topics travel in one integer, a lane of 32 bits for each: adding two such adds all their scores, in one step.

A lane holds a score in steps of 2**-18. The last lane is of no topic: it holds the square of a message's length, in steps of 2**-12.
A piece adds less than 16 to a score and less than 400 to the square, and no message has a thousand pieces: no lane runs over.
"""


class Match(NamedTuple):
    """A topic and how near it is, from 0 to 1."""

    name: str
    score: float


def examples_in(words: Mapping[str, str]) -> dict[str, list[str]]:
    """The example sentences of every topic in a catalogue: `topic.<name>.examples`, one a line."""
    found = {key: _KEY.fullmatch(key) for key in words}
    return {match["name"]: [line for line in words[key].splitlines() if line] for key, match in found.items() if match}


class Matcher:
    """The pieces of all example sentences, each with what it adds to the score of every topic."""

    def __init__(self, topics: Sequence[str], weighed: Mapping[str, int], *, never_seen: float) -> None:
        self._topics = topics
        self._weighed = weighed
        self._never_seen_squared = never_seen * never_seen
        self._lanes = Struct(f"<{len(topics) + 1}I")

    @classmethod
    def of(cls, *lists: Mapping[str, Iterable[str]]) -> Matcher:
        """Build from one or more lists of example sentences by topic."""
        sentences = [(name, pieces(plain(said))) for examples in lists for name, all_said in examples.items() for said in all_said]
        seen = Counter(piece for _, of_one in sentences for piece in of_one)
        weights = {piece: _worth(piece, log((len(sentences) + 1) / (count + 0.5))) for piece, count in seen.items()}
        topics = list(dict.fromkeys(name for name, _ in sentences))
        return cls(topics, _weigh(topics, sentences, weights), never_seen=_NEVER_SEEN * log(2 * len(sentences) + 2))

    def nearest(self, said: str, at_most: int = 3) -> list[Match]:
        """Rank the topics that share something with a plain message, the nearest first."""
        weighed = self._weighed
        shared = grams(said)
        known = list(filter(None, map(weighed.get, shared)))
        unseen = len(shared) - len(known)
        known += filter(None, map(weighed.get, cues(said[:_LONGEST])))
        *lanes, squares = self._lanes.unpack(sum(known).to_bytes(self._lanes.size, "little"))
        length = sqrt(squares / _FINE_SQUARES + unseen * self._never_seen_squared) * _FINE
        ranked = []
        for lane in sorted(lanes, reverse=True)[:at_most]:
            if lane:
                at = lanes.index(lane)
                ranked.append(Match(self._topics[at], lane / length))
                lanes[at] = 0
        return ranked


def _packed(lanes: Iterable[tuple[int, int]]) -> int:
    """One integer of values by the places of their lanes."""
    return sum(value << _LANE * at for at, value in lanes)


def _worth(piece: str, weight: float) -> float:
    return _CUE_WEIGHT * weight if piece.startswith(MARK) else weight


def _weigh(topics: list[str], sentences: list[tuple[str, set[str]]], weights: Mapping[str, float]) -> dict[str, int]:
    """For each piece, in lanes, what it adds to the topics it speaks for: more for one that many examples of a topic share."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for name, of_one in sentences:
        counts[name].update(of_one)
    examples = Counter(name for name, _ in sentences)
    adds: dict[str, list[tuple[int, float]]] = defaultdict(list)
    for at, name in enumerate(topics):
        count = counts[name]
        speaking = {piece: sqrt(times / examples[name]) * weights[piece] for piece, times in count.items()}
        length = sqrt(sum(weight * weight for weight in speaking.values()))
        for piece, weight in speaking.items():
            adds[piece].append((at, weight * weights[piece] / length))
    return {piece: _lanes(len(topics), of_one, weights[piece]) for piece, of_one in adds.items()}


def _lanes(topics: int, adds: list[tuple[int, float]], weight: float) -> int:
    most = sorted(adds, key=lambda add: -add[1])[:_MOST_TOPICS]
    return _packed([*((at, round(score * _FINE)) for at, score in most), (topics, round(weight**2 * _FINE_SQUARES))])


def pieces(said: str) -> set[str]:
    """Cues and grams of plain text."""
    return grams(said).union(cues(said[:_LONGEST]))


def grams(said: str) -> set[str]:
    """Characters by two and three, and Latin words by one and two, of plain text; words that mean nothing here dropped."""
    said = said[:_LONGEST]
    found: set[str] = set()
    is_latin = _LATIN.search(said) is not None
    bare = _DROPPED.sub(" " if is_latin else "", said)
    if is_latin:
        words = [word[:_STEM] for word in _LATIN.findall(bare)]
        found.update(words)
        found.update([f"{one} {other}" for one, other in pairwise(words)])
    for run in _HAN.findall(bare):
        edged = f"^{run}$"
        twos = list(map(add, edged, edged[1:]))
        found.update(twos)
        found.update(map(add, twos, edged[2:]))
    return found
