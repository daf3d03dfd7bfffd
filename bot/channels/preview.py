"""How a message looks on each channel, by the very functions that send it there: for pages that show it before it is sent."""

from __future__ import annotations

from bot import wording
from bot.broadcast.means import Bubble, Preview
from bot.channels import plain
from bot.channels.telegram import render
from bot.channels.wechat.passive import LONGEST_BYTES
from bot.message import Message


def telegram(message: Message, locale: str) -> list[Bubble]:
    """The buttons stand under the last text."""
    parts = render.render(message, locale, wording.say)
    return [Bubble(text, tuple(button.text for row in (keys.inline_keyboard if keys else ()) for button in row)) for text, keys in parts]


def wechat(message: Message, locale: str) -> list[Bubble]:
    """Choices are lines of the text."""
    return [Bubble(text) for text in plain.split(plain.render(message, locale, wording.say).text, LONGEST_BYTES)]


def web(message: Message, locale: str) -> list[Bubble]:
    """A page of any length."""
    buttons = tuple(wording.say(button.label, locale) for row in message.buttons for button in row)
    return [Bubble("\n".join(wording.say(line, locale) for line in message.lines), buttons)]


PREVIEWS: dict[str, Preview] = {"telegram": telegram, "wechat": wechat, "web": web}
