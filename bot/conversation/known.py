"""A member already known: what the last flow or claim of this very chat told of the person is shown and not asked again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bot.claims import find
from bot.conversation.noting import all_noted
from bot.conversation.talk import Talk
from handlers.benefit import in_force
from handlers.claim import fact_of_claim
from handlers.identity import age_on, birth_day
from handlers.on_behalf import CONSENT, FOR_ANOTHER

OF_THE_PERSON = ("age", "in_work")
"""What does not change from one event to the next, or slowly."""


def remembered(talk: Talk) -> Talk:
    """The same turn with what is known of the person answered and read back; a word changes it."""
    benefit = talk.place.about["benefit"]
    edition = in_force(talk.case, benefit)
    wanted = [name for name in OF_THE_PERSON if edition and name in edition.asks and name not in talk.place.answers]
    if not wanted or edition is None:
        return talk
    known = {name: stored for source in _sources(talk) for name, stored in source.items() if stored is not None}
    given = []
    for name in wanted:
        question = fact_of_claim(talk.case, edition, name)
        value = question.load(known.get(name)) if name not in talk.place.heard else None
        if isinstance(value, int):
            given.append((question, value))
    if not given:
        return talk
    place = talk.place.with_answers({question.key: question.dump(value) for question, value in given})
    return talk.at(place).noting(*all_noted(given, "known"))


def _sources(talk: Talk) -> Iterator[Mapping[str, Any]]:
    """Where a person may be known from, the weightiest last: the drafts of this chat, then its newest claim."""
    for draft in talk.place.drafts.values():
        if draft["answers"].get(CONSENT.key) != FOR_ANOTHER:
            yield draft["answers"]
    newest = next(iter(find.of_chat(talk.conn, talk.conversation.chat)), None)
    if newest is not None:
        claim = find.one(talk.conn, newest.id)
        born = birth_day(claim.certno)
        if claim.helper is not None:
            return
        yield {"in_work": claim.facts.get("in_work"), **({} if born is None else {"age": age_on(talk.case.day, born)})}
