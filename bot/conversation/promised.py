"""Told on the day: what a refused member can be told of later, offered only where it is sure, and promised at a tap."""

from __future__ import annotations

from datetime import date
from typing import Any

from bot.conversation.actions import order_action
from bot.conversation.state import Place
from bot.conversation.talk import Reply, Rows, Talk
from bot.message import Button, Say
from bot.reminders.outlook import AGE, Kind, Outlook, age_wanted, birthday, outlook
from bot.reminders.promises import Asked, promise
from calculator.facts import Facts, from_json
from handlers.benefit import Estimated
from handlers.birthday import Born
from handlers.identity import birth_day

PROMISE, TAKE_BACK = "promise", "promise_off"
"""What the buttons for a promise, and for taking it back, carry."""


def offered(talk: Talk, estimated: Estimated, lines: tuple[Say, ...], buttons: Rows) -> tuple[tuple[Say, ...], Rows]:
    """A result with what can be told later and the button for it, where there is anything."""
    sure, age = ahead(talk, estimated), age_wanted(estimated)
    if sure is not None:
        line = Say(f"promise.can.{sure.kind.value}", _figures(sure, age))
    elif age is not None and _born(talk) is None:
        line = Say("promise.can.birthday", {"age": age})
    else:
        return lines, buttons
    return (*lines, line), ((Button(Say("button.promise"), order_action(PROMISE)),), *buttons)


def ahead(talk: Talk, estimated: Estimated) -> Outlook | None:
    """What this member can be told of later."""
    return outlook(estimated, talk.case.policies, talk.case.day, _born(talk))


def made(talk: Talk, sure: Outlook, benefit: str, facts: Facts, place: Place) -> Reply:
    """Promise it, and say so, with the way to take it back."""
    age = facts.get(AGE)
    asked = Asked(talk.conversation.chat, talk.conversation.locale, benefit, facts)
    promise_id = promise(talk.conn, asked, sure, now=talk.now)
    line = Say(f"promise.made.{sure.kind.value}", _figures(sure, age if isinstance(age, int) else None))
    off = Button(Say("button.promise_off"), order_action(TAKE_BACK, str(promise_id)))
    return Reply(place, (*talk.noted, line), ((off,), (Button(Say("button.menu"), order_action("menu")),)))


def comes_of_age(talk: Talk, outcome: Born) -> Reply:
    """The birthday was told: promise the day on which the member is old enough."""
    day, place = birthday(outcome.day, outcome.age), Place(at_menu=True, drafts=talk.place.drafts)
    if day <= talk.case.day:
        begin = Button(Say("button.promise_begin"), order_action("benefit", outcome.benefit))
        return Reply(place, (*talk.noted, Say("promise.old_enough", {"age": outcome.age})), ((begin,),))
    facts = {name: from_json(name, value) for name, value in outcome.facts.items()} | {AGE: outcome.age}
    return made(talk, Outlook(Kind.AGE, day), outcome.benefit, facts, place)


def facts_then(estimated: Estimated, sure: Outlook) -> Facts:
    """What the verdict will rest on when the day has come."""
    age = age_wanted(estimated)
    return {**estimated.facts, AGE: age} if sure.kind is Kind.AGE and age is not None else estimated.facts


def birthday_wanted(talk: Talk, estimated: Estimated) -> int | None:
    """The age that would do, where only the birthday is missing to know the day."""
    return age_wanted(estimated) if _born(talk) is None else None


def _born(talk: Talk) -> date | None:
    certno = talk.place.answers.get("certno")
    return birth_day(certno) if isinstance(certno, str) else None


def _figures(sure: Outlook, age: int | None) -> dict[str, Any]:
    return {"day": sure.day.isoformat() if sure.day else "", "age": age}
