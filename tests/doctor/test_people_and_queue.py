"""Nobody who can sign in, what did not arrive, and jobs that nobody does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, update

from bot import jobs
from bot.doctor.finding import NotThereError, Patient
from bot.doctor.people import administrator
from bot.doctor.queue import stuck, undelivered
from bot.jobs.tables import DEAD
from bot.jobs.tables import jobs as queued
from bot.staff.roles import Role
from bot.staff.tables import staff
from bot.store import Store
from tests.claims.making import hire
from tests.doctor.asking import ask, settings


@pytest.fixture
def patient(tmp_path: Path, store: Store, database_url: str) -> Patient:
    """A deployment on each database in turn."""
    return Patient(settings(tmp_path, database_url=database_url), is_running=True)


def add(conn: Connection, /, ago: timedelta, **values: object) -> None:
    jobs.add(conn, "notice", {}, now=datetime.now(UTC) - ago)
    if values:
        conn.execute(update(queued).values(values))


async def test_before_the_first_account_the_link_is_to_be_opened(patient: Patient) -> None:
    assert await ask(administrator, patient) == [("warning", "nobody")]


async def test_one_administrator_who_can_sign_in_is_enough(patient: Patient, store: Store) -> None:
    await store.write(hire, "boss", Role.ADMINISTRATOR)

    assert await ask(administrator, patient) == [("ok", "ok")]


@pytest.mark.parametrize("values", [{"disabled": True}, {"password_hash": None}, {"role": "approver"}])
async def test_without_an_administrator_nobody_can_manage_accounts(patient: Patient, store: Store, values: dict[str, object]) -> None:
    def work(conn: Connection) -> None:
        boss = hire(conn, "boss", Role.ADMINISTRATOR)
        conn.execute(update(staff).where(staff.c.id == boss.id).values(values))
        hire(conn, "reviewer")

    await store.write(work)

    assert await ask(administrator, patient) == [("wrong", "none")]


async def test_an_empty_queue_is_fine(patient: Patient) -> None:
    assert await ask(undelivered, patient) == [("ok", "ok")]
    assert await ask(stuck, patient) == [("ok", "ok")]


async def test_what_was_given_up_is_counted_by_kind(patient: Patient, store: Store) -> None:
    await store.write(add, timedelta(0), state=DEAD, reason="blocked")

    (finding,) = await undelivered(patient)

    assert (finding.level.value, finding.figures) == ("warning", {"count": 1, "kinds": "notice 1"})


@pytest.mark.parametrize(("running", "found"), [(True, ("wrong", "late")), (False, ("warning", "waiting"))])
async def test_jobs_long_due_are_wrong_only_while_the_server_runs(
    patient: Patient, store: Store, running: bool, found: tuple[str, str]
) -> None:
    await store.write(add, timedelta(minutes=11))

    assert await ask(stuck, Patient(patient.settings, is_running=running)) == [found]


async def test_a_job_just_due_is_not_late(patient: Patient, store: Store) -> None:
    await store.write(add, timedelta(minutes=9))

    assert await ask(stuck, patient) == [("ok", "ok")]


async def test_a_notice_tried_again_and_again_is_named(patient: Patient, store: Store) -> None:
    await store.write(add, timedelta(hours=2), attempts=3, due=datetime.now(UTC) + timedelta(minutes=5))

    assert await ask(stuck, patient) == [("warning", "tried")]


async def test_without_tables_other_checks_speak(tmp_path: Path) -> None:
    for check in (administrator, undelivered, stuck):
        with pytest.raises(NotThereError):
            await check(Patient(settings(tmp_path / "none")))
