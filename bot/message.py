"""What goes in and out of a conversation, whatever the platform: channels translate to and from these and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NewType

from handlers.say import Say

__all__ = [
    "Button",
    "Chat",
    "Command",
    "Edited",
    "FileSent",
    "Incoming",
    "Message",
    "Notice",
    "Pressed",
    "Say",
    "Text",
    "UploadId",
    "UploadSettled",
    "What",
]

UploadId = NewType("UploadId", str)


@dataclass(frozen=True)
class Chat:
    """One private conversation with one person on one platform."""

    channel: str
    id: str


@dataclass(frozen=True)
class Text:
    """Something typed. `message` is the platform's id of it, where what was typed can be edited later.

    `about` is what it replies to, where the platform lets people reply to one message: the sentence of a question, or the order of the
    button under words of the staff.
    """

    text: str
    message: str = field(default="", compare=False)
    about: str = ""


@dataclass(frozen=True)
class Edited:
    """What was typed in a message, changed afterwards in that same message."""

    text: str
    message: str


@dataclass(frozen=True)
class Pressed:
    """A tap on a button; `action` is exactly what the button was sent with, or a forgery of it."""

    action: str


@dataclass(frozen=True)
class FileSent:
    """A picture or document whose upload row is already stored under this id. `words` were written beside it; `about` as of a text."""

    upload: UploadId
    words: str = ""
    about: str = ""


@dataclass(frozen=True)
class UploadSettled:
    """An upload of this chat has been made safe, or refused; sent by the upload job, not by a person."""

    upload: UploadId


@dataclass(frozen=True)
class Command:
    """A platform command such as /start, without its slash."""

    name: str
    argument: str = ""


What = Text | Edited | Pressed | FileSent | UploadSettled | Command


@dataclass(frozen=True)
class Incoming:
    """One update. `update_id` is unique within its channel and the same at every repeat. `locale` is the platform's hint, if any."""

    chat: Chat
    update_id: str
    what: What
    locale: str | None = None


@dataclass(frozen=True)
class Button:
    """A choice to tap. `action` holds at most 64 bytes; a button with a `url` opens it instead."""

    label: Say
    action: str = ""
    url: str = ""


@dataclass(frozen=True)
class Message:
    """One message to a person: sentences, one a line, and rows of buttons under them."""

    lines: tuple[Say, ...]
    buttons: tuple[tuple[Button, ...], ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Plain data, as the job queue and the web chat's history keep it."""
        return {"lines": [_say(line) for line in self.lines], "buttons": [[_button(button) for button in row] for row in self.buttons]}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Message:
        """The inverse of `to_json`."""
        return cls(
            lines=tuple(Say(**line) for line in data["lines"]),
            buttons=tuple(tuple(Button(Say(**b["label"]), b["action"], b["url"]) for b in row) for row in data["buttons"]),
        )


def _say(say: Say) -> dict[str, Any]:
    return {"key": say.key, "figures": say.figures}


def _button(button: Button) -> dict[str, Any]:
    return {"label": _say(button.label), "action": button.action, "url": button.url}


@dataclass(frozen=True)
class Notice:
    """One message on its way to one chat, in that person's language."""

    chat: Chat
    message: Message
    locale: str
