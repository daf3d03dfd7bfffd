"""Once a day, at a set hour, the staff hear what has waited too long and how things stand: a job that queues the next one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo
from typing import Any, Final

from sqlalchemy import Connection, delete

from bot import jobs, notices
from bot.claims.digest import OPEN, Digest, digest
from bot.claims.news import Post
from bot.claims.overdue import AllOverdue, overdue
from bot.claims.told import first_time
from bot.jobs.tables import WAITS
from bot.jobs.tables import jobs as queued
from bot.members.unions import EVERYTHING
from bot.message import Button, Chat, Message
from bot.staff import links
from handlers.say import Say

JOB_KIND: Final = "daily"
MINUTE: Final = 7
"""WeCom asks not to be called on the hour or the half hour, when everybody does."""


@dataclass(frozen=True)
class Plan:
    """When the staff are told, after how many days a claim is overdue, and where the console is."""

    hour: int
    zone: tzinfo
    due_days: int
    public_url: str


@dataclass(frozen=True)
class Told:
    """What is to be said: posts of a topic each, and messages for linked chats with their language."""

    posts: tuple[tuple[str, dict[str, Any]], ...]
    messages: tuple[tuple[Chat, str, Message], ...]


def begin(conn: Connection, plan: Plan, now: datetime) -> None:
    """At start: queue the next look. One already due stays; one at an hour that is no longer set goes."""
    stale = delete(queued).where(queued.c.kind == JOB_KIND, WAITS, queued.c.due > now, queued.c.holder.is_(None))
    conn.execute(stale.where(queued.c.dedupe != _key(_next(plan, now))))
    _queue(conn, plan, now)


def gather(conn: Connection, plan: Plan, now: datetime) -> Told:
    """What there is to say as things stand; looking takes its time where there are many claims, and changes nothing."""
    linked = links.everybody_linked(conn)
    branches = {EVERYTHING, *(branch for _, _, branch in linked)}
    known = {branch: (overdue(conn, branch, plan.due_days, now), digest(conn, branch, now)) for branch in branches}
    messages = {branch: _messages(late, figures, plan) for branch, (late, figures) in known.items()}
    late, figures = known[EVERYTHING]
    each = [(chat, locale, message) for chat, locale, branch in linked for message in messages[branch]]
    return Told(_posts(late, figures, plan, now), tuple(each))


def tell(conn: Connection, job: int, told: Told, plan: Plan, post: Post, now: datetime) -> None:
    """Tell everybody, once for each job, and queue the next look."""
    if not first_time(conn, job, now):
        return
    _queue(conn, plan, now)
    for topic, entry in told.posts:
        post(conn, topic, entry, now)
    for chat, locale, message in told.messages:
        notices.queue(conn, chat, message, locale=locale, now=now)


def _posts(late: AllOverdue, figures: Digest, plan: Plan, now: datetime) -> tuple[tuple[str, dict[str, Any]], ...]:
    day = now.astimezone(plan.zone).date().isoformat()
    posts: list[tuple[str, dict[str, Any]]] = []
    if late.count:
        lines = [{"days": one.days, **one.brief.to_json()} for one in late.first]
        posts.append(("overdue", {"day": day, "count": late.count, "days": plan.due_days, "lines": lines}))
    if any(figures.counts.values()):
        entry = {"counts": dict(figures.counts), "estimated": figures.estimated, "approved": figures.approved}
        posts.append(("digest", {"day": day, **entry, "oldest": figures.oldest, "days": figures.days}))
    return tuple(posts)


def _messages(late: AllOverdue, figures: Digest, plan: Plan) -> tuple[Message, ...]:
    button = ((Button(Say("button.open_console"), url=f"{plan.public_url}/console/"),),)
    return tuple(Message(said, button) for said in (_said_overdue(late, plan.due_days), _said_digest(figures)) if said)


def _said_overdue(late: AllOverdue, due_days: int) -> tuple[Say, ...]:
    if not late.count:
        return ()
    first = [Say("news.staff.overdue.one", {"days": one.days, **one.brief.to_json()}) for one in late.first]
    rest = late.count - len(first)
    more = [Say("news.staff.overdue.more", {"count": rest})] if rest else []
    return (Say("news.staff.overdue", {"count": late.count, "days": due_days}), *first, *more)


def _said_digest(figures: Digest) -> tuple[Say, ...]:
    if not any(figures.counts.values()):
        return ()
    counts = {state.value: figures.counts[state] for state in OPEN}
    sums = Say("news.staff.digest.sums", {"estimated": figures.estimated, "approved": figures.approved})
    oldest = [Say("news.staff.digest.oldest", {"number": figures.oldest, "days": figures.days})] if figures.oldest else []
    return (Say("news.staff.digest", counts), sums, *oldest)


def _queue(conn: Connection, plan: Plan, now: datetime) -> None:
    due = _next(plan, now)
    jobs.add(conn, JOB_KIND, {}, now=now, due=due, dedupe=_key(due))


def _next(plan: Plan, now: datetime) -> datetime:
    """The hour of today if it lies ahead, of tomorrow otherwise."""
    local = now.astimezone(plan.zone)
    due = datetime.combine(local.date(), time(plan.hour, MINUTE), plan.zone)
    return due if due > now else datetime.combine(local.date() + timedelta(days=1), time(plan.hour, MINUTE), plan.zone)


def _key(due: datetime) -> str:
    return f"{JOB_KIND}:{due:%Y-%m-%dT%H%z}"
