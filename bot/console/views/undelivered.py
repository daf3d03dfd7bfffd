"""What the machine gave up, for the administrators of all unions: try it again, or be done with it. Neither shows what a message says."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from aiohttp import web
from sqlalchemy import Connection

from bot import audit, jobs
from bot.console.masks import mask_end
from bot.console.pages import message_page, page, redirect
from bot.console.parts import now, signed_in, store
from bot.jobs import given_up
from bot.members.unions import EVERYTHING

LATEST: Final = 200
DONE: Final = frozenset({"again", "forgotten", "gone"})
KINDS: Final = frozenset(
    {"broadcast", "broadcast_message", "daily", "notice", "staff_news", "thread_news", "upload", "seal", "telegram_failed", "wecom"}
    | {"wechat_knock_failed", "wechat_knock_refused", "wechat_template"}
)
"""The kinds that have words; any other is called other."""
REASONS: Final = {name: name.replace(" ", "_") for name in ("blocked", "channel_off", "lost", "unknown", "tries used up")}
"""The reasons that have words; any other is shown as it is, for whoever looks into it."""
NEVER_AGAIN: Final = frozenset({"telegram_failed", "broadcast_message", "wechat_knock_failed", "wechat_knock_refused", "wechat_template"})
"""Kept only to be looked into: trying gives it up again, or does nothing, since the broadcast has counted that person as failed."""

View = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True)
class Line:
    """One job given up, as it is shown. `channel` and `chat`, masked, only where it belongs to one chat."""

    id: int
    kind: str
    at: datetime
    reason: str
    reason_key: str
    channel: str
    chat: str
    may_try: bool


def _for_all_unions(view: View) -> View:
    """Jobs have no branch, so that they are nothing for the administrator of one."""

    async def guarded(request: web.Request) -> web.StreamResponse:
        if signed_in(request).union_path != EVERYTHING:
            return message_page(request, 403, "console.refused.branch")
        return await view(request)

    return guarded


@_for_all_unions
async def show(request: web.Request) -> web.StreamResponse:
    """The latest of them."""
    found, counts = await store(request).read(lambda conn: (jobs.dead(conn, LATEST), given_up.counts(conn)))
    done = request.query.get("done")
    lines = [line(job) for job in found]
    return page(request, "undelivered.html", lines=lines, count=sum(counts.values()), done=done if done in DONE else None)


@_for_all_unions
async def again(request: web.Request) -> web.StreamResponse:
    """Queue it once more."""
    job, by, moment = int(request.match_info["job"]), signed_in(request).actor, now(request)

    def work(conn: Connection) -> bool:
        is_there = jobs.revive(conn, job, now=moment)
        if is_there:
            audit.record(conn, at=moment, actor=by, action="job_revived", subject=by, detail={"job": job})
        return is_there

    is_there = await store(request).write(work)
    return redirect(request, "undelivered", query={"done": "again" if is_there else "gone"})


@_for_all_unions
async def forget(request: web.Request) -> web.StreamResponse:
    """Strike it off the list; what it was stays on record."""
    job, by, moment = int(request.match_info["job"]), signed_in(request).actor, now(request)

    def work(conn: Connection) -> bool:
        was = given_up.forget(conn, job)
        if was is not None:
            detail = {"job": job, "kind": was.kind, "lane": was.lane, "reason": was.reason, "added_at": was.added_at.isoformat()}
            audit.record(conn, at=moment, actor=by, action="job_forgotten", subject=by, detail=detail)
        return was is not None

    is_there = await store(request).write(work)
    return redirect(request, "undelivered", query={"done": "forgotten" if is_there else "gone"})


def kind_of(kind: str) -> str:
    """The kind as it has words."""
    return kind if kind in KINDS else "other"


def line(job: jobs.Dead) -> Line:
    """A job as it is shown; only a notice's lane is a chat."""
    channel, _, chat = (job.lane or "").partition(":") if job.kind == "notice" else ("", "", "")
    key = REASONS.get(job.reason, "")
    return Line(job.id, kind_of(job.kind), job.added_at, job.reason, key, channel, mask_end(chat), job.kind not in NEVER_AGAIN)
