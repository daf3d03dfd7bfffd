"""The record: whole, in order, and unable to be changed without showing it."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Connection, LargeBinary, delete, literal, select, text, update
from sqlalchemy.exc import DBAPIError

from bot import audit
from bot.store import Store

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)


def fill(conn: Connection) -> None:
    for n in range(5):
        for subject in ("claim:17", "claim:18"):
            audit.record(conn, at=NOW, actor=f"staff:{n}", action="claim.look", subject=subject, detail={"field": "证件号码", "n": n})


def without_triggers(conn: Connection) -> None:
    """What somebody with the database's own password can do."""
    names = ("audit", "audit_heads", "audit_seals")
    for name in names:
        if conn.dialect.name == "sqlite":
            conn.execute(text(f"DROP TRIGGER {name}_no_update"))
            conn.execute(text(f"DROP TRIGGER {name}_no_delete"))
        else:
            conn.execute(text(f"ALTER TABLE {name} DISABLE TRIGGER USER"))


async def test_history_gives_a_subjects_entries_in_order(store: Store) -> None:
    await store.write(fill)

    entries = await store.read(audit.history, "claim:17")

    assert [entry.seq for entry in entries] == [1, 2, 3, 4, 5]
    assert entries[2] == audit.Entry(3, NOW, "staff:2", "claim.look", "claim:17", {"field": "证件号码", "n": 2})
    assert await store.read(audit.verify, "claim:17") is None
    assert await store.read(audit.history, "claim:99") == []
    assert await store.read(audit.verify, "claim:99") is None


async def test_an_entry_cannot_be_replaced_by_another(sqlite_store: Store) -> None:
    def replace(conn: Connection) -> None:
        conn.execute(text("INSERT OR REPLACE INTO audit SELECT id, subject, seq, at, 'staff:9', action, detail, previous, hash FROM audit"))

    await sqlite_store.write(fill)

    with pytest.raises(DBAPIError, match="append-only"):
        await sqlite_store.write(replace)
    assert await sqlite_store.read(audit.verify, "claim:17") is None


async def test_the_subjects_are_those_of_the_entries_and_of_the_sealed_heads(store: Store) -> None:
    def work(conn: Connection) -> None:
        fill(conn)
        audit.seal(conn, TODAY)
        without_triggers(conn)
        conn.execute(delete(audit.audit).where(audit.audit.c.subject == "claim:17"))

    await store.write(work)

    assert await store.read(audit.subjects) == {"claim:17", "claim:18"}
    assert await store.read(audit.verify, "claim:17") == 1


async def test_an_entry_of_a_work_that_fails_was_never_made(store: Store) -> None:
    def work(conn: Connection) -> None:
        fill(conn)
        raise ArithmeticError

    with pytest.raises(ArithmeticError):
        await store.write(work)

    assert await store.read(audit.history, "claim:17") == []


@pytest.mark.parametrize(
    "change", ["UPDATE audit SET actor = 'staff:9'", "DELETE FROM audit", "DELETE FROM audit_heads", "UPDATE audit_seals SET hash = ''"]
)
async def test_the_database_itself_refuses_changes(store: Store, change: str) -> None:
    await store.write(fill)
    await store.write(audit.seal, TODAY)

    with pytest.raises(DBAPIError, match="append-only"):
        await store.write(lambda conn: conn.execute(text(change)) and None)

    assert await store.read(audit.verify, "claim:17") is None


async def test_postgresql_refuses_to_empty_the_table(store: Store) -> None:
    await store.write(fill)

    if store.dialect == "postgresql":
        with pytest.raises(DBAPIError, match="append-only"):
            await store.write(lambda conn: conn.execute(text("TRUNCATE audit")) and None)

    assert len(await store.read(audit.history, "claim:17")) == 5


TABLE = audit.audit
THIRD = (TABLE.c.subject == "claim:17") & (TABLE.c.seq == 3)


