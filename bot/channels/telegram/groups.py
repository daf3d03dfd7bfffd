"""Groups: a group of the staff is linked with a code and claims are taken there; any other is told, once, that this is a private matter."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

from sqlalchemy import Connection
from telegram import Bot

from bot import jobs, notices
from bot.channels.telegram import chats, posts
from bot.channels.telegram.keyboards import settled
from bot.channels.telegram.receive import CHANNEL, Elsewhere, GroupTap, Left, Moved
from bot.channels.telegram.render import Wording
from bot.claims import claim as claims
from bot.claims import decide, posted
from bot.claims.errors import ClaimError, NoSuchClaimError, NotAllowedError
from bot.conversation.state import is_first
from bot.jobs import Job
from bot.linking import tries
from bot.message import Chat, Incoming, Message, Say, Text
from bot.staff import accounts, groups, links
from bot.wording import closest

ANSWERED = "telegram_group_tapped"
"""The kind of the job that says, to the one who tapped alone, what came of it; payload {"query", "key", "figures", "locale"}."""


def take(conn: Connection, received: Elsewhere | GroupTap | Left | Moved, *, now: datetime) -> bool:
    """What happens in a group. False if it had been taken before."""
    match received:
        case Elsewhere():
            return _said(conn, received, now)
        case GroupTap():
            return _tapped(conn, received, now)
        case Left(chat):
            groups.unlink(conn, chat, actor="system", now=now)
            posts.forget(conn, chat.id)
        case Moved(chat, to):
            posts.forget(conn, chat.id)
            groups.moved(conn, chat, to)
    return True


def _said(conn: Connection, said: Elsewhere, now: datetime) -> bool:
    if said.command is not None and said.command.name == "link":
        if not is_first(conn, Incoming(said.chat, said.update_id, Text(""))):
            return False
        _link(conn, said, now)
    elif groups.of(conn, said.chat) is None and is_first(conn, Incoming(said.chat, f"private_only:{said.chat.id}", Text(""))):
        _say(conn, said, Say("telegram.private_only"), now)
    return True


def _tapped(conn: Connection, tap: GroupTap, now: datetime) -> bool:
    """Somebody wants to take a claim."""
    if not is_first(conn, Incoming(tap.chat, tap.update_id, Text(""))):
        return False
    say = _taken(conn, tap, now)
    person = links.staff_of(conn, tap.person)
    locale = closest(tap.locale) if person is None else person.locale
    jobs.add(conn, ANSWERED, {"query": tap.query, "key": say.key, "figures": say.figures, "locale": locale}, now=now)
    return True


def answered(bot: Bot, wording: Wording) -> Callable[[Job], Awaitable[None]]:
    """The handler of those jobs."""

    async def answer(job: Job) -> None:
        payload = job.payload
        text = wording(Say(payload["key"], payload["figures"]), payload["locale"])
        await settled(bot.answer_callback_query(payload["query"], text, show_alert=payload["key"] != "group.yours"), job)

    return answer


def _taken(conn: Connection, tap: GroupTap, now: datetime) -> Say:
    """Give the claim to the linked staff member who tapped; what to tell them."""
    wanted, person = posted.wanted(tap.action), links.staff_of(conn, tap.person)
    if wanted is None or groups.of(conn, tap.chat) is None:
        return Say("group.stale")
    if person is None:
        return Say("group.who")
    try:
        claim = decide.take(conn, *wanted, person, now=now)
    except NotAllowedError as error:
        return Say(f"group.not_allowed.{error.reason}")
    except NoSuchClaimError:
        return Say("group.not_allowed.branch")
    except ClaimError:
        return _too_late(conn, wanted[0], now)
    return Say("group.yours", {"number": claim.number})


def _too_late(conn: Connection, claim_id: int, now: datetime) -> Say:
    """Somebody else was quicker: say who, and let the post say so too."""
    claim = claims.read(conn, claim_id)
    posted.changed(conn, claim, now)
    reviewer = None if claim.reviewer_id is None else accounts.one(conn, claim.reviewer_id)
    return Say("group.stale") if reviewer is None else Say("group.taken", {"name": reviewer.name})


def _link(conn: Connection, said: Elsewhere, now: datetime) -> None:
    if not tries.may_type_code(conn, said.chat, "staff", now=now):
        _say(conn, said, Say("elsewhere.too_often"), now)
        return
    group = groups.link(conn, said.command.argument if said.command else "", said.chat, now=now)
    if group is not None:
        chats.unblock(conn, said.chat.id, now=now)
    _say(conn, said, Say("group.wrong_code" if group is None else "group.linked"), now)


def _say(conn: Connection, said: Elsewhere, say: Say, now: datetime) -> None:
    group = groups.of(conn, Chat(CHANNEL, said.chat.id))
    locale = closest(said.locale) if group is None else group.locale
    notices.queue(conn, said.chat, Message((say,)), locale=locale, now=now)
