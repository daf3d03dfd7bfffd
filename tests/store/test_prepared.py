"""Prepared statements read, write, encrypt and fail as the same statement run by SQLAlchemy."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Connection, bindparam, insert, select, text
from sqlalchemy.exc import IntegrityError, OperationalError

from bot.conversation.tables import conversations, updates
from bot.jobs.tables import jobs
from bot.store import Store
from bot.store.errors import StoreUnavailable
from bot.store.prepared import Prepared, PreparedError

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
ROW = {"id": 1, "channel": "web", "chat": "a", "locale": "en", "revision": 3, "state": {"answers": {"年龄": 45}}, "changed_at": NOW}
names: dict[str, Any] = {name: bindparam(name) for name in ROW}
add = Prepared(insert(conversations).values(names))
find = Prepared(select(conversations.c.state, conversations.c.changed_at).where(conversations.c.chat == bindparam("of")))
add_update = Prepared(insert(updates).values({"channel": "web", "update_id": bindparam("number")}))


async def test_what_one_writes_the_other_reads(store: Store) -> None:
    await store.write(add.run, ROW)

    prepared = await store.read(find.run, {"of": "a"})

    assert prepared == (ROW["state"], NOW)
    assert await store.read(lambda conn: tuple(conn.execute(select(conversations.c.state, conversations.c.changed_at)).one())) == prepared


async def test_no_row_is_none(store: Store) -> None:
    assert await store.read(find.run, {"of": "nobody"}) is None


async def test_what_is_sealed_is_not_plain_in_the_database(store: Store) -> None:
    await store.write(add.run, ROW)

    stored = await store.read(lambda conn: bytes(conn.execute(text("SELECT state FROM conversations")).scalar_one()))

    assert "年龄".encode() not in stored


async def test_a_broken_rule_of_the_database_is_the_same_error(store: Store) -> None:
    await store.write(add_update.run, {"number": "7"})

    with pytest.raises(IntegrityError):
        await store.write(add_update.run, {"number": "7"})


async def test_a_work_that_fails_after_it_leaves_nothing(store: Store) -> None:
    def fail(conn: Connection) -> None:
        add_update.run(conn, {"number": "8"})
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await store.write(fail)

    assert await store.read(lambda conn: conn.execute(select(updates)).all()) == []


async def test_an_error_carries_no_value(store: Store) -> None:
    await store.write(add.run, ROW | {"chat": "a-secret"})

    with pytest.raises(IntegrityError) as caught:
        await store.write(add.run, ROW | {"chat": "a-secret", "locale": "secret"})

    assert "secret" not in str(caught.value.statement)
    assert caught.value.params is None


async def test_a_database_that_cannot_be_used_has_its_own_name(sqlite_store: Store) -> None:
    nothing = Prepared(select(jobs.c.id).where(jobs.c.id == bindparam("id")))
    await sqlite_store.write(lambda conn: conn.execute(text("DROP TABLE jobs")))

    with pytest.raises(StoreUnavailable) as caught:
        await sqlite_store.read(nothing.run, {"id": 1})

    assert isinstance(caught.value.__cause__, OperationalError)


async def test_a_column_left_to_its_default_is_refused(store: Store) -> None:
    forgetful = Prepared(insert(jobs).values(kind=bindparam("kind"), payload=bindparam("payload"), due=NOW, added_at=NOW))

    with pytest.raises(PreparedError):
        await store.write(forgetful.run, {"kind": "notice", "payload": {}})
