"""The engine of every conversation: a flow is a plain generator, run again from the top against the stored answers on each message.

That is what makes back, edit, resume and "what if" the same thing: another set of answers, replayed.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Generic, TypeVar

from handlers.questions import Question

T = TypeVar("T")
R = TypeVar("R")

Flow = Generator[Question[Any], Any, R]
Answers = Mapping[str, Any]
"""Stored answers by question key, as JSON values."""

STEPS_AT_MOST = 500


class FlowError(Exception):
    """A flow that breaks the rules of replay; always a bug in the flow, never the member's doing."""


class RepeatedKeyError(FlowError):
    """The same key was asked twice on one path."""


class EndlessFlowError(FlowError):
    """More questions than any conversation can have."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question on the path, with the answer it got."""

    question: Question[Any]
    value: Any


@dataclass(frozen=True, slots=True)
class Replay(Generic[R]):
    """Where a flow stands: what was asked and answered, and either the question to ask now or the outcome."""

    asked: tuple[Asked, ...]
    pending: Question[Any] | None
    outcome: R | None
    in_all: Callable[[], int]
    """How many questions this conversation will have had at its end, if all that is still open gets a typical answer."""

    def find(self, key: str) -> Question[Any] | None:
        """The question under this key, if it is on the path or pending."""
        if self.pending is not None and self.pending.key == key:
            return self.pending
        return next((a.question for a in self.asked if a.question.key == key), None)


def ask(question: Question[T]) -> Generator[Question[Any], Any, T]:
    """The answer to one question, from inside a flow: `age = yield from ask` with the question."""
    answer: T = yield question
    return answer


def replay(start: Callable[[], Flow[R]], answers: Answers) -> Replay[R]:
    """Run the flow as far as the stored answers carry it; the first question without a usable answer is pending."""
    flow = start()
    asked: dict[str, Asked] = {}
    value: Any = None
    while True:
        try:
            question = _next(flow, value, asked)
        except StopIteration as end:
            return Replay(tuple(asked.values()), None, end.value, lambda: len(asked))
        value = question.load(answers[question.key]) if question.key in answers else None
        if value is None:
            return Replay(tuple(asked.values()), question, None, partial(_in_all, flow, question, asked, answers))
        asked[question.key] = Asked(question, value)


def _in_all(flow: Flow[R], question: Question[Any], asked: dict[str, Asked], answers: Answers) -> int:
    """Carry the same run of the flow on to its end, with typical answers, and count. Once at the end, it stays there."""
    while True:
        stored = question.load(answers[question.key]) if question.key in answers else None
        value = question.typical() if stored is None else stored
        asked[question.key] = Asked(question, value)
        try:
            question = _next(flow, value, asked)
        except StopIteration:
            return len(asked)


def _next(flow: Flow[R], value: Any, asked: Mapping[str, Asked]) -> Question[Any]:
    """Answer a question, which gives the next. Raises StopIteration at the end."""
    question = flow.send(value)
    if question.key in asked:
        raise RepeatedKeyError(question.key)
    if len(asked) >= STEPS_AT_MOST:
        raise EndlessFlowError(question.key)
    return question
