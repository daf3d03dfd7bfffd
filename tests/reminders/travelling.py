"""A member's chat and a clock that is set: transcripts in which days pass, played over the real conversation and the real rounds."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, select

from bot.channels.telegram import chats
from bot.conversation.unfinished import Unfinished
from bot.jobs import Job
from bot.message import Chat
from bot.reminders import rounds
from bot.reminders.plan import Plan
from bot.reminders.reach import ByChannel, Reach
from bot.reminders.rounds import Round
from bot.reminders.tables import promises, reminders
from bot.store import Store
from calculator import load
from calculator.policy import Policies
from tests.conversation.scene import BOT, MEMBER, STAFF, ZONE, Line, Scene, read

FOLDER = Path(__file__).parent / "transcripts"
CLOCK = "时间"
PLAN = Plan((1, 7, 25), (21, 8), ZONE, 30)
OPEN: ByChannel = {"web": lambda *_: Reach.OPEN, "telegram": chats.reach}


@dataclass
class Traveller(Scene):
    """A scene whose clock is set to a moment, with the rounds that come by then."""

    chat: Chat = field(default_factory=lambda: Chat("telegram", "7001"))
    policies: Policies | None = None
    by_channel: ByChannel = field(default_factory=lambda: OPEN)

    async def at(self, moment: str) -> None:
        """The clock is set, in Changchun, and a round comes."""
        self.now = datetime.fromisoformat(moment).replace(tzinfo=ZONE).astimezone(UTC)
        await self.round()

    async def round(self) -> None:
        """One round, as the worker carries it out."""
        policies = self.policies or load(self.policy_place)
        work = Round(PLAN, Unfinished(policies, ZONE), policies, self.by_channel)
        await rounds.rounds(self.store, work, lambda: self.now)(Job(1, rounds.JOB_KIND, {}, 1))

    async def said_now(self) -> list[tuple[str, ...]]:
        """What the bot has said since the last look, as it is read."""
        return [self.shown(message) for message in await self.heard()]


async def play(store: Store, path: Path) -> list[Line]:
    """What is really said when the member, the staff and the clock do as the transcript says."""
    head, script = read(path)
    scene = Traveller(store, locale=head.get("locale", "zh_CN"), policy_place=head.get("place", "changchun"))
    await scene.open()
    played: list[Line] = []
    acts = {MEMBER: scene.member, STAFF: scene.staff, CLOCK: scene.at}
    for line in script:
        if line.who == BOT:
            continue
        played.append(line)
        await acts[line.who](line.lines[0])
        played += [Line(BOT, words) for words in await scene.said_now()]
    return played


def rows(conn: Connection) -> tuple[int, int]:
    """How many conversations are watched, and how many promises kept."""
    return len(conn.execute(select(reminders)).all()), len(conn.execute(select(promises)).all())


def clock_of(conn: Connection) -> list[datetime | None]:
    """When the conversations are looked at next."""
    return list(conn.scalars(select(reminders.c.look_at)))
