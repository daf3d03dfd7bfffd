"""A benefit begun, by a tap or by a sentence that tells what happened: what it tells and what is known is not asked again."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, TypeGuard

from bot.conversation import drafts
from bot.conversation.for_another import for_another
from bot.conversation.going_on import begun, in_order
from bot.conversation.known import remembered
from bot.conversation.noting import all_noted
from bot.conversation.talk import Talk
from bot.conversation.telling import sort, take_facts
from bot.message import Say
from handlers.benefit import in_force
from handlers.claim import fact_of_claim
from handlers.questions import Question
from handlers.understanding.reading import Read
from handlers.understanding.sentence import Heard

NOBODY_ELSE = Heard()


def beginning(talk: Talk, benefit: str, said: Heard = NOBODY_ELSE) -> Talk:
    """The same turn in this benefit's flow. A claim for it that waits half done is gone on with instead."""
    talk = _at_its_claim(talk, benefit) or begun(talk, "benefit", {"benefit": benefit}, _spare(talk))
    talk = take_facts(talk, sort(talk, said))
    if talk.place.flow != "benefit":
        return talk
    return for_another(talk) if said.about_another else remembered(talk)


def spared(talk: Talk, said: Heard) -> Talk:
    """The same turn with plain facts kept for whatever is begun next, while it is not said yet what that is."""
    given = [(_asked_anywhere(talk, name), reading.value) for name, reading in said.facts.items() if _is_plain(reading)]
    usable = [(question, value) for question, value in given if question and question.load(question.dump(value)) is not None]
    spare = {question.key: question.dump(value) for question, value in usable}
    place = talk.place
    there = replace(place, answers={**place.answers, **spare}) if place.flow is None else replace(place, spare={**place.spare, **spare})
    return talk.at(there).noting(*all_noted(usable))


def _is_plain(reading: Any) -> TypeGuard[Read[Any]]:
    return isinstance(reading, Read) and reading.sure


def _asked_anywhere(talk: Talk, name: str) -> Question[Any] | None:
    """The question for a fact, in the words of the first benefit that asks it."""
    editions = (in_force(talk.case, benefit) for benefit in in_order(talk.case.policies))
    return next((fact_of_claim(talk.case, each, name) for each in editions if each and name in (*each.asks, *each.claim_asks)), None)


def _at_its_claim(talk: Talk, benefit: str) -> Talk | None:
    place = talk.place
    if place.flow == "claim" and place.about.get("benefit") == benefit:
        return drafts.of_button(talk, place.since)
    draft = place.drafts.get(benefit)
    there = drafts.taken_up(talk, benefit) if draft is not None and draft["flow"] == "claim" else None
    return None if there is None else there.noting(Say("claim.goes_on"))


def _spare(talk: Talk) -> dict[str, object]:
    """What was told before it was clear what it is about."""
    answers = talk.place.spare if talk.place.flow is not None else talk.place.answers
    return {key: value for key, value in answers.items() if key != drafts.PAPERS}
