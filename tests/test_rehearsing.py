"""New rules rehearsed on the claims in the database: what a legal officer sees, and that nothing is changed."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, func, select

from bot.__main__ import main
from bot.claims import resubmit
from bot.claims.cases import cases_of
from bot.claims.tables import claims
from bot.jobs.tables import jobs
from bot.rehearsing import read_arguments, rehearse_claims
from bot.store import Store
from calculator.policy import POLICIES
from tests.claims.making import CERTNO, NAME, NOW, Stay, claim_for, plant


def draft(tmp_path: Path) -> Path:
    """Changchun's hospital rules with a threshold of 9,000."""
    text = (POLICIES / "changchun" / "hospital.toml").read_text(encoding="utf-8")
    (tmp_path / "changchun").mkdir()
    file = tmp_path / "changchun" / "hospital.toml"
    head, mark, last = text.rpartition("[[edition]]")
    file.write_text(head + mark + last.replace('over = "5000"\nclause', 'over = "9000"\nclause'), encoding="utf-8")
    return file


def town_of_claims(conn: Connection) -> None:
    town = plant(conn)
    for number, (union, cash) in enumerate([(town.east_base, 800_000), (town.east_base, 15_200_000), (town.west_base, 890_000)]):
        claim_for(conn, Stay(union, out_of_pocket=cash), now=NOW + timedelta(minutes=number))
    gone = claim_for(conn, Stay(town.west_base, out_of_pocket=20_000_000), now=NOW + timedelta(hours=1))
    resubmit.withdraw(conn, gone.id, gone.chat, now=NOW + timedelta(hours=2))


async def test_the_claims_of_the_database_are_the_cases(store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    await store.write(town_of_claims)
    picture = tmp_path / "picture.svg"

    words = ["changchun/hospital@2023-01-01", str(draft(tmp_path)), "--picture", str(picture), "--table", str(tmp_path / "table.csv")]
    status = await rehearse_claims(store, read_arguments(words))

    told = capsys.readouterr().out
    assert status == 0
    assert "3 cases: 0 get more, 2 get less, 1 the same, 0 open" in told
    assert "eligible → ineligible: 2" in told
    assert "纺织厂工会" in told
    assert picture.exists()
    assert NAME not in told + picture.read_text(encoding="utf-8") + (tmp_path / "table.csv").read_text(encoding="utf-8")


async def test_a_case_says_what_was_stated_and_not_whose_it_is(store: Store) -> None:
    await store.write(town_of_claims)

    (row, *_) = (await store.read(cases_of, "hospital")).rows()

    assert row.cells["out_of_pocket"] == "8000.00"
    assert row.cells["discharged_on"] == "2026-11-03"
    assert row.cells["union"] == "机床厂工会"
    assert not {NAME, CERTNO} & set(row.cells.values())


async def test_a_rehearsal_changes_nothing(store: Store) -> None:
    await store.write(town_of_claims)

    def counts(conn: Connection) -> tuple[object, object]:
        kept = conn.execute(select(func.count(), func.max(claims.c.revision)).select_from(claims)).one()
        return kept, conn.scalar(select(func.count(jobs.c.id)))

    before = await store.read(counts)
    await rehearse_claims(store, read_arguments(["changchun/hospital@2023-01-01", "changchun/hospital@2021-01-01"]))

    assert await store.read(counts) == before


async def test_without_claims_it_says_so(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    assert await rehearse_claims(store, read_arguments(["changchun/fire@2021-01-01", "changchun/fire@2023-01-01"])) == 0
    assert "0 cases" in capsys.readouterr().out


def test_as_a_command_an_unknown_edition_is_refused_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setattr("bot.logs.set_up", lambda _level: None)  # or the tests after this one would log to what it closes

    assert main(["rehearse", "changchun/hospital@1999-01-01", "changchun/hospital@2023-01-01"]) == 2
    assert capsys.readouterr().err.splitlines() == ["changchun/hospital@1999-01-01: there is no such policy or edition"]
