"""A benefit begun, by a tap or by a sentence that tells what happened: what it tells and what is known is not asked again."""

from __future__ import annotations

from bot.conversation import drafts
from bot.conversation.for_another import for_another
from bot.conversation.going_on import begun
from bot.conversation.known import remembered
from bot.conversation.talk import Talk
from bot.conversation.telling import sort, take_facts
from bot.message import Say
from handlers.understanding.sentence import Heard

NOBODY_ELSE = Heard()


def beginning(talk: Talk, benefit: str, said: Heard = NOBODY_ELSE) -> Talk:
    """The same turn in this benefit's flow. A claim for it that waits half done is gone on with instead."""
    talk = _at_its_claim(talk, benefit) or begun(talk, "benefit", {"benefit": benefit}, _spare(talk))
    talk = take_facts(talk, sort(talk, said))
    if talk.place.flow != "benefit":
        return talk
    return for_another(talk) if said.about_another else remembered(talk)


def _at_its_claim(talk: Talk, benefit: str) -> Talk | None:
    place = talk.place
    if place.flow == "claim" and place.about.get("benefit") == benefit:
        return drafts.of_button(talk, place.since)
    draft = place.drafts.get(benefit)
    there = drafts.taken_up(talk, benefit) if draft is not None and draft["flow"] == "claim" else None
    return None if there is None else there.noting(Say("claim.goes_on"))


def _spare(talk: Talk) -> dict[str, object]:
    """What was told before it was clear what it is about."""
    return {} if talk.place.flow is not None else {key: value for key, value in talk.place.answers.items() if key != drafts.PAPERS}
