"""Flows begun and not finished: beginning another keeps them, and a tap or an old button goes on with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.conversation.actions import order_action
from bot.conversation.state import Place
from bot.conversation.talk import Rows, Talk
from bot.message import Button, Say

PAPERS = "documents"

MEND = "mend"


def name_of(flow: str, about: Mapping[str, Any]) -> str:
    """What a draft is kept under: one for each benefit, one for papers to be added."""
    return MEND if flow == MEND else str(about.get("benefit", ""))


def kept(talk: Talk) -> Mapping[str, Any]:
    """The drafts, with the flow at hand among them if anything was answered in it."""
    place = talk.place
    if place.flow is None or not place.answers:
        return place.drafts
    draft = {
        "flow": place.flow,
        "about": place.about,
        "answers": place.answers,
        "since": place.since,
        "until": talk.conversation.revision,
        "at": talk.now.isoformat(),
        **({"ended": True} if place.ended else {}),
    }
    return {**place.drafts, name_of(place.flow, place.about): draft}


def aside_since(draft: Mapping[str, Any], otherwise: datetime) -> datetime:
    """When it was laid aside; one kept before that was noted, as it is told."""
    return datetime.fromisoformat(draft["at"]) if "at" in draft else otherwise


def emptied(talk: Talk) -> Talk:
    """The same turn with the flow at hand over; the drafts of others stay."""
    return talk.at(Place(drafts=talk.place.drafts))


def taken_up(talk: Talk, name: str) -> Talk | None:
    """The same turn, gone back to a draft; the flow at hand becomes one."""
    draft = talk.place.drafts.get(name)
    if draft is None:
        return None
    others = {key: each for key, each in kept(talk).items() if key != name}
    return talk.at(
        Place(draft["flow"], draft["about"], draft["answers"], since=draft["since"], drafts=others, ended=bool(draft.get("ended")))
    )


def at(talk: Talk, draft: Mapping[str, Any]) -> Talk:
    """The same turn in a draft alone, to look at how far it came."""
    return talk.at(Place(draft["flow"], draft["about"], draft["answers"], since=draft["since"], ended=bool(draft.get("ended"))))


def count_left(old: Talk) -> None:
    """Count a flow that nothing is kept of as left, at the question that was open; one at its end was not left."""
    pending = old.replay().pending
    if pending is not None:
        old.count_left(old.place.editing or pending.key)


def of_button(talk: Talk, revision: int) -> Talk | None:
    """The same turn in the flow that a button was made for; None where that is over."""
    place = talk.place
    if place.flow is not None and revision >= place.since:
        return talk.at(replace(place, at_menu=False))
    found = next((name for name, draft in place.drafts.items() if draft["since"] <= revision <= draft["until"]), None)
    return None if found is None else taken_up(talk, found)


def to_go_on_with(talk: Talk) -> Rows:
    """A button for the flow at hand and one for each draft."""
    current = ((Button(Say("button.resume"), order_action("resume")),),) if talk.place.flow else ()
    others = tuple((Button(_label(name), order_action("resume", name)),) for name in talk.place.drafts)
    return current + others


def _label(name: str) -> Say:
    return Say("button.resume_mend") if name == MEND else Say("button.resume_benefit", {"benefit": name})
