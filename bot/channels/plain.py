"""A message as text alone, for any channel without buttons: choices are numbered, and answered by a number or a part of their words.

A number is given only where it cannot be taken for the answer itself. At a question that a typed figure answers as well, answers have
letters; and on the last look before a claim goes, where what was said is numbered already, the way on is named in words.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.conversation.actions import Answer, read_action
from bot.message import Button, Message, Say
from calculator.facts import FACTS, FactType
from handlers.understanding.topics import read_topic

Wording = Callable[[Say, str], str]

QUESTION, LAST_LOOK = "ask.", "confirm.item"
"""How the keys of a question's sentence begin, and of the lines of the last look."""

LOOSE = ("button.", "menu.", "language.")
"""Labels, by their keys, that only a button knows. All others are answers, which the conversation reads better: with an echo."""

ASIDE = "button.announce"
"""How the keys of labels begin that never get a number: who answers the question before with "1" does not mean these."""

FIGURES = frozenset({FactType.MONEY, FactType.COUNT, FactType.DAY})
SHORTEST_PART = 2
NUMBER = re.compile(r"(?:选|第)?\s*([0-9]{1,2}|[a-z])\s*(?:个|项)?[.。、,)]?")
WORDS_ONLY, EARLIER = 0, -1
"""In place of a number: meant by words; or, in an earlier text, by the whole of its words."""

EARLIER_AT_MOST = 24
EDGES = " \t\n,，.。!！?？、:：;；()（）“”\"'[]【】"


@dataclass(frozen=True, slots=True)
class Choice:
    """One choice as it was shown: under a number, or under `WORDS_ONLY` or `EARLIER`."""

    number: int
    label: str
    action: str
    is_loose: bool
    is_letter: bool = False
    """The number was shown as a letter: 1 as A."""

    @property
    def mark(self) -> str:
        """What stands before it."""
        return chr(ord("A") + self.number - 1) if self.is_letter else str(self.number)

    def to_json(self) -> list[Any]:
        """Plain data, for whoever keeps what was shown."""
        return [self.number, self.label, self.action, self.is_loose, self.is_letter]

    @classmethod
    def from_json(cls, data: Sequence[Any]) -> Choice:
        """The inverse of `to_json`."""
        return cls(*data)


@dataclass(frozen=True, slots=True)
class Plain:
    """A message in text, and the choices in it."""

    text: str
    choices: tuple[Choice, ...]


def render(message: Message, locale: str, wording: Wording, first: int = 1) -> Plain:
    """The message in text; its numbers begin at `first`, for one that follows others in the same text."""
    lines = [wording(line, locale) for line in message.lines]
    buttons = [button for row in message.buttons for button in row]
    choices = tuple(_choices(message, [button for button in buttons if not button.url], locale, wording, first))
    lines += [wording(Say("plain.choice", {"number": c.mark, "label": c.label}), locale) for c in choices if c.number]
    lines += [f"{wording(button.label, locale)}: {button.url}" for button in buttons if button.url]
    lines += _how(choices, locale, wording)
    return Plain("\n".join(lines), choices)


def chosen(text: str, choices: Sequence[Choice]) -> str | None:
    """The action of the choice that somebody means: by its number, its words, or a part of them that fits no other; none if unclear."""
    said = _plain(text)
    if match := NUMBER.fullmatch(said):
        return next((choice.action for choice in choices if choice.number > WORDS_ONLY and choice.mark.lower() == match[1]), None)
    loose = [choice for choice in choices if choice.is_loose]
    whole = next((choice.action for choice in loose if _plain(choice.label) == said), None)
    if whole is not None or len(said) < SHORTEST_PART or read_topic(text) is not None:
        return whole
    parts = {choice.action for choice in loose if choice.number != EARLIER and _is_part(said, choice)}
    return parts.pop() if len(parts) == 1 else None


def remembered(shown: Sequence[Choice], before: Sequence[Choice]) -> tuple[Choice, ...]:
    """The choices that can be meant once a text is shown: its own and, by the whole of their words, some of the texts before it."""
    labels = {choice.label for choice in shown}
    earlier: list[Choice] = []
    for choice in before:
        if choice.is_loose and choice.label not in labels:
            labels.add(choice.label)
            earlier.append(replace(choice, number=EARLIER))
    return (*shown, *earlier[:EARLIER_AT_MOST])


def split(text: str, longest_bytes: int) -> Iterator[str]:
    """Pieces of at most so many bytes of UTF-8 (4 at least), cut at line ends where there are any."""
    while len(text.encode()) > longest_bytes:
        fitting = len(text.encode()[:longest_bytes].decode("utf-8", "ignore"))
        at = text.rfind("\n", 1, fitting + 1)
        piece, text = (text[:at], text[at + 1 :]) if at > 0 else (text[:fitting], text[fitting:])
        if piece.strip():
            yield piece
    yield text


def _choices(message: Message, buttons: list[Button], locale: str, wording: Wording, first: int) -> Iterator[Choice]:
    keys = [line.key for line in message.lines]
    is_question = any(key.startswith(QUESTION) for key in keys)
    takes_figures = any(_is_about_a_figure(button) for button in buttons)
    number = first
    for button in buttons:
        has_place = LAST_LOOK not in keys and not button.label.key.startswith(ASIDE)
        numbered = has_place and (_answers(button) or not (is_question or takes_figures))
        shown, is_loose = number if numbered else WORDS_ONLY, button.label.key.startswith(LOOSE)
        yield Choice(shown, wording(button.label, locale), button.action, is_loose, is_letter=numbered and takes_figures)
        number += numbered


def _how(choices: Sequence[Choice], locale: str, wording: Wording) -> list[str]:
    """How to choose, in one line."""
    by_words = [choice.label for choice in choices if choice.number == WORDS_ONLY]
    if not choices:
        return []
    if len(by_words) == len(choices):
        return [wording(Say("plain.words", {"words": by_words}), locale)]
    mark = "letter" if any(choice.is_letter for choice in choices) else "number"
    return [wording(Say(f"plain.{mark}_or_words", {"words": by_words}) if by_words else Say(f"plain.{mark}"), locale)]


def _answers(button: Button) -> bool:
    """Whether it answers the question, and does not just lead away from it."""
    return button.action.startswith("=")


def _is_about_a_figure(button: Button) -> bool:
    """Whether it answers a question that a typed figure answers as well: one more child hurt must never be taken for the first choice."""
    action = read_action(button.action)
    return isinstance(action, Answer) and action.key in FACTS and FACTS[action.key].type in FIGURES


def _is_part(said: str, choice: Choice) -> bool:
    """An answer must begin with the words, so that none is taken for its opposite; English words must be whole ones."""
    label = _plain(choice.label)
    begins = choice.action.startswith("=")
    pattern = re.escape(said)
    if said.isascii():
        pattern = rf"\b{pattern}\b"
    return bool(re.match(pattern, label) if begins else re.search(pattern, label))


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip(EDGES).casefold()
