"""One update in one transaction: taken once, understood, answered. Everything a channel hands in comes through here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, tzinfo
from typing import Any

from sqlalchemy import Connection

from bot import notices
from bot.conversation import asking_staff, commands, papers, state
from bot.conversation.actions import Answer, Order, read_action
from bot.conversation.answering import not_understood, noted, pressed, typed
from bot.conversation.going_on import go_on, menu, start
from bot.conversation.talk import Reply, Talk
from bot.message import Command, FileSent, Incoming, Message, Pressed, Say, Text, UploadSettled
from bot.threads.hours import OFFICE, Hours
from calculator.policy import Policies
from handlers.benefit import in_force
from handlers.case import Case
from handlers.facts import fact_question
from handlers.understanding.sentence import read_sentence
from handlers.understanding.topics import Topic, read_topic, speaks_of_death

LONGEST_TEXT = 2000

SPOKEN = {"language_zh": ("language", "zh_CN"), "language_en": ("language", "en")}
"""Spoken commands that are another command with an argument."""


def step(
    conn: Connection, incoming: Incoming, *, now: datetime, policies: Policies, zone: tzinfo, hours: Hours = OFFICE
) -> bool:
    """Take one update. False if it had been taken before: then nothing happens.

    The conversation, its answers, whatever the answer leads to and the notices leaving for it are stored together or not at all.
    """
    conversation = state.take(conn, incoming, now)
    if conversation is None:
        return False
    here = now.astimezone(zone)
    talk = Talk(conn, conversation, Case(here.date(), policies), here, hours=hours)
    reply = asking_staff.typed(talk, incoming.what) or TURNS[type(incoming.what)](asking_staff.quiet(talk, incoming.what), incoming.what)
    locale = reply.locale or conversation.locale
    state.save(conn, replace(conversation, place=reply.place, locale=locale, revision=conversation.revision + 1), now)
    if reply.lines:
        notices.queue(conn, incoming.chat, Message(reply.lines, reply.buttons), locale=locale, now=now)
    return True


def _text(talk: Talk, what: Text) -> Reply:
    """A command word, then an answer to what is open, then a topic; what is none of these is said to be not understood."""
    text = _storable(what.text).strip()
    if reply := commands.labelled(talk, text):
        return reply
    topic = read_topic(text)
    if topic is not None and topic.kind == "command":
        return _spoken_command(talk, topic)
    if talk.place.flow is not None and not talk.place.at_menu:
        run = talk.replay()
        question = run.find(talk.place.editing) if talk.place.editing else run.pending
        if question is not None:
            is_long = len(text) > LONGEST_TEXT
            return not_understood(talk, run, question, "too_long") if is_long else typed(talk, run, question, text)
    return go_on(talk.noting(Say("unread.too_long"))) if len(text) > LONGEST_TEXT else _sentence(talk, topic, text)


def _spoken_command(talk: Talk, topic: Topic) -> Reply:
    """A command in the member's own words; one that corrects an answer may bring the new one along."""
    name, argument = SPOKEN.get(topic.name, (topic.name, topic.target))
    reply = commands.run(talk, name, argument)
    key = reply.place.editing
    if not topic.answer or key is None:
        return reply
    talk = talk.at(reply.place)
    run = talk.replay()
    question = run.find(key)
    return reply if question is None else typed(talk, run, question, topic.answer)


def _sentence(talk: Talk, topic: Topic | None, text: str) -> Reply:
    """A sentence that begins a conversation, with the facts it already tells."""
    if topic is None:
        return menu(talk.noting(Say("unread.at_menu")))
    if topic.name not in talk.case.policies:
        return menu(talk.noting(Say("menu.not_here")))
    edition = in_force(talk.case, topic.name)
    answers: dict[str, Any] = {}
    heard = [Say("heard.loss") if speaks_of_death(text) else Say("heard.benefit", {"benefit": topic.name})]
    for name, value in read_sentence(text, talk.case.day).items():
        if edition is not None and name in edition.asks:
            question = fact_question(name, edition, talk.case.day)
            stored = question.dump(value)
            if question.load(stored) is not None:
                answers[name] = stored
                heard.append(noted(question, value))
    return start(talk.noting(*heard), "benefit", {"benefit": topic.name}, answers)


def _pressed(talk: Talk, what: Pressed) -> Reply:
    action = read_action(what.action)
    if isinstance(action, Answer):
        return pressed(talk, action)
    if isinstance(action, Order):
        return commands.run(talk, action.name, action.argument)
    return go_on(talk.noting(Say("press.stale")))


def _command(talk: Talk, what: Command) -> Reply:
    return commands.run(talk, what.name, _storable(what.argument))


def _storable(text: str) -> str:
    """Half of a pair of code units, which JSON lets through, is no text that a database takes."""
    return text.encode(errors="replace").decode()


TURNS: Mapping[type, Callable[[Talk, Any], Reply]] = {
    Text: _text,
    Pressed: _pressed,
    Command: _command,
    FileSent: papers.file_sent,
    UploadSettled: papers.upload_settled,
}
