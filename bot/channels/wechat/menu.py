"""The account's menu, set at the start."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from bot.channels.plain import Wording
from bot.message import Say
from bot.wording import DEFAULT_LOCALE

CREATE = "/cgi-bin/menu/create"
FIRST = ("menu", "status")
MORE = ("back", "human", "help", "language")
"""Orders of the conversation; their words stand under `wechat.menu.<order>`."""


def menu(chat_url: str, wording: Wording) -> dict[str, Any]:
    """What WeChat is told. The web chat stands in it where its address is one that a phone can reach."""

    def words(name: str) -> str:
        return wording(Say(f"wechat.menu.{name}"), DEFAULT_LOCALE)

    def order(name: str) -> dict[str, str]:
        return {"type": "click", "name": words(name), "key": name}

    is_reachable = "." in (urlsplit(chat_url).hostname or "")
    web_chat = [{"type": "view", "name": words("web_chat"), "url": chat_url}] if is_reachable else []
    return {"button": [*map(order, FIRST), {"name": words("more"), "sub_button": [*map(order, MORE), *web_chat]}]}
