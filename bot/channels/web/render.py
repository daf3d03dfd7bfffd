"""A kept message as the page gets it: sentences in words, nothing that needs trust."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from bot.channels.web.desk import LOCALES, Desk
from bot.channels.web.history import Kept
from bot.conversation.block import BLOCK
from bot.documents import uploads
from bot.documents.uploads import State, Upload

MAIN = (
    "ask.",
    "result.eligible",
    "result.ineligible",
    "result.review",
    "result.nothing_left",
    "claim.submitted",
    "mend.sent",
    "news.",
    "propose",
)
"""The sentences a person looks for first, by the beginning of their keys."""

SAFE_LINKS = ("https://", "http://", "tel:", "/")


def rendered(desk: Desk, conn: Connection, kept: Kept) -> dict[str, Any]:
    """The message as an event's data: {id, direction, client, lines, buttons, at}; from the bot `lang`, `tones`; for a file `upload`.

    Where it draws an estimate, also `rows`: for each line its label, value and bar, or nothing.
    """
    event = {"id": kept.id, "direction": kept.direction, "at": kept.at.isoformat(), "buttons": []}
    if kept.direction == "out":
        return event | _from_bot(desk, kept)
    event["client"] = kept.source
    if "upload" in kept.payload:
        return event | {"lines": [], "upload": _file(conn, kept.payload["upload"]) | {"name": kept.payload["name"]}}
    if "label" in kept.payload:
        label = kept.payload["label"]
        return event | {"lines": [desk.wording(label["key"], kept.payload["locale"], label["figures"])]}
    return event | {"lines": [kept.payload["text"]]}


def _from_bot(desk: Desk, kept: Kept) -> dict[str, Any]:
    locale, message = kept.payload["locale"], kept.payload["message"]

    def words(say: dict[str, Any]) -> str:
        return desk.wording(say["key"], locale, say["figures"])

    def button(data: dict[str, Any]) -> dict[str, str]:
        url = data["url"] if data["url"].startswith(SAFE_LINKS) else ""
        return {"label": words(data["label"]), "action": data["action"], "url": url}

    def row(say: dict[str, Any]) -> dict[str, Any] | None:
        """A line of a block in its parts: label, value, and the bar's {cells, start, end} or nothing."""
        if not say["key"].startswith(BLOCK):
            return None
        figures = say["figures"]
        return {"label": desk.wording(figures["label"], locale, {}), "value": words(figures["value"]), "bar": figures.get("bar")}

    rows = [row(line) for line in message["lines"]]
    return ({"rows": rows} if any(rows) else {}) | {
        "lang": LOCALES[locale],
        "lines": [words(line) for line in message["lines"]],
        "tones": [tone(line["key"]) for line in message["lines"]],
        "buttons": [[button(one) for one in row] for row in message["buttons"]],
    }


def tone(key: str) -> str:
    """How a sentence stands on the page: "main", "hint" or as the others."""
    if key == "progress":
        return "hint"
    exactly = key in MAIN
    return "main" if exactly or any(key.startswith(start) for start in MAIN if start.endswith(".")) else ""


def file_event(upload: Upload) -> dict[str, Any]:
    """How far an upload is: its id, state and number of pictures, which is 0 until they are safe."""
    return {"id": upload.id, "state": upload.state, "pictures": upload.pictures}


def _file(conn: Connection, upload_id: str) -> dict[str, Any]:
    found = uploads.find(conn, upload_id)
    return file_event(found) if found else {"id": upload_id, "state": State.REFUSED, "pictures": 0}
