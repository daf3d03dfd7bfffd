"""The engine of every conversation: a flow is a plain generator, run again from the top against the stored answers on each message.

That is what makes back, edit, resume and "what if" the same thing: another set of answers, replayed.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
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

    def find(self, key: str) -> Question[Any] | None:
        """The question under this key, if it is on the path or pending."""
        if self.pending is not None and self.pending.key == key:
            return self.pending
        return next((a.question for a in self.asked if a.question.key == key), None)


def ask(question: Question[T]) -> Generator[Question[Any], Any, T]:
    """Ask one question from inside a flow: `age = yield from ask(...)`."""
    answer: T = yield question
    return answer


def replay(start: Callable[[], Flow[R]], answers: Answers) -> Replay[R]:
    """Run the flow as far as the stored answers carry it; the first question without a usable answer is pending."""
    return _run(start, lambda question: question.load(answers[question.key]) if question.key in answers else None)


def questions_in_all(start: Callable[[], Flow[R]], answers: Answers) -> int:
    """How many questions this conversation will have had at its end, if all that is still open gets a typical answer."""

    def answer(question: Question[Any]) -> Any:
        stored = question.load(answers[question.key]) if question.key in answers else None
        return question.typical() if stored is None else stored

    return len(_run(start, answer).asked)


def _run(start: Callable[[], Flow[R]], answer: Callable[[Question[Any]], Any]) -> Replay[R]:
    flow = start()
    asked: list[Asked] = []
    keys: set[str] = set()
    value: Any = None
    while len(asked) < STEPS_AT_MOST:
        try:
            question = flow.send(value)
        except StopIteration as end:
            return Replay(tuple(asked), None, end.value)
        if question.key in keys:
            raise RepeatedKeyError(question.key)
        keys.add(question.key)
        value = answer(question)
        if value is None:
            flow.close()
            return Replay(tuple(asked), question, None)
        asked.append(Asked(question, value))
    raise EndlessFlowError(asked[-1].question.key)
