"""A message becomes the texts and buttons that Telegram can show."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.message import Button, Message, Say

LONGEST_TEXT = 4096
"""In UTF-16 units: the narrower reading of Telegram's "characters"."""

Wording = Callable[[Say, str], str]
Part = tuple[str, InlineKeyboardMarkup | None]


def render(message: Message, locale: str, wording: Wording) -> list[Part]:
    """The texts to send one after the other, the buttons under the last."""
    lines = [wording(say, locale) for say in message.lines]
    lines += [
        f"{wording(button.label, locale)}: {button.url}"
        for row in message.buttons
        for button in row
        if button.url and not _shown(button.url)
    ]
    texts = list(split("\n".join(lines)))
    return [(text, None) for text in texts[:-1]] + [(texts[-1], _keyboard(message, locale, wording))]


def split(text: str) -> Iterator[str]:
    """Pieces short enough for one message each, cut at line ends where there are any."""
    while _length(text) > LONGEST_TEXT:
        end = _fitting(text)
        at = text.rfind("\n", 1, end + 1)
        piece, text = (text[:at], text[at + 1 :]) if at > 0 else (text[:end], text[end:])
        if piece.strip():
            yield piece
    yield text


def _fitting(text: str) -> int:
    """How many characters from the start fit into one message."""
    units = 0
    for index, character in enumerate(text):
        units += _length(character)
        if units > LONGEST_TEXT:
            return index
    return len(text)


def _length(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def _keyboard(message: Message, locale: str, wording: Wording) -> InlineKeyboardMarkup | None:
    rows = [[_button(button, locale, wording) for button in row if not button.url or _shown(button.url)] for row in message.buttons]
    rows = [row for row in rows if row]
    return InlineKeyboardMarkup(rows) if rows else None


def _button(button: Button, locale: str, wording: Wording) -> InlineKeyboardButton:
    label = wording(button.label, locale)
    return InlineKeyboardButton(label, url=button.url) if button.url else InlineKeyboardButton(label, callback_data=button.action)


def _shown(url: str) -> bool:
    """Whether Telegram takes this address for a button: it refuses the whole message for one that only this machine knows."""
    return "." in (urlsplit(url).hostname or "")
