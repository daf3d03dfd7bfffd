"""Queuing: with the transaction or not at all, once per key, and nothing readable on disk."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection, func, insert, select, text

from bot import jobs
from bot.jobs.queue import _next, _ready
from bot.jobs.tables import jobs as table
from bot.store import Store
from tests.jobs.working import HandClock

NOW = HandClock().now


def count(conn: Connection) -> int:
    return conn.scalar(select(func.count()).select_from(table)) or 0


async def test_a_job_of_a_work_that_fails_was_never_queued(store: Store) -> None:
    def work(conn: Connection) -> None:
        jobs.add(conn, "notice", {}, now=NOW)
        raise ArithmeticError

    with pytest.raises(ArithmeticError):
        await store.write(work)

    assert await store.read(count) == 0


async def test_a_key_still_there_adds_nothing(store: Store) -> None:
    def work(conn: Connection) -> None:
        jobs.add(conn, "notice", {"n": 1}, now=NOW, dedupe="claim 1 approved")
        jobs.add(conn, "notice", {"n": 2}, now=NOW, dedupe="claim 1 approved")
        jobs.add(conn, "notice", {"n": 3}, now=NOW, dedupe="claim 2 approved")
        jobs.add(conn, "notice", {"n": 4}, now=NOW)
        jobs.add(conn, "notice", {"n": 5}, now=NOW)

    await store.write(work)

    payloads = await store.read(lambda conn: [payload["n"] for payload in conn.scalars(select(table.c.payload).order_by(table.c.id))])
    assert payloads == [1, 3, 4, 5]


async def test_a_payload_cannot_be_read_off_the_database(store: Store) -> None:
    await store.write(jobs.add, "notice", {"name": "王秀英"}, now=NOW)

    raw = await store.read(lambda conn: conn.execute(text("SELECT payload FROM jobs")).scalar_one())

    assert "王秀英".encode() not in bytes(raw)


async def test_taking_and_looking_ahead_read_an_index_and_not_the_whole_table(sqlite_store: Store) -> None:
    def fill(conn: Connection) -> None:
        row = {"kind": "notice", "payload": {}, "due": NOW, "added_at": NOW}
        conn.execute(insert(table), [row | {"lane": f"telegram:{i % 50}"} for i in range(2000)])
        conn.exec_driver_sql("ANALYZE")

    await sqlite_store.write(fill)

    def plan(conn: Connection) -> str:
        steps = []
        for query in (_ready, _next):
            compiled = query.params(now=NOW, kinds=["notice"], free=64).compile(conn, compile_kwargs={"render_postcompile": True})
            values = tuple("1" for _ in compiled.positiontup or ())
            steps += [row.detail for row in conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}", values)]
        return "\n".join(steps)

    steps = await sqlite_store.read(plan)
    assert steps.count("USING INDEX ix_jobs_due") + steps.count("USING COVERING INDEX ix_jobs_due") == 2, steps
    assert steps.count("INDEX ix_jobs_lane (lane=? AND id<?)") == 2, steps


async def test_the_id_of_a_job_that_is_gone_is_never_given_again(store: Store) -> None:
    ids = []
    for _ in range(3):
        await store.write(jobs.add, "notice", {}, now=NOW)
        ids.append(await store.write(lambda conn: conn.execute(table.delete().returning(table.c.id)).scalar_one()))

    assert len(set(ids)) == 3
