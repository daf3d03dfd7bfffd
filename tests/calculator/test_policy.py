"""Which edition is in force, and how it is found again."""

from __future__ import annotations

from datetime import date

import pytest

from calculator.edition import Edition
from calculator.errors import FactError, NoEditionError, UnknownPolicyError
from calculator.facts import FACTS, UNCLEAR, FactType
from calculator.policy import edition_of, load, places, policy_named

EDITIONS = [found for place in places() for policy in load(place).values() for found in policy.editions]


@pytest.mark.parametrize(
    ("day", "starts"),
    [(date(2021, 1, 1), date(2021, 1, 1)), (date(2022, 12, 31), date(2021, 1, 1)), (date(2023, 1, 1), date(2023, 1, 1))],
)
def test_an_edition_is_in_force_from_its_day_on(day: date, starts: date) -> None:
    assert policy_named("changchun/fire").edition_on(day).starts == starts


def test_before_the_first_edition_there_is_none() -> None:
    with pytest.raises(NoEditionError) as refused:
        policy_named("changchun/fire").edition_on(date(2020, 12, 31))

    assert (refused.value.first, refused.value.day) == (date(2021, 1, 1), date(2020, 12, 31))
    assert "changchun/fire" in str(refused.value)


def test_the_fire_edition_of_2021_asked_for_the_members_own_home() -> None:
    before, after = policy_named("changchun/fire").editions

    assert "own_home" in before.asks
    assert "own_home" not in after.asks


@pytest.mark.parametrize("found", EDITIONS, ids=lambda found: found.id)
def test_an_edition_is_found_by_the_id_a_claim_keeps(found: Edition) -> None:
    assert edition_of(found.id) is found


@pytest.mark.parametrize(
    "name", ["atlantis/hospital", "changchun/dental", "changchun", "../changchun/hospital", "changchun/hospital@1999-01-01"]
)
def test_what_there_is_no_file_for_is_unknown(name: str) -> None:
    with pytest.raises(UnknownPolicyError):
        edition_of(name)


@pytest.mark.parametrize("found", EDITIONS, ids=lambda found: found.id)
def test_every_edition_has_a_source_papers_and_choices_to_tap(found: Edition) -> None:
    assert found.source
    assert {"zh", "en"} == found.title.keys()
    assert len({need.kind for need in found.documents}) == len(found.documents) > 0
    for fact in (*found.asks, *found.claim_asks):
        assert FACTS[fact].type is not FactType.CHOICE or 2 <= len(found.choices(fact)) <= 12


def test_an_injury_is_one_of_the_list() -> None:
    (accident,) = policy_named("changchun/accident").editions

    assert accident.check("injury", "spine") == "spine"
    assert accident.check("injury", UNCLEAR) is UNCLEAR
    with pytest.raises(FactError) as refused:
        accident.check("injury", "nose")
    assert (refused.value.fact, refused.value.value, refused.value.reason) == ("injury", "nose", "not_a_choice")


def test_a_stay_has_the_causes_every_policy_knows() -> None:
    _, hospital = policy_named("changchun/hospital").editions

    assert [choice.id for choice in hospital.choices("stay_cause")] == ["illness", "injury", "maternity"]
