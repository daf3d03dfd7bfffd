"""Transcripts: readable files of what the member says and what the bot answers, played over the real conversation and a real database."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, func, select

from bot import wording
from bot.claims import claim as claims
from bot.claims import decide
from bot.claims.tables import claims as claims_table
from bot.conversation import state
from bot.conversation.counting import Counts
from bot.conversation.state import Place
from bot.conversation.step import step
from bot.conversation.tables import conversations
from bot.documents import uploads
from bot.documents.errors import Reason
from bot.jobs.tables import jobs
from bot.members import unions
from bot.message import Chat, Command, FileSent, Incoming, Message, Pressed, Text, UploadId, UploadSettled, What
from bot.staff.accounts import Staff
from bot.staff.roles import Role
from bot.store import Store
from bot.threads import answer
from bot.threads.tables import threads
from bot.threads.thread import newest
from calculator import Fen, load
from calculator.amounts import parse_yuan

FOLDER = Path(__file__).parent.parent / "transcripts"
ZONE = ZoneInfo("Asia/Shanghai")
MEMBER, BOT, STAFF = "会员", "娘家", "审核"
UNIONS = ("一汽总装工会", "一汽铸造工会", "长客焊接工会", "欧亚超市工会")


@dataclass(frozen=True)
class Line:
    """One thing said: by whom, and every line of it."""

    who: str
    lines: tuple[str, ...]


@dataclass
class Scene:
    """A member's chat in a database, with a clock that goes on a minute with every line."""

    store: Store
    locale: str = "zh_CN"
    policy_place: str = "changchun"
    chat: Chat = field(default_factory=lambda: Chat("web", "a-member"))
    now: datetime = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
    updates: int = 0
    said: list[Message] = field(default_factory=list)
    taken: int = 0
    counts: Counts | None = None

    async def open(self) -> None:
        """Put a few unions into the tree."""
        await self.store.write(plant_unions)

    async def member(self, line: str) -> None:
        """Text, a [button], a （照片） or a /command, as the transcript has it."""
        if line.startswith("（") and line.endswith("）"):
            await self._picture(line[1:-1])
        else:
            await self.tell(self._what(line))

    async def tell(self, what: What, *, update_id: str | None = None) -> bool:
        """Hand one update in."""
        self.updates += 1
        self.now += timedelta(minutes=1)
        incoming = Incoming(self.chat, update_id or f"update-{self.updates}", what, "en" if self.locale == "en" else None)
        return await self.store.write(step, incoming, now=self.now, policies=load(self.policy_place), zone=ZONE, counts=self.counts)

    async def staff(self, line: str) -> None:
        """A decision on the newest claim: 接手, 退回 KIND REASON, 通过 YUAN, 不通过 REASON, 复核, 打款, 已付, 退票 REASON;

        or on the newest thread: 回复 WORDS, 结束.
        """
        self.now += timedelta(minutes=1)
        await self.store.write(decided, line, self.now)

    async def place(self) -> Place:
        """Where the conversation stands."""
        return await self.store.read(place_of, self.chat)

    async def put(self, place: Place) -> None:
        """Set the conversation back, or ahead, to a place."""
        await self.store.write(put, self.chat, self.locale, place, self.now)

    async def claims(self) -> int:
        """How many claims there are, of anybody."""
        return await self.store.read(count_claims)

    async def heard(self) -> list[Message]:
        """What the bot has said since the last look, in order."""
        fresh = await self.store.read(notices_after, self.taken)
        self.taken += len(fresh)
        self.said += [message for message, _ in fresh]
        if fresh:
            self.locale = fresh[-1][1]
        return [message for message, _ in fresh]

    def shown(self, message: Message) -> tuple[str, ...]:
        """A message as the transcript writes it."""
        lines = [wording.say(line, self.locale) for line in message.lines]
        return (*lines, *(" ".join(f"[{wording.say(b.label, self.locale)}]" for b in row) for row in message.buttons))

    def action(self, label: str) -> str:
        """What the newest button of this label carries."""
        for message in reversed(self.said):
            for row in message.buttons:
                for button in row:
                    if wording.say(button.label, self.locale) == label:
                        return button.action
        raise AssertionError(f"no button [{label}]")

    def _what(self, line: str) -> What:
        if line.startswith("[") and line.endswith("]"):
            return Pressed(self.action(line[1:-1]))
        if line.startswith("/"):
            name, _, argument = line[1:].partition(" ")
            return Command(name, argument)
        return Text(line)

    async def _picture(self, what: str) -> None:
        """（照片） comes through; （照片 broken） is refused for that reason."""
        upload = await self.store.write(uploaded, self.chat, self.now)
        await self.tell(FileSent(upload))
        _, _, reason = what.partition(" ")
        await self.store.write(settled, upload, reason, self.now)
        await self.tell(UploadSettled(upload))


def place_of(conn: Connection, chat: Chat) -> Place:
    """Where a chat stands, without touching it."""
    row = conn.execute(
        select(conversations.c.state).where(conversations.c.channel == chat.channel, conversations.c.chat == chat.id)
    ).first()
    return Place() if row is None else Place(**row.state)


def put(conn: Connection, chat: Chat, locale: str, place: Place, now: datetime) -> None:
    """Make a chat stand somewhere."""
    conversation = state.load(conn, chat, locale, now)
    state.save(conn, replace(conversation, place=place, revision=conversation.revision + 1), now)


def count_claims(conn: Connection) -> int:
    """How many claims there are."""
    return conn.execute(select(func.count()).select_from(claims_table)).scalar_one()


