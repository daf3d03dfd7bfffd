"""Facts told in a sentence: what is plain is taken and read back in one line, the rest is kept for its question."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from bot.conversation.changing import said_changed
from bot.conversation.heard import LONGEST_QUOTE, propose
from bot.conversation.noting import all_noted, noted
from bot.conversation.talk import Reply, Talk, as_json
from bot.message import Say
from calculator.edition import Edition
from handlers.benefit import in_force
from handlers.claim import fact_of_claim
from handlers.questions import Question
from handlers.understanding.reading import Read, Unread
from handlers.understanding.sentence import Heard


@dataclass(slots=True)
class Sorted:
    """The facts of one sentence, sorted by what becomes of them."""

    fresh: list[tuple[Question[Any], Any]] = field(default_factory=list)
    changed: list[tuple[Question[Any], Any]] = field(default_factory=list)
    doubted: list[tuple[Question[Any], Any]] = field(default_factory=list)
    """Answers that stand, said otherwise now, but not plainly."""
    heard: dict[str, Any] = field(default_factory=dict)
    questions: dict[str, Question[Any]] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Whether nothing in it is of use."""
        return not (self.fresh or self.changed or self.doubted or self.heard)


def sort(talk: Talk, said: Heard, *, but: str = "") -> Sorted:
    """Hold the facts of a sentence against the flow at hand. What it does not ask, and the fact `but`, are passed over."""
    found = Sorted()
    about = _edition(talk)
    if about is None:
        return found
    for name, reading in said.facts.items():
        if name != but and name in {*about.asks, *about.claim_asks, about.edition_by}:
            question = talk.replay().find(name) or fact_of_claim(talk.case, about, name)
            _sort_one(found, question, reading, question.load(talk.place.answers.get(name)), said.said.get(name, ""))
    return found


def _sort_one(found: Sorted, question: Question[Any], reading: Read[Any] | Unread, stands: Any, said: str) -> None:
    """`stands` is the answer so far, or None."""
    name = question.key
    if isinstance(reading, Unread):
        if stands is None and reading.reason != "none":
            found.heard[name] = {"said": said, "reason": reading.reason}
        return
    value = question.load(question.dump(reading.value))
    if value is None or stands == value:
        return
    if not reading.sure:
        if stands is not None:
            found.doubted.append((question, value))
        else:
            found.heard[name], found.questions[name] = {"stored": question.dump(value)}, question
    else:
        (found.fresh if stands is None else found.changed).append((question, value))


def take_facts(talk: Talk, found: Sorted) -> Talk:
    """The same turn with the plain facts taken and read back, and the others kept for their questions."""
    before = talk
    answers = {question.key: question.dump(value) for question, value in (*found.fresh, *found.changed)}
    place = talk.place.with_answers(answers) if answers else replace(talk.place, missed=None)
    talk = talk.at(replace(place, heard={**place.heard, **found.heard})).noting(*all_noted(found.fresh))
    talk.count_answered(*(question.key for question, _ in found.fresh))
    talk = said_changed(before, talk, found.changed) if found.changed else talk
    return talk.noting(*_later(talk, found))


def _later(talk: Talk, found: Sorted) -> Iterator[Say]:
    """What was said and will be asked for or confirmed when its turn comes: nobody should think that it was not heard."""
    pending = talk.replay().pending
    for name, entry in found.heard.items():
        if pending is not None and name == pending.key:
            continue
        if "stored" in entry:
            question = found.questions[name]
            yield Say("heard.check", {"answer": as_json(noted(question, question.load(entry["stored"]), "told"))})
        elif len(entry["said"]) <= LONGEST_QUOTE:
            yield Say("heard.later", {"said": entry["said"]})


def doubt(talk: Talk, found: Sorted) -> Reply | None:
    """Ask whether it is meant, where all that a sentence says is another value for a standing answer, and not plainly."""
    if len(found.doubted) != 1 or found.fresh or found.changed or found.heard:
        return None
    question, value = found.doubted[0]
    return propose(talk, question, question.dump(value))


def _edition(talk: Talk) -> Edition | None:
    place = talk.place
    benefit = str(place.about.get("benefit", "")) if place.flow in {"benefit", "claim"} else ""
    return in_force(talk.case, benefit) if benefit in talk.case.policies else None
