"""One member, or several people, in several chats at once: the real conversation on a real database, with the jobs that follow from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select

from bot import wording
from bot.conversation import elsewhere, proving
from bot.conversation.counting import Counts
from bot.conversation.step import step
from bot.jobs.tables import jobs
from bot.message import Chat, Command, FileSent, Incoming, Message, Pressed, Text, UploadSettled, What
from bot.store import Store
from calculator import load
from tests.claims.making import NOW
from tests.conversation.scene import ZONE, plant_unions, settled, uploaded

PHONE, WEB, WECHAT = Chat("telegram", "7001"), Chat("web", "a-browser"), Chat("wechat", "an-openid")
STRANGER = Chat("web", "a-stranger")
TO_THE_AMOUNT = ("/start", "[住院了]", "45", "[在职]", "152000")


@dataclass
class Town:
    """Everybody's chats, and the clock."""

    store: Store
    now: datetime = NOW
    updates: int = 0
    held_up: bool = False
    counts: Counts = field(default_factory=Counts)
    shown: dict[Chat, list[Message]] = field(default_factory=dict)

    async def open(self) -> None:
        """Put a few unions into the tree."""
        await self.store.write(plant_unions)

    async def says(self, chat: Chat, *lines: str) -> str:
        """Texts, [buttons], （照片） and /commands from this chat; what it is shown after the last of them."""
        for line in lines:
            if line == "（照片）":
                await self._sends_photo(chat)
            else:
                await self._tells(chat, self._what(chat, line))
        return self.last(chat)

    async def _tells(self, chat: Chat, what: What) -> None:
        self.updates += 1
        self.now += timedelta(seconds=20)
        incoming = Incoming(chat, f"update-{self.updates}", what)
        await self.store.write(step, incoming, now=self.now, policies=load("changchun"), zone=ZONE, counts=self.counts)
        await self._settle()

    async def _sends_photo(self, chat: Chat) -> None:
        upload = await self.store.write(uploaded, chat, self.now)
        await self._tells(chat, FileSent(upload))
        await self.store.write(settled, upload, "", self.now)
        await self._tells(chat, UploadSettled(upload))

    def buttons(self, chat: Chat) -> list[str]:
        """The labels under the newest message of this chat."""
        return [wording.say(button.label, "zh_CN") for row in self.shown[chat][-1].buttons for button in row]

    def heard(self, chat: Chat) -> list[str]:
        """Every message this chat was sent."""
        return ["\n".join(wording.say(line, "zh_CN") for line in message.lines) for message in self.shown.get(chat, [])]

    def last(self, chat: Chat) -> str:
        """The newest of them."""
        return (self.heard(chat) or [""])[-1]

    async def code(self, chat: Chat) -> str:
        """A code made in this chat."""
        said = await self.says(chat, "在别的地方继续")
        return said.split("：", 1)[1].split("，", 1)[0]

    async def link(self, chat: Chat, other: Chat, *, days: int = 0) -> None:
        """Bring two chats of one member together, so many days ago."""
        await self.says(other, f"接着办 {await self.code(chat)}")
        await self.says(other, "[两边都是我，接上]")
        await self.says(chat, "[是我，接上]")
        self.now += timedelta(days=days)

    def _what(self, chat: Chat, line: str) -> What:
        if line.startswith("["):
            return Pressed(self._action(chat, line[1:-1]))
        if line.startswith("/"):
            name, _, argument = line[1:].partition(" ")
            return Command(name, argument)
        return Text(line)

    def _action(self, chat: Chat, label: str) -> str:
        for message in reversed(self.shown.get(chat, [])):
            for button in (button for row in message.buttons for button in row):
                if wording.say(button.label, "zh_CN") == label:
                    return button.action
        raise AssertionError(f"no button [{label}] in {self.heard(chat)}")

    async def _settle(self) -> None:
        """Carry out the jobs that compare identities, unless they are held up, then show what was sent."""
        for job, payload in [] if self.held_up else await self.store.write(_taken, elsewhere.PROOF):
            await self.store.write(proving.hold, job, payload, self.now)
        for _, payload in await self.store.write(_taken, "notice"):
            self.shown.setdefault(Chat(payload["channel"], payload["chat"]), []).append(Message.from_json(payload["message"]))


def _taken(conn: Connection, kind: str) -> list[tuple[int, Mapping[str, Any]]]:
    rows = conn.execute(select(jobs.c.id, jobs.c.payload).where(jobs.c.kind == kind).order_by(jobs.c.id)).all()
    conn.execute(jobs.delete().where(jobs.c.kind == kind))
    return [(row.id, row.payload) for row in rows]
