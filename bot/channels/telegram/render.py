"""A message becomes the texts and buttons that Telegram can show."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, MessageEntity

from bot.conversation.block import BLOCK
from bot.message import Button, Message, Say

LONGEST_TEXT = 4096
"""In UTF-16 units: the narrower reading of Telegram's "characters"."""

CUTS = ("\n\n", "\n", "。", "！", "？", "；", ". ", " ")
"""Where a text may be cut, the best first."""

FIRST = frozenset({"result.eligible", "result.nothing_left", "result.ineligible", "result.review"})
"""What a person looks for first, which stands out."""

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


def marks(message: Message, locale: str, wording: Wording) -> list[MessageEntity]:
    """What stands out in the text of a message that was not cut: bold lines, and the block of an estimate as a quote."""
    found: list[MessageEntity] = []
    start = 0
    for say in message.lines:
        length = _length(wording(say, locale))
        if say.key in FIRST:
            found.append(MessageEntity(MessageEntity.BOLD, start, length))
        if say.key.startswith(BLOCK):
            found = _quoted(found, start, length)
        start += length + 1
    return found


def _quoted(found: list[MessageEntity], start: int, length: int) -> list[MessageEntity]:
    """One more line in a quote, which goes on with the quote that ends right before it."""
    last = found[-1] if found else None
    if last is None or last.type != MessageEntity.BLOCKQUOTE or last.offset + last.length + 1 != start:
        return [*found, MessageEntity(MessageEntity.BLOCKQUOTE, start, length)]
    return [*found[:-1], MessageEntity(MessageEntity.BLOCKQUOTE, last.offset, start + length - last.offset)]


def split(text: str) -> Iterator[str]:
    """Pieces short enough for one message each: cut between paragraphs if that leaves no short piece, else after a line or a sentence."""
    text = text.rstrip()
    while _length(text) > LONGEST_TEXT:
        end = _fitting(text)
        at = next((at for least in (end // 2, 1) for mark in CUTS if (at := _behind(text, mark, least, end)) is not None), end)
        piece, text = text[:at].rstrip(), text[at:].lstrip("\n")
        if piece:
            yield piece
    yield text


def _behind(text: str, mark: str, least: int, end: int) -> int | None:
    """The place behind the last such mark between two places."""
    at = text.rfind(mark, least, end)
    return None if at < 0 else at + len(mark)


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
