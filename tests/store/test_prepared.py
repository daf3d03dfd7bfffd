"""Prepared statements read, write, encrypt and fail as the same statement run by SQLAlchemy."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from sqlalchemy import Connection, bindparam, insert, select, text
from sqlalchemy.exc import DataError, IntegrityError, OperationalError

from bot.conversation.tables import conversations, updates
from bot.jobs.tables import jobs
from bot.store import Keyring, Store
from bot.store.errors import OutcomeUnknown, StoreUnavailable
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


async def test_what_is_left_for_later_is_stored_with_its_work(store: Store) -> None:
    await store.write(lambda conn: [add.later(conn, ROW)])

    assert await store.read(find.run, {"of": "a"}) == (ROW["state"], NOW)


async def test_statements_run_in_the_order_they_were_given(store: Store) -> None:
    def work(conn: Connection) -> list[str]:
        add_update.later(conn, {"number": "1"})
        by_sqlalchemy = list(conn.scalars(select(updates.c.update_id)))
        add_update.later(conn, {"number": "2"})
        with conn.begin_nested() as half:
            add_update.later(conn, {"number": "3"})
            half.rollback()
        return by_sqlalchemy

    assert await store.write(work) == ["1"]
    assert await store.read(lambda conn: list(conn.scalars(select(updates.c.update_id)))) == ["1", "2"]


async def test_an_answer_can_be_asked_for_late_and_twice(store: Store) -> None:
    await store.write(add.run, ROW)

    def work(conn: Connection) -> list[Any]:
        here, nowhere = find.later(conn, {"of": "a"}), find.later(conn, {"of": "nobody"})
        return [nowhere(), here(), here()]

    assert await store.write(work) == [None, (ROW["state"], NOW), (ROW["state"], NOW)]


async def test_a_rule_broken_by_what_was_left_for_later_fails_the_whole_work(store: Store) -> None:
    def work(conn: Connection) -> None:
        add.later(conn, ROW)
        add_update.later(conn, {"number": "7"})
        add_update.later(conn, {"number": "7"})

    with pytest.raises(IntegrityError):
        await store.write(work)

    assert await store.read(find.run, {"of": "a"}) is None
    assert await store.read(lambda conn: conn.execute(select(updates)).all()) == []


async def test_a_work_that_fails_leaves_nothing_for_later(store: Store) -> None:
    def fail(conn: Connection) -> None:
        add_update.later(conn, {"number": "8"})
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await store.write(fail)
    for chat in range(20):
        await store.write(add.run, ROW | {"id": chat, "chat": str(chat)})

    assert await store.read(lambda conn: conn.execute(select(updates)).all()) == []


async def test_every_kind_of_value_comes_back_as_it_went(store: Store) -> None:
    odd = {"chat": "'; -- $1 %(of)s \U0001f4a1", "revision": -(2**31), "state": {"": ["\x00", None, 10**20]}}
    await store.write(add.run, ROW | odd | {"changed_at": NOW.replace(microsecond=1)})

    assert await store.read(find.run, {"of": odd["chat"]}) == (odd["state"], NOW.replace(microsecond=1))


async def test_what_the_database_does_not_take_is_an_error_and_not_cut_short(postgres_url: str, keyring: Keyring) -> None:
    store = Store.open(postgres_url, keyring)

    with pytest.raises(DataError):
        await store.write(add_update.run, {"number": "a\x00b"})

    await store.close()


async def test_a_connection_cut_on_the_way_to_the_commit_leaves_the_outcome_unknown(postgres_url: str, keyring: Keyring) -> None:
    store = Store.open(postgres_url, keyring)

    def cut(conn: Connection) -> None:
        server = conn.scalar(text("SELECT pg_backend_pid()"))
        add_update.later(conn, {"number": "1"})
        with psycopg.connect(postgres_url.replace("+psycopg", ""), autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(%s, 5000)", [server])

    with pytest.raises(OutcomeUnknown):
        await store.write(cut)

    await store.write(add_update.run, {"number": "2"})
    await store.close()


async def test_a_connection_cut_before_its_first_statement_is_replaced(postgres_url: str, keyring: Keyring) -> None:
    store = Store.open(postgres_url, keyring)
    for number in range(20):
        await store.write(add_update.run, {"number": f"before {number}"})
    with psycopg.connect(postgres_url.replace("+psycopg", ""), autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )

    await asyncio.gather(*(store.write(add_update.run, {"number": f"after {number}"}) for number in range(20)))

    assert len(await store.read(lambda conn: conn.execute(select(updates)).all())) == 40
    await store.close()


async def test_a_work_taken_back_leaves_every_prepared_statement_in_place(store: Store) -> None:
    def often_then_taken_back(conn: Connection) -> None:
        for _ in range(7):  # a driver may prepare by itself what it runs often
            conn.execute(text("select count(*) from conversations"))
        raise ZeroDivisionError

    await store.write(add.run, ROW)
    for _ in range(12):
        with pytest.raises(ZeroDivisionError):
            await store.write(often_then_taken_back)
        assert await store.write(find.run, {"of": "a"}) == (ROW["state"], NOW)
