"""What every part of one turn shares: the transaction, the conversation, the case, and the reply being made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, partial
from typing import Any

from sqlalchemy import Connection

from bot import wording
from bot.conversation.actions import answer_action
from bot.conversation.counting import Counts, Event
from bot.conversation.state import Conversation, Place
from bot.message import Button, Say
from bot.threads.hours import OFFICE, Hours
from handlers.case import Case
from handlers.claim import Declined
from handlers.dialogue import Replay, replay
from handlers.flows import FLOWS
from handlers.questions.question import Words

Rows = tuple[tuple[Button, ...], ...]


@dataclass(frozen=True, slots=True)
class Reply:
    """Where the conversation goes, and what is said; `lines` may be empty: then nothing is sent."""

    place: Place
    lines: tuple[Say, ...] = ()
    buttons: Rows = ()
    locale: str | None = None


@dataclass(frozen=True, slots=True)
class Talk:
    """One turn of one conversation."""

    conn: Connection
    conversation: Conversation
    case: Case
    now: datetime
    noted: tuple[Say, ...] = field(default=())
    """Sentences that come before the next question."""
    hours: Hours = OFFICE
    """When there are staff, and how soon they answer."""
    counts: Counts | None = None
    """Where it is counted what happens, without what was said."""
    runs: dict[tuple[str | None, int], tuple[tuple[str | None, Mapping[str, Any]], Mapping[str, Any], Replay[Any]]] = field(
        default_factory=dict
    )
    """The replays of this turn, each with the flow and the answers it rests on."""

    @property
    def place(self) -> Place:
        """Where the conversation stands."""
        return self.conversation.place

    def at(self, place: Place) -> Talk:
        """The same turn, gone on to another place."""
        was = self.conversation
        there = Conversation(was.id, was.chat, was.locale, was.revision, place)
        return Talk(self.conn, there, self.case, self.now, self.noted, self.hours, self.counts, self.runs)

    def noting(self, *lines: Say) -> Talk:
        """The same turn, with something to say first."""
        return Talk(self.conn, self.conversation, self.case, self.now, self.noted + lines, self.hours, self.counts, self.runs)

    @property
    def words(self) -> Words:
        """How this member reads a sentence."""
        return _words_in(self.conversation.locale)

    def replay(self, answers: Mapping[str, Any] | None = None) -> Replay[Any]:
        """The flow at hand, run against the stored answers or others."""
        place = self.place
        given = place.answers if answers is None else answers
        found = self.runs.get((place.flow, id(given)))
        if found is not None:
            return found[2]
        start, about = FLOWS[place.flow or ""], place.about
        run = self._carried_on(given) or replay(lambda: start(self.case, about), given)
        self.runs[place.flow, id(given)] = (place.flow, place.about), given, run  # the answers are kept, so that no others get their id
        return run

    def _carried_on(self, given: Mapping[str, Any]) -> Replay[Any] | None:
        """The last replay of this turn, carried on: most answers are to the question that was open."""
        last = next(reversed(self.runs.values()), None)
        return last[2].carried_on(given) if last is not None and last[0] == (self.place.flow, self.place.about) else None

    def count(self, event: Event, question: str = "") -> None:
        """Count that this happened, at this question of the flow at hand."""
        if self.counts is not None:
            self.counts.note(self.case.day, event, flow_of(self.place), question)

    def count_answered(self, *keys: str) -> None:
        """Count answers that were taken, and whether the flow has come to its end with them; a refusal to consent leaves it."""
        if not keys:
            return
        run = self.replay()
        if isinstance(run.outcome, Declined):
            self.count_left(keys[-1])
            return
        for key in keys:
            self.count("answered", key)
        if run.pending is None and not self.place.ended:
            self.count("finished")

    def count_left(self, question: str) -> None:
        """Count that the flow was left at this question; one that had come to its end before was left after it."""
        self.count("left", "" if self.place.ended else question)

    def answer(self, key: str, value: str, label: Say) -> Button:
        """A button that answers a question."""
        return Button(label, answer_action(self.conversation, key, value))


@cache
def _words_in(locale: str) -> Words:
    """The same function for a language every time, so that questions keep by it what their buttons are called."""
    return partial(wording.say, locale=locale)


def flow_of(place: Place) -> str:
    """What the flow at hand is counted under: "claim.hospital"; "" at the menu."""
    return "" if place.flow is None or place.at_menu else f"{place.flow}.{place.about.get('benefit', '')}"


def as_json(say: Say) -> Mapping[str, Any]:
    """A sentence inside another's figures."""
    return {"key": say.key, "figures": dict(say.figures)}
