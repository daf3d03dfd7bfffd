"""One broadcast: how it will look and whom it would reach, the second signature, its progress, and what became of it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from aiohttp import web
from sqlalchemy import Connection

from bot import audit
from bot.audit import Entry
from bot.broadcast import course, find, write
from bot.broadcast.errors import LetInError, NewerError, NoSuchBroadcastError, OwnWordsError
from bot.broadcast.find import Broadcast, Progress
from bot.broadcast.means import Bubble, Preview
from bot.broadcast.message import message
from bot.broadcast.reaching import rehearse
from bot.broadcast.write import UNSENT
from bot.console.forms import text, whole_number
from bot.console.pages import page, redirect
from bot.console.parts import now, parts, signed_in, store
from bot.members import unions
from bot.reminders.plan import Plan
from bot.settings import Settings
from bot.staff import accounts
from bot.staff.accounts import Staff
from calculator import load

DONE: Final = frozenset({"written", "handed_in", "sent_back", "approved", "paused", "resumed", "cancelled"})
LONGEST_REASON: Final = 300

Deed = Callable[[Connection, int, Staff, int, datetime], Broadcast]


@dataclass(frozen=True)
class Seen:
    """All that the page shows but for the figures."""

    broadcast: Broadcast
    progress: Progress
    history: list[Entry]
    names: dict[int, str]
    union: str


async def show(request: web.Request) -> web.Response:
    """The page as it is now."""
    return await look(request)


async def hand_in(request: web.Request) -> web.Response:
    """Give it to a second person."""
    return await _done(request, "handed_in", lambda conn, one, by, seen, at: write.hand_in(conn, one, by, revision=seen, now=at))


async def send_back(request: web.Request) -> web.Response:
    """Back to those who wrote it, with a word why."""
    reason = text(await request.post(), "reason", LONGEST_REASON)
    if not reason:
        return await look(request, status=422, problem="reason")
    return await _done(
        request, "sent_back", lambda conn, one, by, seen, at: write.send_back(conn, one, by, revision=seen, reason=reason, now=at)
    )


async def approve(request: web.Request) -> web.Response:
    """The second signature."""
    return await _done(request, "approved", lambda conn, one, by, seen, at: write.approve(conn, one, by, revision=seen, now=at))


async def pause(request: web.Request) -> web.Response:
    """Hold it up."""
    return await _done(request, "paused", lambda conn, one, by, seen, at: course.pause(conn, one, by, revision=seen, now=at))


async def resume(request: web.Request) -> web.Response:
    """Let it go on."""
    return await _done(request, "resumed", lambda conn, one, by, seen, at: course.resume(conn, one, by, revision=seen, now=at))


async def cancel(request: web.Request) -> web.Response:
    """End it."""
    return await _done(request, "cancelled", lambda conn, one, by, seen, at: course.cancel(conn, one, by, revision=seen, now=at))


async def _done(request: web.Request, done: str, deed: Deed) -> web.Response:
    """Carry it out on what the page showed; then the page, which says that it was done, or why not."""
    number, seen = int(request.match_info["broadcast"]), whole_number(await request.post(), "revision") or 0
    try:
        await store(request).write(deed, number, signed_in(request), seen, now(request))
    except NoSuchBroadcastError as error:
        raise web.HTTPNotFound from error
    except NewerError:
        return await look(request, status=409, problem="newer")
    except OwnWordsError:
        return await look(request, status=403, problem="own")
    except LetInError:
        return await look(request, status=403, problem="let_in")
    return redirect(request, "broadcast", broadcast=number, query={"done": done})


async def look(request: web.Request, *, status: int = 200, problem: str = "") -> web.Response:
    """The page, with what was refused."""
    seen = await store(request).read(_seen, signed_in(request), int(request.match_info["broadcast"]))
    if seen is None:
        raise web.HTTPNotFound
    surroundings, broadcast, moment = parts(request), seen.broadcast, now(request)
    means, settings, done = surroundings.means, surroundings.settings, request.query.get("done")
    counted = None
    if broadcast.state in UNSENT:
        counted = await store(request).report(rehearse, broadcast.audience, means.by_channel, moment)
    return page(
        request,
        "broadcast.html",
        status=status,
        seen=seen,
        broadcast=broadcast,
        counted=counted,
        minutes=math.ceil(counted.reached / broadcast.pace / 60) if counted else 0,
        looks=_looks(broadcast, means.previews),
        benefits=load(settings.policy_place),
        problem=problem,
        done=done if done in DONE and not problem else None,
        quiet=settings.quiet_hours,
        is_quiet=_is_quiet(settings, moment),
        longest_reason=LONGEST_REASON,
    )


def _is_quiet(settings: Settings, moment: datetime) -> bool:
    plan = Plan(settings.reminder_days, settings.quiet_hours, settings.time_zone, settings.draft_days)
    return plan.waking(moment) > moment


def _looks(broadcast: Broadcast, previews: Mapping[str, Preview]) -> list[tuple[str, str, list[Bubble]]]:
    """The channel, the language, and the messages there."""
    return [
        (channel, locale, preview(message(broadcast.words, locale), locale))
        for locale in broadcast.words
        for channel, preview in previews.items()
    ]


def _seen(conn: Connection, staff: Staff, number: int) -> Seen | None:
    found = find.one(conn, number)
    if found is None or not staff.sees(found.union_path):
        return None
    union = unions_by_path(conn, [found]).get(found.union_path, "")
    return Seen(found, find.progress(conn, found), audit.history(conn, found.subject), accounts.names(conn), union)


def unions_by_path(conn: Connection, found: list[Broadcast]) -> dict[str, str]:
    """The names of the branches that broadcasts are for; none for the whole tree."""
    paths = {each.union_path for each in found if each.union_path != unions.EVERYTHING}
    named = {path: unions.one(conn, int(path.rstrip("/").rpartition("/")[2])) for path in paths}
    return {path: union.name for path, union in named.items() if union is not None}
