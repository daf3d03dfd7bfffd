"""A person with WeChat open: types, answers by number, sends photos, and reads what the account wrote."""

from __future__ import annotations

import re

from tests.fakes.telegram import PATIENCE_S
from tests.fakes.wechat import Member, Pushed, WeChatServer
from tests.fakes.wechat_templates import Card

NUMBERED = re.compile(r"^(\d+|[A-Z])\. (.+)$", re.MULTILINE)


class Follower:
    """One person's chat with the account. Every method that does something returns how the push was answered."""

    def __init__(self, wechat: WeChatServer, person: str = "oMadeUpFollower0000000000001") -> None:
        self.wechat = wechat
        self.member = wechat.members.setdefault(person, Member(person))
        self.read = 0
        self.sent: list[dict[str, str]] = []

    async def types(self, text: str) -> Pushed:
        """Send a text."""
        return await self._does("text", Content=text)

    async def picks(self, label: str) -> Pushed:
        """Answer with the number before a choice of the last text, or with its words where it has none."""
        last = self.heard[-1] if self.heard else ""
        number = next((found[1] for found in NUMBERED.finditer(last) if found[2] == label), None)
        return await self.types(label if number is None else number)

    async def sends_photo(self, content: bytes) -> Pushed:
        """Send a picture."""
        media = f"media-{len(self.wechat.media) + 1}"
        self.wechat.media[media] = content
        return await self._does("image", PicUrl="http://mmbiz.qpic.cn/made-up/0", MediaId=media)

    async def says(self, heard: str) -> Pushed:
        """Send a voice message; `heard` is what WeChat understood."""
        return await self._does("voice", MediaId="v", Format="amr", Recognition=heard)

    async def sends(self, kind: str, **fields: str) -> Pushed:
        """Send something else."""
        return await self._does(kind, **fields)

    async def clicks(self, key: str) -> Pushed:
        """Tap on the account's menu."""
        return await self._does("event", Event="CLICK", EventKey=key)

    async def subscribes(self) -> Pushed:
        """Follow the account."""
        self.member.follows = True
        return await self._does("event", Event="subscribe", EventKey="")

    async def unsubscribes(self) -> Pushed:
        """Follow it no more."""
        self.member.follows = False
        return await self._does("event", Event="unsubscribe", EventKey="")

    async def hears(self, count: int = 1, seconds: float = PATIENCE_S) -> str:
        """Wait for so many more texts of the account; the last one."""
        wanted = self.read + count
        try:
            await self.wechat.until(lambda: len(self.heard) >= wanted, seconds)
        except TimeoutError:
            raise AssertionError(f"waited for text {wanted}; there are {self.heard}") from None
        self.read = wanted
        return self.heard[wanted - 1]

    @property
    def heard(self) -> list[str]:
        """All texts of the account so far."""
        return self.member.texts

    @property
    def cards(self) -> list[Card]:
        """All template messages so far."""
        return self.wechat.templates.of(self.member.id)

    async def gets_a_card(self, count: int = 1) -> Card:
        """Wait until there are so many template messages; the last one."""
        await self.wechat.until(lambda: len(self.cards) >= count)
        return self.cards[-1]

    async def _does(self, kind: str, **fields: str) -> Pushed:
        self.sent.append(self.wechat.fields(self.member.id, kind, **fields))
        return await self.wechat.push(self.sent[-1])
