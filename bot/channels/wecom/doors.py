"""The two ways into WeCom: the robot of a group, and the messages of an app."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import Any, Protocol
from urllib.parse import urlsplit

import structlog

from bot.channels.wecom.api import Api
from bot.channels.wecom.faults import STALE_TOKEN, Refusal, Silence

ROBOT, APP = "robot", "app"
SAME_FOR_S = 4 * 3600
"""WeCom shows an app's message with the same content only once within so long, the longest it offers."""

EARLY_S = 300.0
TOKEN = "/cgi-bin/gettoken"  # noqa: S105 - a path

log = structlog.get_logger(__name__)

Card = dict[str, Any]


class Door(Protocol):
    """A way in. `repeats_show` says whether a card sent twice is seen twice."""

    name: str
    repeats_show: bool

    async def deliver(self, card: Card) -> None:
        """Send a card. Raises Refusal or Silence."""

    async def knock(self) -> None:
        """Learn whether WeCom answers at all, without any effect. Raises Silence."""


class Robot:
    """The robot of a group, known by its address alone."""

    name = ROBOT
    repeats_show = True

    def __init__(self, api: Api, address: str) -> None:
        self._api, self._address = api, address

    async def deliver(self, card: Card) -> None:
        """Show it to the group."""
        await self._api.call("POST", self._address, {}, {"msgtype": "template_card", "template_card": card})

    async def knock(self) -> None:
        """Ask for a token of nobody, which is refused. The robot itself counts every call."""
        parts = urlsplit(self._address)
        with suppress(Refusal):
            await self._api.call("GET", f"{parts.scheme}://{parts.netloc}{TOKEN}", {})


class App:
    """An app of the company. Every process may ask for the token: WeCom gives all of them the same one until it ends."""

    name = APP
    repeats_show = False

    def __init__(self, api: Api, url: str, corp_id: str, agent_id: int, secret: str, users: str) -> None:
        self._api, self._url, self._corp_id, self._agent_id, self._secret, self._users = api, url, corp_id, agent_id, secret, users
        self._token, self._ends = "", 0.0

    async def deliver(self, card: Card) -> None:
        """Send it to the app's users; with another token, once more, if the token is refused."""
        body = {
            "touser": self._users,
            "agentid": self._agent_id,
            "msgtype": "template_card",
            "template_card": card,
            "enable_duplicate_check": 1,
            "duplicate_check_interval": SAME_FOR_S,
        }
        try:
            answer = await self._send(body)
        except Refusal as refusal:
            if refusal.code not in STALE_TOKEN:
                raise
            self._ends = 0.0
            answer = await self._send(body)
        if answer.get("invaliduser"):
            log.warning("wecom_users_unreached", hint="some of WECOM_USERS are unknown, or may not see the app")

    async def knock(self) -> None:
        """Ask for the token, whether or not one is known."""
        with suppress(Refusal):
            await self._renewed()

    async def _send(self, body: dict[str, Any]) -> dict[str, Any]:
        token = self._token if time.monotonic() < self._ends else await self._in_time()
        return await self._api.call("POST", f"{self._url}/cgi-bin/message/send", {"access_token": token}, body)

    async def _in_time(self) -> str:
        """Whatever happens while a token is fetched, the message itself has not left."""
        try:
            return await self._renewed()
        except Silence as error:
            raise Silence(may_have_arrived=False) from error

    async def _renewed(self) -> str:
        got = await self._api.call("GET", self._url + TOKEN, {"corpid": self._corp_id, "corpsecret": self._secret})
        self._token, self._ends = str(got.get("access_token", "")), time.monotonic() + float(got.get("expires_in", 0)) - EARLY_S
        return self._token
