"""What a message is made of: its characters and the beginnings of its Latin words, to see at once what it cannot be saying.

A search for many words costs microseconds; that none of them can be there, one look at a set tells.
"""

from __future__ import annotations

import re

_LATIN_WORD = re.compile(r"[a-z]+")
_LATIN_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz")
_STEM = 4
_ALTERNATIVES = re.compile(r"(?:\((?:[^()]|\([^()]*\))*\)|\[[^]]*\]|\\.|[^|\\])+")


def signs(plain_text: str) -> set[str]:
    """Every character, and of every Latin word the first four letters."""
    found = set(plain_text)
    if not _LATIN_LETTERS.isdisjoint(found):
        found.update([word[:_STEM] for word in _LATIN_WORD.findall(plain_text)])
    return found


def one_of(characters: str, *stems: str) -> frozenset[str]:
    """Signs of which one at least is there whenever something is said."""
    return frozenset(characters).union(stems)


def words_of(*patterns: str) -> re.Pattern[str]:
    r"""Any of these words, each beginning with a plain character; one beginning with \b begins a word.

    Where every alternative begins with a character, a search passes over all others in one step; in half the time.
    """
    words = [word for pattern in patterns for word in _ALTERNATIVES.findall(pattern)]
    return re.compile("|".join(rf"{word[2]}(?<=\b{word[2]}){word[3:]}" if word.startswith(r"\b") else word for word in words))
