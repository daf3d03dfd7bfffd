"""Walks through flows: what a person could answer to each kind of question, and whole ways from the first question to the end."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from hypothesis import strategies as st

from calculator import load
from calculator.policy import places
from handlers.case import Case
from handlers.dialogue import Flow, Replay, replay
from handlers.flows import FLOWS
from handlers.questions import Amount, Confirm, Count, Day, Documents, Lookup, Question, YesNo

TODAY = date(2026, 11, 23)

TEXTS: Mapping[str, tuple[str, ...]] = {
    "name": ("王芳", "阿依古丽·买买提", "Mary-Jane O'Neill"),
    "certno": ("110101198001010010", "110101201501010011", "110101196001010011", "E12345678"),
    "phone": ("13800138000", "043188775566"),
    "card": ("6222021234567890128", "6222021234567890"),
    "helper_name": ("李雷",),
    "helper_phone": ("13900139000",),
}
"""Answers by hand for the questions that read by a rule of their own: certificates of the old, of a child, and of a foreigner."""


@dataclass(frozen=True)
class Way:
    """A flow with what it is about."""

    place: str
    flow: str
    about: Mapping[str, Any]

    def start(self) -> Flow[Any]:
        return FLOWS[self.flow](Case(TODAY, load(self.place)), self.about)

    def __str__(self) -> str:
        return f"{self.place}-{self.flow}-{self.about['benefit']}"


def ways() -> list[Way]:
    """Every flow, about every benefit of every place."""
    return [Way(place, flow, about) for place in places() for benefit in load(place) for flow, about in _abouts(benefit)]


def _abouts(benefit: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    yield "benefit", {"benefit": benefit}
    yield "claim", {"benefit": benefit}
    yield "birthday", {"benefit": benefit, "age": 16, "facts": {"age": 15}}
    yield "mend", {"benefit": benefit, "claim": 7, "missing": ["bank_card"]}


def answers_to(question: Question[Any]) -> st.SearchStrategy[Any]:
    """Any answer to a question, as it is stored."""
    kind: Callable[[Any], st.SearchStrategy[Any]]
    for question_type, kind in KINDS.items():
        if isinstance(question, question_type):
            return kind(question)
    if question.key in TEXTS:
        return st.sampled_from(TEXTS[question.key])
    return st.sampled_from([option.value for option in question.options()])


def _papers(question: Documents) -> st.SearchStrategy[Any]:
    kinds = st.sampled_from([*(need.kind for need in question.needs), "of_another_flow"])
    upload = st.fixed_dictionaries({"upload": st.sampled_from(["a", "b", "c"])}, optional={"kind": kinds})
    return st.fixed_dictionaries({"uploads": st.lists(upload, min_size=question.least, max_size=4), "done": st.just(value=True)})


def _sums(question: Amount) -> st.SearchStrategy[Any]:
    values = [*SUMS, question.low, question.high, *(["unclear"] if question.may_be_unclear else [])]
    return st.sampled_from([value if question.of_year is None else {"year": question.of_year, "value": value} for value in values])


SUMS = (500_000, 500_001, 999_999, 1_000_000, 2_000_001, 6_500_000, 15_200_000)
"""Sums in fen on both sides of thresholds, and in some bands."""

KINDS: Mapping[type[Question[Any]], Callable[[Any], st.SearchStrategy[Any]]] = {
    YesNo: lambda question: st.sampled_from([True, False, *(["unclear"] if question.may_be_unclear else [])]),
    Amount: _sums,
    Count: lambda question: st.sampled_from([question.low, 15, 16, 60, 61, question.high]),
    Day: lambda question: st.dates(question.earliest, question.today).map(date.isoformat),
    Lookup: lambda _: st.sampled_from([{"id": 1, "name": "一汽总装工会"}, {"id": 2, "name": "长客焊接工会"}]),
    Documents: _papers,
    Confirm: lambda question: st.just(question.digest),
}


def walked(draw: Callable[[st.SearchStrategy[Any]], Any], way: Way, answers: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Answers from where these leave off to the end of the flow."""
    taken = dict(answers or {})
    while (question := replay(way.start, taken).pending) is not None:
        taken[question.key] = draw(answers_to(question))
    return taken


def seen(run: Replay[Any]) -> tuple[list[tuple[str, Any]], str | None, Any]:
    """What a replay comes to, in a form that can be compared."""
    return [(asked.question.key, asked.value) for asked in run.asked], run.pending.key if run.pending else None, run.outcome


def path(run: Replay[Any]) -> list[str]:
    """The keys on the way, in order."""
    return [asked.question.key for asked in run.asked]