def plant_unions(conn: Connection) -> None:
    """A city and some base unions."""
    city = unions.add(conn, "长春市总工会", "city")
    for name in UNIONS:
        unions.add(conn, name, "base", city)


def uploaded(conn: Connection, chat: Chat, now: datetime) -> UploadId:
    """A file has come."""
    return uploads.add(conn, chat, source={"raw": True}, name="IMG_0001.jpg", now=now)


def settled(conn: Connection, upload: UploadId, reason: str, now: datetime) -> None:
    """It is safe, or it is refused."""
    uploads.settle(conn, upload, Reason(reason) if reason else 1, now=now)


def notices_after(conn: Connection, count: int) -> list[tuple[Message, str]]:
    """The notices queued after the first `count`, each with its language."""
    rows = conn.execute(select(jobs.c.payload).where(jobs.c.kind == "notice").order_by(jobs.c.id).offset(count)).scalars()
    return [(Message.from_json(payload["message"]), payload["locale"]) for payload in rows]


def reviewer(number: int) -> Staff:
    """A made-up member of the staff of the whole city."""
    return Staff(
        id=number, login=f"s{number}", name="李审核", role=Role.APPROVER, union_id=None, union_path="/", locale="zh_CN", certno_hash=None,
        has_password=True, has_totp=False, disabled=False, created_at=datetime(2026, 1, 1, tzinfo=UTC),
    )  # fmt: skip


def decided(conn: Connection, line: str, now: datetime) -> None:
    """Carry out what the staff said about the newest claim, or on the newest thread."""
    if line.startswith(("回复", "结束")):
        on_thread(conn, line, now)
        return
    claim_id = conn.execute(select(claims_table.c.id).order_by(claims_table.c.id.desc()).limit(1)).scalar_one()
    revision = claims.read(conn, claim_id).revision
    word, _, rest = line.partition(" ")
    if word == "接手":
        decide.take(conn, claim_id, revision, reviewer(1), now=now)
    elif word == "退回":
        kind, _, reason = rest.partition(" ")
        decide.return_(conn, claim_id, revision, reviewer(1), missing=[kind], reason=reason, now=now)
    elif word == "通过":
        amount: Fen = parse_yuan(rest)
        decide.approve(conn, claim_id, revision, reviewer(1), amount=amount, now=now)
    elif word == "不通过":
        decide.reject(conn, claim_id, revision, reviewer(1), reason=rest, now=now)
    elif word == "复核":
        decide.confirm(conn, claim_id, revision, reviewer(2), now=now)
    elif word == "打款":
        decide.pay(conn, claim_id, revision, reviewer(2), now=now)
    elif word == "已付":
        decide.paid(conn, claim_id, revision, reviewer(2), now=now)
    elif word == "退票":
        decide.bounced(conn, claim_id, revision, reviewer(2), reason=rest, now=now)
    else:
        raise AssertionError(f"the staff cannot {word}")


def on_thread(conn: Connection, line: str, now: datetime) -> None:
    """Answer the newest thread, or close it."""
    thread_id = conn.execute(select(threads.c.id).order_by(threads.c.since.desc(), threads.c.id.desc()).limit(1)).scalar_one()
    word, _, rest = line.partition(" ")
    seen = newest(conn, thread_id)
    if word == "回复":
        answer.answer(conn, thread_id, reviewer(1), rest, seen=seen, now=now)
    else:
        answer.close(conn, thread_id, reviewer(1), seen=seen, now=now)


def read(path: Path) -> tuple[dict[str, str], list[Line]]:
    """A transcript file: `key: value` lines, then what was said; a line that begins with blanks goes on the one before.

    The keys are locale and, where it is not Changchun on the usual day, place and day.
    """
    head: dict[str, str] = {}
    lines: list[Line] = []
    for row in path.read_text(encoding="utf-8").splitlines():
        if not row.strip() or row.startswith("#"):
            continue
        if match := re.fullmatch(r"([a-z]+): (.+)", row):
            head[match[1]] = match[2]
        elif row.startswith(" "):
            lines[-1] = Line(lines[-1].who, (*lines[-1].lines, row.strip()))
        else:
            who, _, words = row.partition(" ")
            lines.append(Line(who, (words.strip(),)))
    return head, lines


def written(head: str, lines: list[Line]) -> str:
    """The inverse of `read`, for recording a transcript anew."""
    out = [head.rstrip(), ""]
    for line in lines:
        out.append(f"{line.who} {line.lines[0]}")
        out += [f"     {more}" for more in line.lines[1:]]
    return "\n".join(out) + "\n"


async def play(store: Store, path: Path, flows: set[str] | None = None) -> list[Line]:
    """What is really said when the member and the staff say their lines; `flows` gathers the flows it went through."""
    head, script = read(path)
    scene = Scene(store, locale=head.get("locale", "zh_CN"), policy_place=head.get("place", "changchun"))
    if "day" in head:
        scene.now = datetime.fromisoformat(f"{head['day']}T10:00").replace(tzinfo=ZONE).astimezone(UTC)
    await scene.open()
    gone = set() if flows is None else flows
    played: list[Line] = []
    for line in script:
        if line.who == BOT:
            continue
        played.append(line)
        await (scene.member if line.who == MEMBER else scene.staff)(line.lines[0])
        gone |= {(await scene.place()).flow or ""}
        played += [Line(BOT, scene.shown(message)) for message in await scene.heard()]
    return played


def transcripts() -> list[Path]:
    """Every transcript file."""
    return sorted(FOLDER.glob("*.txt"))


def names(data: Any) -> str:
    """A test's name for a transcript."""
    return data.stem if isinstance(data, Path) else str(data)
