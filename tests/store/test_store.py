"""Transactions: each work whole or not at all, alone in its failure, and durable before its caller hears of it."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from typing import Never

import pytest
from sqlalchemy import Column, Connection, Integer, MetaData, String, Table, func, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from bot.store import Keyring, Store
from bot.store.errors import StoreClosed, StoreError, StoreUnavailable, WorkBroken
from bot.store.tables import BigId

notes = Table("notes", MetaData(), Column("id", BigId, primary_key=True), Column("text", String(40), unique=True), Column("n", Integer))


@pytest.fixture(autouse=True)
def made(request: pytest.FixtureRequest) -> None:
    if "store" in request.fixturenames:
        notes.metadata.create_all(request.getfixturevalue("store").engine)


def put(conn: Connection, what: str) -> None:
    conn.execute(insert(notes), {"text": what, "n": 0})


def put_and_fail(conn: Connection, what: str) -> None:
    put(conn, what)
    raise ArithmeticError(what)


def texts(conn: Connection) -> set[str]:
    return set(conn.scalars(select(notes.c.text)))


async def test_a_work_returns_its_value_once_it_is_stored(store: Store) -> None:
    def counted(conn: Connection, what: str, *, times: int) -> int:
        put(conn, what)
        return times

    assert await store.write(counted, "a", times=3) == 3
    assert await store.read(texts) == {"a"}


async def test_a_work_that_fails_leaves_nothing_and_hurts_no_batch_mate(store: Store) -> None:
    works = [store.write(put_and_fail if i % 3 == 0 else put, f"{i}") for i in range(60)]

    results = await asyncio.gather(*works, return_exceptions=True)

    assert [isinstance(result, ArithmeticError) for result in results] == [i % 3 == 0 for i in range(60)]
    assert await store.read(texts) == {f"{i}" for i in range(60) if i % 3}


async def test_a_refused_statement_leaves_nothing_of_its_work_and_hurts_no_batch_mate(store: Store) -> None:
    await store.write(put, "taken")

    def put_both(conn: Connection, what: str) -> None:
        put(conn, what)
        put(conn, "taken")

    results = await asyncio.gather(
        store.write(put, "before"), store.write(put_both, "lost"), store.write(put, "after"), return_exceptions=True
    )

    assert isinstance(results[1], IntegrityError)
    assert await store.read(texts) == {"taken", "before", "after"}


async def test_stop_iteration_from_a_work_reaches_its_caller_and_leaves_nobody_waiting(store: Store) -> None:
    def exhausted(conn: Connection) -> Never:
        put(conn, "lost")
        raise StopIteration

    results = await asyncio.wait_for(
        asyncio.gather(store.write(put, "a"), store.write(exhausted), store.write(put, "b"), return_exceptions=True), 10
    )

    assert isinstance(results[1], WorkBroken)
    assert await store.read(texts) == {"a", "b"}


async def test_what_a_caller_was_told_is_stored_is_seen_by_the_next_reader(store: Store) -> None:
    async def write_then_read(i: int) -> bool:
        await store.write(put, f"{i}")
        return f"{i}" in await store.read(texts)

    assert all(await asyncio.gather(*(write_then_read(i) for i in range(40))))


async def test_a_read_cannot_write(store: Store) -> None:
    with pytest.raises(Exception, match=r"(?i)read.?only"):
        await store.read(put, "a")

    assert await store.read(texts) == set()


async def test_a_report_reads_what_is_stored(store: Store) -> None:
    await store.write(put, "a")

    assert await store.report(texts) == {"a"}


async def test_listeners_hear_of_commits_and_not_of_failures_or_reads(store: Store) -> None:
    heard = asyncio.Event()
    store.on_commit.append(heard.set)

    await asyncio.gather(store.write(put_and_fail, "a"), return_exceptions=True)
    await store.read(texts)
    assert not heard.is_set()

    await store.write(put, "b")
    await asyncio.wait_for(heard.wait(), 60)


async def test_a_hundred_increments_at_once_all_count(store: Store) -> None:
    await store.write(put, "a")

    def increment(conn: Connection) -> None:
        n = conn.scalar(select(notes.c.n).where(notes.c.text == "a").with_for_update())
        assert n is not None
        conn.execute(update(notes).where(notes.c.text == "a").values(n=n + 1))

    await asyncio.gather(*(store.write(increment) for _ in range(100)))

    assert await store.read(lambda conn: conn.scalar(select(notes.c.n))) == 100


async def test_a_cancelled_caller_does_not_stop_the_others(store: Store) -> None:
    tasks = [asyncio.create_task(store.write(put, f"{i}")) for i in range(20)]
    await asyncio.sleep(0)
    tasks[3].cancel()

    await asyncio.gather(*tasks, return_exceptions=True)

    assert await store.read(texts) >= {f"{i}" for i in range(20) if i != 3}


async def test_closing_finishes_what_waits_and_refuses_what_comes_after(store: Store, database_url: str, keyring: Keyring) -> None:
    tasks = [asyncio.create_task(store.write(put, f"{i}")) for i in range(50)]
    await asyncio.sleep(0)

    await store.close()

    await asyncio.gather(*tasks)
    with pytest.raises(StoreClosed):
        await store.write(put, "late")
    again = Store.open(database_url, keyring)
    assert len(await again.read(texts)) == 50
    await again.close()


async def test_an_error_carries_no_value_that_was_written(store: Store) -> None:
    await store.write(put, "王秀英")

    with pytest.raises(IntegrityError) as caught:
        await store.write(put, "王秀英")

    assert "王秀英" not in str(caught.value).replace("Key (text)=(王秀英)", "")


async def test_an_address_of_another_database_is_refused(keyring: Keyring) -> None:
    with pytest.raises(StoreError, match="begins with"):
        Store.open("mysql://x", keyring)


async def test_a_full_disk_fails_the_whole_batch_and_the_store_recovers(sqlite_store: Store) -> None:
    store = sqlite_store
    notes.metadata.create_all(store.engine)

    def fill(conn: Connection) -> None:
        pages = conn.exec_driver_sql("PRAGMA page_count").scalar_one()
        conn.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
        conn.execute(
            text("CREATE TABLE ballast AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 9999) SELECT i FROM n")
        )

    results = await asyncio.gather(store.write(fill), *(store.write(put, f"{i}") for i in range(5)), return_exceptions=True)

    assert isinstance(results[0], StoreUnavailable)
    stored = await store.read(texts)
    assert stored == {f"{i}" for i, result in enumerate(results[1:]) if result is None}
    await store.write(put, "after")
    assert "after" in await store.read(texts)


async def test_a_transaction_taken_back_by_the_database_fails_for_all_in_it(sqlite_store: Store) -> None:
    store = sqlite_store
    notes.metadata.create_all(store.engine)

    def taken_back(conn: Connection) -> None:
        conn.exec_driver_sql("INSERT OR ROLLBACK INTO notes (id, text) VALUES (1, 'x'), (1, 'y')")

    batch = [store.write(put, "before"), store.write(taken_back), store.write(put, "after")]
    results = await asyncio.gather(*batch, return_exceptions=True)

    assert all(isinstance(result, StoreUnavailable) for result in results)
    assert await store.read(texts) == set()
    await store.write(put, "next")
    assert await store.read(texts) == {"next"}


@pytest.fixture
def other_writer(sqlite_url: str) -> Iterator[sqlite3.Connection]:
    conn = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None, check_same_thread=False)
    yield conn
    conn.close()


async def test_a_locked_database_is_waited_for(sqlite_store: Store, other_writer: sqlite3.Connection) -> None:
    notes.metadata.create_all(sqlite_store.engine)
    other_writer.execute("BEGIN IMMEDIATE")

    waiting = asyncio.create_task(sqlite_store.write(put, "a"))
    done, _ = await asyncio.wait([waiting], timeout=0.3)
    assert not done
    assert await sqlite_store.read(texts) == set()
    other_writer.execute("COMMIT")

    await asyncio.wait_for(waiting, 60)
    assert await sqlite_store.read(texts) == {"a"}


async def test_two_works_that_lock_each_other_out_are_run_again_until_both_are_stored(postgres_url: str, keyring: Keyring) -> None:
    store = Store.open(postgres_url, keyring)
    notes.metadata.create_all(store.engine)
    await store.write(put, "a")
    await store.write(put, "b")

    def add(conn: Connection, first: str, second: str) -> None:
        for name in (first, second):
            conn.execute(update(notes).where(notes.c.text == name).values(n=notes.c.n + 1))
            conn.execute(select(func.pg_sleep(0.02)))

    await asyncio.gather(*(store.write(add, *pair) for pair in [("a", "b"), ("b", "a")] * 2))

    assert await store.read(lambda conn: list(conn.scalars(select(notes.c.n)))) == [4, 4]
    await store.close()


async def test_connections_cut_by_the_server_are_replaced_without_the_callers_noticing(postgres_url: str, keyring: Keyring) -> None:
    store = Store.open(postgres_url, keyring)
    notes.metadata.create_all(store.engine)
    await asyncio.gather(*(store.write(put, f"{i}") for i in range(20)))

    cut = text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
    await store.write(lambda conn: conn.execute(cut).all() and None)
    await asyncio.gather(*(store.write(put, f"more {i}") for i in range(20)))

    assert len(await store.read(texts)) == 40
    await store.close()
