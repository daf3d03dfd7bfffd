"""A member asks for a person: what is typed next goes to the staff, which is said plainly, and the flow goes on where it was."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from bot.claims import find
from bot.claims.states import State
from bot.conversation.actions import order_action
from bot.conversation.going_on import go_on
from bot.conversation.storable import storable
from bot.conversation.talk import Reply, Rows, Talk, as_json
from bot.message import Button, Edited, FileSent, Say, Text, UploadSettled, What
from bot.threads import ask
from bot.threads.news import WRITE
from bot.threads.thread import Thread, open_in
from calculator.facts import FACTS
from handlers.benefit import in_force
from handlers.facts import fact_question
from handlers.understanding.reading import Read
from handlers.understanding.topics import read_topic
from handlers.understanding.yes_no import read_yes_no

LONGEST: Final = 2000
FINISHED: Final = frozenset({State.PAID, State.WITHDRAWN})
"""A claim nobody asks about of their own accord; a refused one is asked about most."""
TO_STAFF: Final = "to_staff"
"""What a message that went to the staff is remembered to have answered, with the claim it was about."""
LEAVES: Final = frozenset({"stop", "back", "menu"})
"""Commands that mean the same as "not now" while the next words are awaited for the staff; all other words go to them."""


def human(talk: Talk, claim_id: str) -> Reply:
    """What is typed next goes to the staff: about the claim named, else about what is still being talked or waited about."""
    claim = claim_meant(talk, claim_id)
    place = replace(talk.place, to_staff={"claim": None if claim is None else claim.id}, proposed=None)
    about = Say("thread.write") if claim is None else Say("thread.write_about", {"number": claim.number})
    return Reply(place, (*talk.noted, about, *_soon(talk), Say("thread.urgent")), not_now_rows())


def not_now(talk: Talk, _: str) -> Reply:
    """Nothing goes to the staff."""
    return go_on(quiet(talk).noting(Say("thread.not_written")))


def share(talk: Talk, thread_id: str) -> Reply:
    """The staff may see the benefit and the facts so far, beside what was asked."""
    facts = facts_so_far(talk)
    if not facts or not (thread_id.isascii() and thread_id.isdecimal()):
        return go_on(talk.noting(Say("press.stale")))
    thread = next((one for one in open_in(talk.conn, talk.conversation.chat) if str(one.id) == thread_id), None)
    if thread is None:
        return go_on(talk.noting(Say("press.stale")))
    context = {"benefit": talk.place.about.get("benefit", ""), "facts": facts}
    ask.share(talk.conn, thread.id, talk.conversation.chat, context, union_id=_union(talk), now=talk.now)
    return gone_on(quiet(talk).noting(Say("thread.shared")))


def share_not(talk: Talk, _: str) -> Reply:
    """They see only what was written."""
    return gone_on(quiet(talk).noting(Say("thread.not_shared")))


def typed(talk: Talk, what: What) -> Reply | None:
    """Words for the staff: in reply to them, or while words are awaited for them; None for anything else.

    A message that went to the staff and is edited goes there again; it never becomes an answer to a question.
    """
    if isinstance(what, Edited):
        name, *claim = talk.place.told.get(what.message) or [""]
        return _sent(talk, what, claim_meant(talk, "".join(claim))) if name == TO_STAFF else None
    if not isinstance(what, Text):
        return None
    order, _, claim_id = what.about.partition(":")
    if order == WRITE.action:
        return _sent(talk, what, claim_meant(talk, claim_id))
    return None if what.about else _awaited(talk, what)


def _awaited(talk: Talk, what: Text) -> Reply | None:
    """Words that reply to nothing, while they are awaited."""
    waiting = talk.place.to_staff
    if waiting is None:
        return None
    text = storable(what.text)
    if "thread" in waiting:
        return _agreed(talk, str(waiting["thread"]), text)
    topic = read_topic(text)
    if text == talk.words(Say("thread.button.not_now")) or (topic is not None and topic.kind == "command" and topic.name in LEAVES):
        return not_now(talk, "")
    claims = find.of_chat(talk.conn, talk.conversation.chat)
    return _sent(talk, what, next((claim for claim in claims if claim.id == waiting.get("claim")), None))


def quiet(talk: Talk, what: What | None = None) -> Talk:
    """The same turn, with nothing awaited for the staff any more. A file that comes in between does not end the wait for words."""
    is_waiting = talk.place.to_staff is not None and not isinstance(what, FileSent | UploadSettled)
    return talk.at(replace(talk.place, to_staff=None)) if is_waiting else talk


def _sent(talk: Talk, what: Text | Edited, claim: find.ClaimSummary | None) -> Reply:
    """Put it on the thread, and remember that this message went there."""
    text = storable(what.text)
    if not text or len(text) > LONGEST:
        return Reply(talk.place, (*talk.noted, Say("thread.unusable", {"most": LONGEST})), not_now_rows())
    reply = _said(talk, text, None if claim is None else claim.id)
    went = [TO_STAFF] if claim is None else [TO_STAFF, str(claim.id)]
    told = {**reply.place.told, what.message: went} if what.message else reply.place.told
    return replace(reply, place=replace(reply.place, told=told))


def _agreed(talk: Talk, thread_id: str, text: str) -> Reply | None:
    """Whether the staff may see the facts, in words or by a button's own."""
    said = read_yes_no(text)
    if text == talk.words(Say("thread.button.share")) or said == Read(value=True):
        return share(talk, thread_id)
    return share_not(talk, "") if text == talk.words(Say("thread.button.share_not")) or said == Read(value=False) else None


