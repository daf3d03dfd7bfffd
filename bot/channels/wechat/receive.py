"""WeChat's XML becomes what the bot understands. Pure: nothing is stored or sent here."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

from bot.message import Chat, Command, Incoming, Pressed

CHANNEL = "wechat"
LONGEST_CHAT, LONGEST_ID, LONGEST_STATUS = 64, 80, 40
OPEN_ID = re.compile(rf"[\x21-\x7e]{{1,{LONGEST_CHAT}}}")
COMMAND = re.compile(r"/([A-Za-z0-9_]{1,32})(?:\s+(.*))?\Z", re.DOTALL)
HEARD_END = "。.！!？?"
"""What speech recognition puts at the end of everything."""


class Garbled(Exception):  # noqa: N818 - says what was found
    """No XML, or none that WeChat would send."""


@dataclass(frozen=True)
class Typed:
    """Something typed or said: words, or the number of a choice that was shown."""

    chat: Chat
    update_id: str
    text: str


@dataclass(frozen=True)
class Done:
    """A command or a tap on the menu."""

    incoming: Incoming


@dataclass(frozen=True)
class PictureCame:
    """A picture, as WeChat's own id for it."""

    chat: Chat
    update_id: str
    media: str


@dataclass(frozen=True)
class CannotUse:
    """Something WeChat does not let us have, or that no question asks for; `key` says what to do instead."""

    chat: Chat
    update_id: str
    key: str


@dataclass(frozen=True)
class Unfollowed:
    """The person follows the account no more."""

    chat: Chat
    update_id: str


@dataclass(frozen=True)
class Finished:
    """What became of a template message, in WeChat's own words. Nothing the person did."""

    chat: Chat
    update_id: str
    message: str
    status: str


Received = Typed | Done | PictureCame | CannotUse | Unfollowed | Finished
NOTHING_DONE = (Unfollowed, Finished)
"""After these nobody is there to read an answer."""

Fields = Mapping[str, str]


def fields_of(body: bytes) -> Fields:
    """The elements of a push by name. Raises Garbled, also for what would make a parser work without end."""
    try:
        root = fromstring(body, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise Garbled from error
    return {element.tag: element.text or "" for element in root}


def read(fields: Fields) -> Received | None:
    """What the push says; None for what needs no answer. Raises Garbled."""
    person = fields.get("FromUserName", "")
    if not OPEN_ID.fullmatch(person):
        raise Garbled
    chat, update_id = Chat(CHANNEL, person), _update_id(fields)
    match fields.get("MsgType"):
        case "event":
            return _event(fields, chat, update_id)
        case "text":
            return _text(fields.get("Content", ""), chat, update_id)
        case "voice":
            heard = fields.get("Recognition", "").strip().rstrip(HEARD_END)
            return Typed(chat, update_id, heard) if heard else CannotUse(chat, update_id, "wechat.not_heard")
        case "image":
            return PictureCame(chat, update_id, fields.get("MediaId", ""))
        case "location":
            return Typed(chat, update_id, fields.get("Label", ""))
        case "file" | "link":
            return CannotUse(chat, update_id, "wechat.no_files")
    return CannotUse(chat, update_id, "wechat.no_such_kind")


def _text(content: str, chat: Chat, update_id: str) -> Received:
    if match := COMMAND.match(content.strip()):
        return Done(Incoming(chat, update_id, Command(match[1].lower(), (match[2] or "").strip())))
    return Typed(chat, update_id, content)


def _event(fields: Fields, chat: Chat, update_id: str) -> Received | None:
    match fields.get("Event", "").upper():
        case "SUBSCRIBE" | "SCAN":
            return Done(Incoming(chat, update_id, Command("start")))
        case "UNSUBSCRIBE":
            return Unfollowed(chat, update_id)
        case "TEMPLATESENDJOBFINISH":
            return Finished(chat, update_id, fields.get("MsgID", "")[:LONGEST_STATUS], fields.get("Status", "")[:LONGEST_STATUS])
        case "CLICK":
            return Done(Incoming(chat, update_id, Pressed(fields.get("EventKey", ""))))
    return None  # a link was opened, a place was reported, a mass message has gone out ...


def _update_id(fields: Fields) -> str:
    """The same at every repeat: WeChat's id; for an event, which has none, who did what when, since two taps may fall into one second."""
    if fields.get("MsgType") != "event" and fields.get("MsgId"):
        known = fields["MsgId"]
    elif fields.get("CreateTime"):
        known = ":".join(fields.get(name, "") for name in ("FromUserName", "CreateTime", "Event", "EventKey"))
    else:
        raise Garbled
    return known if len(known) <= LONGEST_ID and known.isprintable() else hashlib.sha256(known.encode()).hexdigest()
