"""One update in one transaction: taken once, understood, answered. Everything a channel hands in comes through here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, tzinfo
from typing import Any

from sqlalchemy import Connection

from bot import notices
from bot.conversation import asking_staff, begun_in, commands, elsewhere, hearing, papers, showing_staff, state, unfinished
from bot.conversation.actions import Answer, Order, read_action
from bot.conversation.answering import pressed
from bot.conversation.counting import Counts
from bot.conversation.going_on import go_on
from bot.conversation.storable import storable
from bot.conversation.talk import Reply, Talk
from bot.linking import party
from bot.message import Command, Edited, FileSent, Incoming, Message, Pressed, Say, Text, UploadSettled, What
from bot.threads.hours import OFFICE, Hours
from calculator.policy import Policies
from handlers.case import Case


def step(
    conn: Connection,
    incoming: Incoming,
    *,
    now: datetime,
    policies: Policies,
    zone: tzinfo,
    counts: Counts | None = None,
    hours: Hours = OFFICE,
) -> bool:
    """Take one update. False if it had been taken before: then nothing happens.

    The conversation, its answers, whatever the answer leads to and the notices leaving for it are stored together or not at all.
    """
    is_theirs = not isinstance(incoming.what, UploadSettled)
    if not is_theirs:
        incoming = replace(incoming, chat=party.where(conn, incoming.chat))
    began = conversation = state.take(conn, incoming, now)
    if conversation is None or began is None:
        return False
    before = party.arrive(conn, incoming.chat) if is_theirs else None
    here = now.astimezone(zone)
    talk = Talk(conn, conversation, Case(here.date(), policies), here, counts=counts, hours=hours)
    if before is not None:
        conversation = elsewhere.carried(talk, before)
        talk = replace(talk, conversation=conversation)
    reply = _for_staff(talk, incoming.what) or TURNS[type(incoming.what)](asking_staff.quiet(talk, incoming.what), incoming.what)
    if held := begun_in.without_card(talk, reply.place):
        reply = go_on(held)
    locale = reply.locale or conversation.locale
    state.save(conn, replace(conversation, place=reply.place, locale=locale, revision=conversation.revision + 1), now)
    unfinished.watched(conn, began, reply.place, now)
    if reply.lines:
        notices.queue(conn, incoming.chat, Message(reply.lines, reply.buttons), locale=locale, now=now)
    return True


def _for_staff(talk: Talk, what: What) -> Reply | None:
    return asking_staff.typed(talk, what) or showing_staff.came(talk, what)


def _pressed(talk: Talk, what: Pressed) -> Reply:
    action = read_action(what.action)
    if isinstance(action, Answer):
        return pressed(talk, action)
    if isinstance(action, Order):
        return commands.run(talk, action.name, action.argument)
    return go_on(talk.noting(Say("press.stale")))


def _command(talk: Talk, what: Command) -> Reply:
    return commands.run(talk, what.name, storable(what.argument))


TURNS: Mapping[type, Callable[[Talk, Any], Reply]] = {
    Text: hearing.text_said,
    Edited: hearing.edited,
    Pressed: _pressed,
    Command: _command,
    FileSent: papers.file_sent,
    UploadSettled: papers.upload_settled,
}
