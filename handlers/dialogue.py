"""The engine of every conversation: a flow is a plain generator, run again from the top against the stored answers on each message.

That is what makes back, edit, resume and "what if" the same thing: another set of answers, replayed.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from handlers.questions import Confirm, Question

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


@dataclass(slots=True)
class _Run(Generic[R]):
    """A flow that waits at a question, to be carried on once: with the answer to it, or with typical ones to see how long the way is."""

    flow: Flow[R]
    question: Question[Any]
    asked: dict[str, Asked]
    answers: Answers
    is_spent: bool = False
    in_all: int = 0


@dataclass(frozen=True, slots=True)
class Replay(Generic[R]):
    """Where a flow stands: what was asked and answered, and either the question to ask now or the outcome."""

    asked: tuple[Asked, ...]
    pending: Question[Any] | None
    outcome: R | None
    run: _Run[R] | None

    def find(self, key: str) -> Question[Any] | None:
        """The question under this key, if it is on the path or pending."""
        if self.pending is not None and self.pending.key == key:
            return self.pending
        return next((a.question for a in self.asked if a.question.key == key), None)

    def in_all(self) -> int:
        """How many questions this conversation will have had at its end, if all that is still open gets a typical answer.

        0 where the flow was carried on with an answer since.
        """
        return len(self.asked) if self.run is None else _in_all(self.run)

    def carried_on(self, answers: Answers) -> Replay[R] | None:
        """The same as a replay of these answers, without going over the answers again that stand as they were.

        None where one of them does not, or where this was carried on before.
        """
        run = self.run
        if run is None or run.is_spent or any(answers.get(a.question.key) is not run.answers.get(a.question.key) for a in self.asked):
            return None
        run.is_spent = True
        return _go(run.flow, run.question, run.asked, answers)


def ask(question: Question[T]) -> Generator[Question[Any], Any, T]:
    """The answer to one question, from inside a flow: `age = yield from ask` with the question."""
    answer: T = yield question
    return answer


def replay(start: Callable[[], Flow[R]], answers: Answers) -> Replay[R]:
    """Run the flow as far as the stored answers carry it; the first question without a usable answer is pending."""
    flow, asked = start(), dict[str, Asked]()
    try:
        question = _next(flow, None, asked)
    except StopIteration as end:
        return Replay((), None, end.value, None)
    return _go(flow, question, asked, answers)


def _go(flow: Flow[R], question: Question[Any], asked: dict[str, Asked], answers: Answers) -> Replay[R]:
    """Answer this question and those after it from what is stored."""
    while True:
        value = question.load(answers[question.key]) if question.key in answers else None
        if value is None:
            return Replay(tuple(asked.values()), question, None, _Run(flow, question, asked, answers))
        asked[question.key] = Asked(question, value)
        try:
            question = _next(flow, value, asked)
        except StopIteration as end:
            return Replay(tuple(asked.values()), None, end.value, None)


def _in_all(run: _Run[R]) -> int:
    """Carry the run on to its end, with typical answers where none is stored, and count."""
    if run.is_spent:
        return run.in_all
    run.is_spent = True
    question = run.question
    while True:
        if isinstance(question, Confirm):  # the last question of its flow, whose typical answer takes long to make
            run.in_all = len(run.asked) + 1
            return run.in_all
        stored = question.load(run.answers[question.key]) if question.key in run.answers else None
        value = question.typical() if stored is None else stored
        run.asked[question.key] = Asked(question, value)
        try:
            question = _next(run.flow, value, run.asked)
        except StopIteration:
            run.in_all = len(run.asked)
            return run.in_all


def _next(flow: Flow[R], value: Any, asked: Mapping[str, Asked]) -> Question[Any]:
    """Answer a question, which gives the next. Raises StopIteration at the end."""
    question = flow.send(value)
    if question.key in asked:
        raise RepeatedKeyError(question.key)
    if len(asked) >= STEPS_AT_MOST:
        raise EndlessFlowError(question.key)
    return question
