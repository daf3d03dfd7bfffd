"""What Telegram would send: the updates of the script, and its answers to the calls a bot makes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from bench.conversation.script import BUTTON, SAID

BOT = {"id": 1, "is_bot": True, "first_name": "bench", "username": "bench_bot"}
DATE = 1_763_884_800


def update(chat: int, number: int, at: int) -> dict[str, Any]:
    """Line `at` of the script as an update."""
    person = {"id": chat + 1, "is_bot": False, "first_name": "王", "language_code": "zh-hans"}
    place = {"id": chat + 1, "type": "private", "first_name": "王"}
    if at == BUTTON:
        asked = {"message_id": number, "date": DATE, "chat": place, "from": BOT, "text": "?"}
        tap = {"id": str(number), "from": person, "chat_instance": "1", "data": SAID[at], "message": asked}
        return {"update_id": number + 1, "callback_query": tap}
    message = {"message_id": number, "date": DATE, "chat": place, "from": person, "text": SAID[at]}
    if SAID[at].startswith("/"):
        message["entities"] = [{"type": "bot_command", "offset": 0, "length": len(SAID[at])}]
    return {"update_id": number + 1, "message": message}


def result(method: str, parameters: Mapping[str, Any]) -> Any:
    """The result of a call."""
    if method == "getMe":
        return BOT
    if method == "sendMessage":
        chat = {"id": int(parameters["chat_id"]), "type": "private"}
        return {"message_id": 1, "date": DATE, "chat": chat, "from": BOT, "text": parameters["text"]}
    return True


def answer(method: str, parameters: Mapping[str, Any]) -> bytes:
    """The whole answer to a call, as it comes over the wire."""
    return json.dumps({"ok": True, "result": result(method, parameters)}).encode()
