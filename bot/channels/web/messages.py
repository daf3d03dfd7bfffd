"""What the member writes, taps or picks from the menu: one transaction that keeps their own bubble and takes the conversation's step."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any

from aiohttp import web
from sqlalchemy import Connection

from bot.channels.web import history, limits
from bot.channels.web.answers import taken
from bot.channels.web.desk import Desk, Step
from bot.channels.web.receiving import body
from bot.channels.web.refused import Refused
from bot.channels.web.session import Session
from bot.message import Command, Incoming, Pressed, Text, What

CLIENT_ID = re.compile(r"[0-9A-Za-z-]{8,40}")
ACTION_BYTES = 64
MENU = {
    ("start", ""): "web.menu.start",
    ("status", ""): "web.menu.status",
    ("help", ""): "web.menu.help",
    ("language", "zh_CN"): "language.own.zh_CN",
    ("language", "en"): "language.own.en",
}
"""The commands of the page's menu with the words they stand under: what the member's own bubble says."""


@dataclass(frozen=True)
class Sent:
    """One thing the page sent, under an id the page made: the same at every repeat."""

    client: str
    what: What


async def messages(desk: Desk, request: web.Request, session: Session) -> web.Response:
    """POST {"id", "text" | "action" | "command" (and "argument")}: 202 once it is stored, and again at every repeat."""
    sent = parsed(await body(request, limits.BODY_BYTES, "too_long"))
    await desk.store.write(take, desk.step, session, sent, desk.clock())
    desk.streams.wake(session.id)
    return taken()


def take(conn: Connection, step: Step, session: Session, sent: Sent, now: datetime) -> None:
    """Keep the member's own bubble and take the step, once."""
    if history.has(conn, session.id, sent.client):
        return
    limits.refuse_haste(conn, session.id, now)
    if history.keep(conn, session.id, "in", sent.client, bubble(conn, session, sent.what), now=now):
        step(conn, Incoming(session.chat, update_id(session, sent.client), sent.what, session.locale), now=now)


def update_id(session: Session, client: str) -> str:
    """Unique in the whole channel, so that no chat can use up another's."""
    return f"{session.id}:{client}"


def bubble(conn: Connection, session: Session, what: What) -> dict[str, Any]:
    """What the member's own bubble holds. A button's label is the one we sent, whatever the page says."""
    if isinstance(what, Text):
        return {"text": what.text}
    if isinstance(what, Command):
        return {"label": {"key": MENU[what.name, what.argument], "figures": {}}, "locale": session.locale}
    label = history.label_of(conn, session.id, what.action) if isinstance(what, Pressed) else None
    return label or {"label": {"key": "web.unknown_button", "figures": {}}, "locale": session.locale}


def parsed(raw: bytes) -> Sent:
    """The body, or a refusal."""
    try:
        data = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise Refused(HTTPStatus.BAD_REQUEST, "not_understood") from error
    if not isinstance(data, dict):
        raise Refused(HTTPStatus.BAD_REQUEST, "not_understood")
    fields = {name: clean(value) for name, value in data.items() if isinstance(value, str)}
    return Sent(client_id(fields.get("id", "")), _what(fields))


def _what(fields: dict[str, str]) -> What:
    if text := fields.get("text", "").strip():
        if len(text) > limits.TEXT_LENGTH:
            raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_long")
        return Text(text)
    if action := fields.get("action"):
        return Pressed(action.encode()[:ACTION_BYTES].decode("utf-8", "ignore"))
    command = Command(fields.get("command", ""), fields.get("argument", ""))
    if (command.name, command.argument) in MENU:
        return command
    raise Refused(HTTPStatus.BAD_REQUEST, "not_understood")


def client_id(text: str) -> str:
    """An id as our page makes them."""
    if not CLIENT_ID.fullmatch(text):
        raise Refused(HTTPStatus.BAD_REQUEST, "not_understood")
    return text


def clean(text: str) -> str:
    """Without half characters and NULs, which no database takes."""
    return text.encode("utf-8", "replace").decode().replace("\x00", "")
