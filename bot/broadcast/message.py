"""A broadcast as a member gets it: the staff's own words, and the button that ends such messages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from bot.broadcast.errors import UnusableError
from bot.message import Button, Message, Say
from bot.reminders import announcements
from bot.wording import LOCALES

LONGEST: Final = 1500
"""Of the words in one language, in characters."""

Words = Mapping[str, str]
"""By locale; one may be missing, not both."""


def checked(words: Words) -> dict[str, str]:
    """The words as they are kept. Raises UnusableError."""
    kept = {locale: words.get(locale, "").strip() for locale in LOCALES}
    if not any(kept.values()):
        raise UnusableError("empty")
    if max(len(text) for text in kept.values()) > LONGEST:
        raise UnusableError("long")
    return {locale: text for locale, text in kept.items() if text}


def message(words: Words, locale: str) -> Message:
    """The message in this language, or in the one that there is."""
    text = words.get(locale) or next(iter(words.values()))
    return Message((Say("announce.words", {"text": text}),), ((Button(Say("button.announce_off"), announcements.STOP),),))
