"""The answer to a push: whatever waits to be said to this member, taken out of the queue into the answer.

It is taken under a lease, as a worker takes it. If our process dies before the answer is written, the lease runs out and the worker sends
it; if WeChat hangs up first, the lease is given back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, and_, bindparam, delete, or_, select, update

from bot import notices
from bot.channels import ledger, plain
from bot.channels.plain import Choice, Wording
from bot.channels.wechat import chats
from bot.channels.wechat.receive import CHANNEL
from bot.jobs.tables import WAITS, jobs
from bot.message import Chat, Message
from bot.store.prepared import Prepared

LONGEST_BYTES = 2048
"""Of one text, in UTF-8."""

LEASE = timedelta(seconds=6)
"""A little longer than WeChat waits for the answer."""

OVER = timedelta(seconds=1.5)
"""A lease that ends so soon belongs to a push that WeChat has hung up on: its repeat may have what was leased."""

BETWEEN = "\n\n"
HOLDER = "push:"


@dataclass(frozen=True)
class Answer:
    """What to answer, who holds it, which notices are in it whole, which one only in its first part, and the push it answers."""

    text: str
    holder: str = ""
    whole: tuple[int, ...] = ()
    begun: int | None = None
    chat: str = ""
    update_id: str = ""


@dataclass(frozen=True)
class _Waiting:
    id: int
    message: Message
    locale: str


@dataclass(frozen=True)
class Claimed:
    """What to answer, and the choices in it; no choices where the end of the text is yet to come, or nothing is said."""

    answer: Answer | None
    choices: list[Choice] | None


_done = Prepared(delete(jobs).where(jobs.c.id == bindparam("job"), jobs.c.holder == bindparam("by")))


def claim(conn: Connection, chat: Chat, update_id: str, holder: str, *, arrived: datetime, now: datetime, wording: Wording) -> Claimed:
    """What waits for this member, as much as one answer holds; the rest is sent by the worker, now that it may be."""
    waiting = _leased(conn, chat, HOLDER + holder, arrived + LEASE, now)
    if not waiting:
        return Claimed(None, None)
    answer, choices = _composed(conn, waiting, wording)
    answer = replace(answer, holder=HOLDER + holder, chat=chat.id, update_id=update_id)
    taken = {*answer.whole, answer.begun}
    if rest := [one.id for one in waiting if one.id not in taken]:
        _free(conn, rest, answer.holder, now)
    return Claimed(answer, choices)


def given(conn: Connection, answer: Answer, arrived: datetime, now: datetime) -> None:
    """The answer was written: what is in it whole is done, what is begun goes on by itself."""
    for job in answer.whole:
        _done.run(conn, {"job": job, "by": answer.holder})
    if answer.begun is not None:
        ledger.arrived(conn, answer.begun, now=now)
        _free(conn, (answer.begun,), answer.holder, now)
    if answer.holder:
        chats.answered(conn, answer.chat, answer.update_id, answer.text, arrived)


def give_back(conn: Connection, answer: Answer, now: datetime) -> None:
    """The answer could not be written: the worker sends what is in it."""
    _free(conn, [*answer.whole, *([] if answer.begun is None else [answer.begun])], answer.holder, now)


def let_go(conn: Connection, chat: Chat, now: datetime) -> None:
    """What waits for a member who has gone is looked at now, and given up."""
    conn.execute(update(jobs).where(of(chat), WAITS, jobs.c.holder.is_(None)).values(due=now))


def waits(conn: Connection, chat: Chat) -> bool:
    """Whether anything waits for this member."""
    return conn.execute(select(jobs.c.id).where(of(chat), WAITS).limit(1)).first() is not None


def _free(conn: Connection, ids: Sequence[int], holder: str, now: datetime) -> None:
    conn.execute(update(jobs).where(jobs.c.id.in_(ids), jobs.c.holder == holder).values(holder=None, due=now))


def of(chat: Chat) -> ColumnElement[bool]:
    """The notices of one member."""
    return and_(jobs.c.lane == f"{CHANNEL}:{chat.id}", jobs.c.kind == notices.JOB_KIND)


def _leased(conn: Connection, chat: Chat, holder: str, until: datetime, now: datetime) -> list[_Waiting]:
    """All that waits for this member and is in nobody's hands, from now on in ours; the oldest first."""
    is_free = or_(jobs.c.holder.is_(None), jobs.c.due <= now, and_(jobs.c.holder.startswith(HOLDER), jobs.c.due <= now + OVER))
    lease = update(jobs).where(of(chat), WAITS, is_free).values(holder=holder, due=until).returning(jobs.c.id, jobs.c.payload)
    rows = sorted(conn.execute(lease), key=lambda row: int(row.id))
    return [_Waiting(row.id, Message.from_json(row.payload["message"]), row.payload["locale"]) for row in rows]


def _composed(conn: Connection, waiting: Sequence[_Waiting], wording: Wording) -> tuple[Answer, list[Choice] | None]:
    """As many as fit into one text. One too long for a text is never put beside another: its parts must stay the same."""
    texts: list[str] = []
    choices: list[Choice] = []
    whole: list[int] = []
    for one in waiting:
        first = 1 + max((choice.number for choice in choices), default=0)
        said = plain.render(one.message, one.locale, wording, first)
        pieces = list(plain.split(said.text, LONGEST_BYTES))
        if len(pieces) > 1 and not texts:
            left = pieces[ledger.sent(conn, one.id).parts :]
            is_last = len(left) == 1
            return Answer(left[0], whole=(one.id,) if is_last else (), begun=None if is_last else one.id), [
                *said.choices
            ] if is_last else None
        if len(pieces) > 1 or len(BETWEEN.join([*texts, said.text]).encode()) > LONGEST_BYTES:
            break
        texts.append(said.text)
        choices += said.choices
        whole.append(one.id)
    return Answer(BETWEEN.join(texts), whole=tuple(whole)), choices
