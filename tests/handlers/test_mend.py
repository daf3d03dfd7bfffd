"""Adding what a returned claim lacks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from calculator import load
from handlers.case import Case
from handlers.dialogue import Replay, replay
from handlers.mend import Mended, mend
from handlers.questions import Documents, HandedIn
from tests.handlers.walking import TODAY


def mended(missing: tuple[str, ...], answers: Mapping[str, Any]) -> Replay[Mended]:
    return replay(lambda: mend(Case(TODAY, load("changchun")), 7, "hospital", missing), answers)


@pytest.mark.parametrize(
    ("missing", "kinds"),
    [
        (("discharge_note",), ["discharge_note"]),
        (("bank_card", "receipt"), ["bank_card", "receipt"]),
        ((), ["receipt", "discharge_note", "bank_card"]),
        (("of_an_old_edition",), ["receipt", "discharge_note", "bank_card"]),
        (("of_an_old_edition", "receipt"), ["receipt"]),
    ],
)
def test_exactly_the_kinds_that_staff_named_are_asked_for(missing: tuple[str, ...], kinds: list[str]) -> None:
    question = mended(missing, {}).pending

    assert isinstance(question, Documents)
    assert [need.kind for need in question.needs] == kinds


def test_nothing_goes_back_before_a_paper_has_come() -> None:
    assert mended(("receipt",), {"documents": {"uploads": [], "done": True}}).outcome is None


def test_it_goes_back_with_what_came_and_says_what_is_still_missing() -> None:
    answers = {"documents": {"uploads": [{"upload": "a"}], "done": True}}

    assert mended(("receipt",), answers).outcome == Mended(7, (HandedIn("a", "receipt"),), 0)
    assert mended(("receipt", "bank_card"), answers).outcome == Mended(7, (HandedIn("a", "receipt"),), 1)


def test_the_papers_bear_the_words_of_the_edition_of_the_claim() -> None:
    def words(edition: str) -> str:
        run = replay(lambda: mend(Case(TODAY, load("changchun")), 7, "hospital", ("receipt",), edition), {})
        assert isinstance(run.pending, Documents)
        return run.pending.needs[0].hint["zh"]

    assert "盖章" in words("changchun/hospital@2021-01-01")
    assert "个人现金支付" in words("changchun/hospital@2023-01-01")
    assert words("of a place that is gone") == words("changchun/hospital@2023-01-01")
