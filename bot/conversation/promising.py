"""The commands about what members hear without asking: to be told later or not after all, reminders or none, messages to many or none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from bot.conversation import promised
from bot.conversation.going_on import go_on, start
from bot.conversation.talk import Reply, Talk
from bot.conversation.worked import worked_out
from bot.message import Button, Say
from bot.reminders import announcements, promises
from bot.reminders import drafts as reminding
from calculator.facts import to_json

DIGITS_AT_MOST = 15


def _promise(talk: Talk, _: str) -> Reply:
    """Tell me when I qualify: promised where the day is known, and where only the birthday is missing, that is asked."""
    estimated = worked_out(talk)
    if estimated is None:
        return go_on(talk.noting(Say("press.stale")))
    sure = promised.ahead(talk, estimated)
    if sure is not None:
        place = replace(talk.place, at_menu=False)
        return promised.made(talk, sure, estimated.benefit, promised.facts_then(estimated, sure), place)
    age = promised.birthday_wanted(talk, estimated)
    if age is None:
        return go_on(talk.noting(Say("promise.not_sure")))
    facts = {name: to_json(value) for name, value in estimated.facts.items()}
    return start(talk, "birthday", {"benefit": estimated.benefit, "age": age, "facts": facts})


def _take_back(talk: Talk, promise_id: str) -> Reply:
    is_id = promise_id.isascii() and promise_id.isdecimal() and len(promise_id) <= DIGITS_AT_MOST
    if is_id and promises.take_back(talk.conn, talk.conversation.chat, int(promise_id)):
        return Reply(talk.place, (*talk.noted, Say("promise.taken_back")))
    return go_on(talk.noting(Say("press.stale")))


def _no_reminders(talk: Talk, _: str) -> Reply:
    """One tap stops them all; nothing else happens to what was begun."""
    reminding.stop(talk.conn, talk.conversation.id, talk.now)
    again = Button(Say("button.remind_on"), reminding.GO_ON)
    return Reply(talk.place, (*talk.noted, Say("remind.off")), ((again,),))


def _reminders(talk: Talk, _: str) -> Reply:
    reminding.allow(talk.conn, talk.conversation.id)
    return Reply(talk.place, (*talk.noted, Say("remind.on")))


def _no_announcements(talk: Talk, _: str) -> Reply:
    """One tap stops them all. News of claims, and answers, come as before."""
    announcements.stop(talk.conn, talk.conversation.chat, talk.now)
    again = Button(Say("button.announce_on"), announcements.GO_ON)
    return Reply(talk.place, (*talk.noted, Say("announce.off")), ((again,),))


def _announcements(talk: Talk, _: str) -> Reply:
    announcements.allow(talk.conn, talk.conversation.chat)
    return Reply(talk.place, (*talk.noted, Say("announce.on")))


COMMANDS: Mapping[str, Callable[[Talk, str], Reply]] = {
    promised.PROMISE: _promise,
    promised.TAKE_BACK: _take_back,
    reminding.STOP: _no_reminders,
    reminding.GO_ON: _reminders,
    announcements.STOP: _no_announcements,
    announcements.GO_ON: _announcements,
}

LABELS: Mapping[str, tuple[str, str]] = {
    "button.promise": (promised.PROMISE, ""),
    "button.remind_off": (reminding.STOP, ""),
    "button.remind_on": (reminding.GO_ON, ""),
    "button.announce_off": (announcements.STOP, ""),
    "button.announce_on": (announcements.GO_ON, ""),
}
"""Those whose label typed out means the same as a tap."""