@pytest.mark.parametrize(
    "tampering",
    [
        update(TABLE).where(THIRD).values(actor="staff:9"),
        update(TABLE).where(THIRD).values(action="claim.approve"),
        update(TABLE).where(THIRD).values(at=NOW + timedelta(microseconds=1)),
        update(TABLE).where(THIRD).values(detail={"field": "another"}),
        update(TABLE).where(THIRD).values(detail=literal(b"not sealed", LargeBinary())),
        update(TABLE).where(THIRD).values(hash="0" * 64),
        update(TABLE).where(THIRD).values(previous="0" * 64),
        delete(TABLE).where(THIRD),
    ],
    ids=["actor", "action", "moment", "detail", "seal of the detail", "hash", "link", "removed"],
)
async def test_any_tampering_shows_at_its_entry_and_in_no_other_chain(store: Store, tampering: object) -> None:
    await store.write(fill)

    def tamper(conn: Connection) -> None:
        without_triggers(conn)
        conn.execute(tampering)  # type: ignore[call-overload]  # an UPDATE or a DELETE

    await store.write(tamper)

    assert await store.read(audit.verify, "claim:17") == 3
    assert await store.read(audit.verify, "claim:18") is None


async def test_an_entry_copied_from_another_subject_shows(store: Store) -> None:
    await store.write(fill)

    def tamper(conn: Connection) -> None:
        without_triggers(conn)
        conn.execute(delete(TABLE).where(TABLE.c.subject == "claim:18"))
        conn.execute(update(TABLE).where(TABLE.c.subject == "claim:17").values(subject="claim:18"))

    await store.write(tamper)

    assert await store.read(audit.verify, "claim:18") == 1


async def test_entries_cut_off_at_the_end_show_once_their_day_is_sealed(store: Store) -> None:
    await store.write(fill)
    await store.write(audit.seal, TODAY)
    assert await store.read(audit.verify, "claim:17") is None

    def tamper(conn: Connection) -> None:
        without_triggers(conn)
        conn.execute(delete(TABLE).where(TABLE.c.subject == "claim:17", TABLE.c.seq >= 4))

    await store.write(tamper)

    assert await store.read(audit.verify, "claim:17") == 4


async def test_a_chain_removed_whole_shows_once_its_day_is_sealed(store: Store) -> None:
    await store.write(fill)
    await store.write(audit.seal, TODAY)

    def tamper(conn: Connection) -> None:
        without_triggers(conn)
        conn.execute(delete(TABLE).where(TABLE.c.subject == "claim:17"))

    await store.write(tamper)

    assert await store.read(audit.verify, "claim:17") == 1


async def test_seals_are_chained_day_by_day_and_a_head_changed_shows(store: Store) -> None:
    for days in range(3):
        await store.write(audit.record, at=NOW + timedelta(days=days), actor="system", action="claim.paid", subject=f"claim:{days}")
        await store.write(audit.seal, TODAY + timedelta(days=days))
        await store.write(audit.seal, TODAY + timedelta(days=days))
    assert await store.read(audit.verify_seals) is None

    def tamper(conn: Connection) -> None:
        without_triggers(conn)
        conn.execute(delete(audit.audit_heads).where(audit.audit_heads.c.subject == "claim:1"))

    await store.write(tamper)

    assert await store.read(audit.verify_seals) == TODAY + timedelta(days=1)


async def test_a_seal_holds_the_chains_that_grew_that_day_and_no_others(store: Store) -> None:
    for hours, subject in ((-24, "claim:1"), (0, "claim:2"), (24, "claim:3")):
        await store.write(audit.record, at=NOW + timedelta(hours=hours), actor="system", action="claim.paid", subject=subject)

    await store.write(audit.seal, TODAY)

    assert await store.read(lambda conn: list(conn.scalars(select(audit.audit_heads.c.subject)))) == ["claim:2"]


async def test_many_at_once_about_one_subject_make_one_unbroken_chain(store: Store) -> None:
    works = [
        store.write(audit.record, at=NOW, actor=f"staff:{n}", action="claim.look", subject="claim:17", detail={"n": n}) for n in range(50)
    ]

    await asyncio.gather(*works)

    entries = await store.read(audit.history, "claim:17")
    assert [entry.seq for entry in entries] == list(range(1, 51))
    assert {entry.detail["n"] for entry in entries} == set(range(50))
    assert await store.read(audit.verify, "claim:17") is None