def _said(talk: Talk, text: str, claim_id: int | None) -> Reply:
    conversation = talk.conversation
    said = ask.say(talk.conn, conversation.chat, text, claim_id=claim_id, locale=conversation.locale, now=talk.now)
    talk = quiet(talk).noting(Say("thread.sent"), *_soon(talk))
    facts = facts_so_far(talk) if said.is_new else []
    return offer_facts(talk, said.thread, facts) if facts else gone_on(talk)


def offer_facts(talk: Talk, thread: Thread, facts: list[Mapping[str, Any]]) -> Reply:
    """Nothing that was filled in is shown to the staff unless the member says so; what it is, is read back first."""
    listed = tuple(Say("thread.share.fact", fact) for fact in facts)
    buttons = (
        Button(Say("thread.button.share"), order_action("share", str(thread.id))),
        Button(Say("thread.button.share_not"), order_action("share_not")),
    )
    return Reply(replace(talk.place, to_staff={"thread": thread.id}), (*talk.noted, Say("thread.share"), *listed), (buttons,))


def gone_on(talk: Talk) -> Reply:
    """The flow where it was; more for the staff is one tap away."""
    reply = go_on(talk)
    has_it = any(button.action == WRITE.action for row in reply.buttons for button in row)
    return reply if has_it else replace(reply, buttons=(*reply.buttons, (WRITE,)))


def _soon(talk: Talk) -> tuple[Say, ...]:
    """How soon somebody answers, and outside office hours when they are."""
    hours = talk.hours
    soon = Say("thread.soon", {"days": hours.days})
    return (soon,) if hours.are_on(talk.now) else (soon, Say("thread.off", {"opens": hours.opens, "closes": hours.closes}))


def not_now_rows() -> Rows:
    return ((Button(Say("thread.button.not_now"), order_action("human_not")),),)


def claim_meant(talk: Talk, claim_id: str) -> find.ClaimSummary | None:
    """The claim it is about: the one named, the one talked about already, or the newest that is not finished."""
    claims = find.of_chat(talk.conn, talk.conversation.chat)
    talking = [thread.claim_id for thread in open_in(talk.conn, talk.conversation.chat)]
    named = next((claim for claim in claims if str(claim.id) == claim_id), None)
    if named is not None or talking:
        return named or next((claim for claim in claims if claim.id == talking[0]), None)
    return next((claim for claim in claims if claim.state not in FINISHED), None)


def facts_so_far(talk: Talk) -> list[Mapping[str, Any]]:
    """What is known of the case so far, and which union it is; nothing that names a person."""
    if talk.place.flow not in {"benefit", "claim"}:
        return []
    answered = [asked for asked in talk.replay().asked if asked.question.key in FACTS or asked.question.key == "union"]
    shown = {asked.question.key: asked.question.show(asked.value) for asked in answered}
    return [{"name": f"name.{name}", "value": as_json(value)} for name, value in (shown | _told_early(talk, shown)).items()]


def _told_early(talk: Talk, shown: Mapping[str, Say]) -> dict[str, Say]:
    """Facts of a sentence whose questions have not come yet."""
    edition = in_force(talk.case, talk.place.about["benefit"])
    names = [name for name in talk.place.answers if edition and name in edition.asks and name not in shown]
    questions = [fact_question(name, edition, talk.case.day) for name in names if edition]
    values = [(question, question.load(talk.place.answers[question.key])) for question in questions]
    return {question.key: question.show(value) for question, value in values if value is not None}


def _union(talk: Talk) -> int | None:
    return next((asked.value.id for asked in talk.replay().asked if asked.question.key == "union"), None)
