"""The flow replayed: either its next question, or its outcome carried out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from bot.claims import find, resubmit
from bot.claims.errors import ClaimError
from bot.conversation import begun_in, drafts
from bot.conversation.actions import order_action
from bot.conversation.heard import asked_for
from bot.conversation.promised import comes_of_age, offered
from bot.conversation.results import result
from bot.conversation.state import Place
from bot.conversation.submitted import after_claim, applied
from bot.conversation.talk import Reply, Talk
from bot.message import Button, Say, UploadId
from bot.threads.news import WRITE
from bot.threads.thread import is_open_in
from calculator.policy import Policies
from handlers.benefit import Estimated, NotYet
from handlers.birthday import Born
from handlers.claim import Applied, Declined
from handlers.facts import is_any_cause
from handlers.mend import Mended

BENEFITS_IN_ORDER = ("hospital", "accident", "fire")


def go_on(talk: Talk) -> Reply:
    """What follows from the answers as they stand: said after whatever the turn has noted."""
    if talk.place.flow is None or talk.place.at_menu:
        return menu(talk)
    run = talk.replay()
    question = run.find(talk.place.editing) if talk.place.editing else run.pending
    if question is None and run.pending is not None:
        question, talk = run.pending, talk.at(replace(talk.place, editing=None))
    if question is not None:
        return asked_for(talk, run, question)
    return OUTCOMES[type(run.outcome)](talk, run.outcome)


def menu(talk: Talk) -> Reply:
    """The menu: what the union pays for, and where a claim is."""
    place = replace(talk.place, at_menu=True, editing=None, proposed=None, supposing=None)
    first = () if talk.noted else (Say("menu.title"),)
    benefits = tuple(
        (Button(Say(f"menu.{trouble}"), order_action("benefit", name)),)
        for name, trouble in zip(in_order(talk.case.policies), troubles(talk), strict=True)
    )
    other = (
        (Button(Say("menu.status"), order_action("status")), Button(Say("menu.help"), order_action("help"))),
        (Button(Say("menu.language"), order_action("language")),),
        *(((WRITE,),) if is_open_in(talk.conn, talk.conversation.chat) else ()),
    )
    return Reply(place, talk.noted + first, drafts.to_go_on_with(talk) + benefits + other)


def troubles(talk: Talk) -> list[str]:
    """What can befall a member that the union of this place pays for, by the name its words stand under."""
    return troubles_of(talk.case.policies)


def troubles_of(policies: Policies) -> list[str]:
    """The same, of any place."""
    newest = {name: policies[name].editions[-1] for name in in_order(policies)}
    return [f"{name}_any_cause" if is_any_cause(edition) else name for name, edition in newest.items()]


def in_order(policies: Policies) -> list[str]:
    return sorted(policies, key=lambda name: BENEFITS_IN_ORDER.index(name) if name in BENEFITS_IN_ORDER else len(BENEFITS_IN_ORDER))


def start(talk: Talk, flow: str, about: Mapping[str, Any], answers: Mapping[str, Any] | None = None) -> Reply:
    """Begin a flow with what is known."""
    return go_on(begun(talk, flow, about, answers))


def begun(talk: Talk, flow: str, about: Mapping[str, Any], answers: Mapping[str, Any] | None = None) -> Talk:
    """The same turn at the beginning of a flow. The flow at hand becomes a draft; a claim begun for the same benefit is gone on with.

    Papers that came early are kept for the new flow, and shown when their question comes.
    """
    name, place = drafts.name_of(flow, about), talk.place
    others = {key: draft for key, draft in drafts.kept(talk).items() if key != name}
    is_same = place.flow is not None and drafts.name_of(place.flow, place.about) == name
    since = place.since if is_same and answers else talk.conversation.revision + 1
    early = {} if place.flow in {"claim", drafts.MEND} and not is_same else _early(place.answers)
    heard = place.heard if is_same and answers else {}
    is_gone_on_with = _count_dropped(talk, flow, about, answers)
    talk = talk.at(Place(flow, about, {**early, **(answers or {})}, heard=heard, since=since, drafts=others))
    if not is_gone_on_with:
        talk.count("started")
    return talk


def _count_dropped(talk: Talk, flow: str, about: Mapping[str, Any], answers: Mapping[str, Any] | None) -> bool:
    """Count as left what another beginning puts an end to. Whether the flow to begin is only gone on with."""
    name, is_gone_on_with = drafts.name_of(flow, about), False
    for old in _making_way(talk, name):
        is_same = drafts.name_of(old.place.flow or "", old.place.about) == name
        if is_same and dict(old.place.answers) == dict(answers or {}):
            is_gone_on_with = old.place.flow == flow
        else:
            drafts.count_left(old)
    return is_gone_on_with


def _making_way(talk: Talk, name: str) -> Iterator[Talk]:
    """The turn in each flow that is not kept when one of this name is begun: the one at hand without an answer, and what has that name."""
    place = talk.place
    is_at_hand = place.flow is not None and drafts.name_of(place.flow, place.about) == name
    if place.flow is not None and (is_at_hand or not place.answers):
        yield talk.at(replace(place, at_menu=False))
    draft = None if is_at_hand and place.answers else drafts.taken_up(talk, name)
    if draft is not None:
        yield draft


def _early(answers: Mapping[str, Any]) -> Mapping[str, Any]:
    papers = answers.get(drafts.PAPERS)
    return {} if papers is None else {drafts.PAPERS: {**papers, "done": False}, **begun_in.mark_of(answers)}


def _estimated(talk: Talk, outcome: Estimated) -> Reply:
    lines, buttons = offered(talk, outcome, *result(outcome, talk.case.policies))
    return Reply(talk.place, talk.noted + lines, buttons)


def _not_yet(talk: Talk, outcome: NotYet) -> Reply:
    return menu(drafts.emptied(talk).noting(Say("benefit.not_yet", {"day": outcome.starts.isoformat()})))


def _declined(talk: Talk, _: Declined) -> Reply:
    return menu(drafts.emptied(talk).noting(Say("consent.declined")))


def _applied(talk: Talk, outcome: Applied) -> Reply:
    if held := begun_in.unsent(talk):
        return go_on(held)
    reply = applied(talk, outcome)
    begun_in.warn_of_sent(talk)
    return reply


def _mended(talk: Talk, outcome: Mended) -> Reply:
    papers = tuple((UploadId(document.upload), document.kind) for document in outcome.documents)
    try:
        resubmit.resubmit(talk.conn, outcome.claim_id, talk.conversation.chat, papers, now=talk.now)
    except ClaimError:
        return menu(drafts.emptied(talk).noting(Say("mend.too_late")))
    number = next(c.number for c in find.of_chat(talk.conn, talk.conversation.chat) if c.id == outcome.claim_id)
    sent = Say("mend.sent" if outcome.missing == 0 else "mend.sent_part", {"number": number})
    return Reply(Place(at_menu=True, drafts=talk.place.drafts), (*talk.noted, sent), after_claim())


OUTCOMES: Mapping[type, Callable[[Talk, Any], Reply]] = {
    Estimated: _estimated,
    NotYet: _not_yet,
    Declined: _declined,
    Applied: _applied,
    Mended: _mended,
    Born: comes_of_age,
}
