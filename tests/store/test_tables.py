"""The shared column types, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import Column, Connection, MetaData, String, Table, select, text
from sqlalchemy.exc import StatementError

from bot.store import Keyring, Store
from bot.store.encryption import EncryptedJson, EncryptedText
from bot.store.errors import Unreadable
from bot.store.tables import BigId, Moment, insert_new

things = Table(
    "things",
    MetaData(),
    Column("id", BigId, primary_key=True),
    Column("name", EncryptedText("things.name")),
    Column("facts", EncryptedJson("things.facts")),
    Column("at", Moment),
    Column("code", String(10), unique=True),
)


@pytest.fixture(autouse=True)
def made(store: Store) -> None:
    things.metadata.create_all(store.engine)


async def test_a_moment_comes_back_as_the_same_instant_in_utc(store: Store) -> None:
    eight_hours_east = datetime(2026, 11, 23, 21, 30, 0, 123456, timezone(timedelta(hours=8)))

    await store.write(lambda conn: conn.execute(things.insert(), {"at": eight_hours_east}) and None)

    at = await store.read(lambda conn: conn.scalar(select(things.c.at)))
    assert at == eight_hours_east
    assert at is not None
    assert at.tzinfo is UTC


async def test_moments_are_ordered_by_time_and_not_by_zone(store: Store) -> None:
    early = datetime(2026, 11, 23, 12, 0, tzinfo=timezone(timedelta(hours=8)))
    late = datetime(2026, 11, 23, 5, 0, 0, 1, tzinfo=UTC)

    await store.write(lambda conn: conn.execute(things.insert(), [{"at": late}, {"at": early}]) and None)

    found = await store.read(lambda conn: list(conn.scalars(select(things.c.at).where(things.c.at < late))))
    assert found == [early]


async def test_a_moment_without_a_zone_is_refused(store: Store) -> None:
    with pytest.raises(StatementError, match="time zone"):
        await store.write(lambda conn: conn.execute(things.insert(), {"at": datetime(2026, 1, 1)}) and None)  # noqa: DTZ001


async def test_encrypted_columns_are_plain_in_python_and_unreadable_in_the_database(store: Store) -> None:
    def put(conn: Connection) -> None:
        conn.execute(things.insert(), {"name": "王秀英", "facts": {"年龄": 46, "n": [1, None]}})

    await store.write(put)

    row = await store.read(lambda conn: conn.execute(select(things.c.name, things.c.facts)).one())
    raw = await store.read(lambda conn: conn.execute(text("SELECT name, facts FROM things")).one())
    assert row == ("王秀英", {"年龄": 46, "n": [1, None]})
    assert "王秀英".encode() not in bytes(raw[0])
    assert "年龄".encode() not in bytes(raw[1])


async def test_nothing_stays_nothing_in_an_encrypted_column(store: Store) -> None:
    await store.write(lambda conn: conn.execute(things.insert(), {"code": "a"}) and None)

    assert await store.read(lambda conn: conn.execute(select(things.c.name, things.c.facts)).one()) == (None, None)


async def test_a_value_moved_into_another_column_does_not_open(store: Store) -> None:
    await store.write(lambda conn: conn.execute(things.insert(), {"name": "secret"}) and None)
    await store.write(lambda conn: conn.execute(text("UPDATE things SET facts = name")) and None)

    with pytest.raises(Unreadable):
        await store.read(lambda conn: conn.execute(select(things.c.facts)).one())


async def test_two_stores_in_one_process_keep_their_own_keys(store: Store, database_url: str) -> None:
    await store.write(lambda conn: conn.execute(things.insert(), {"name": "secret"}) and None)
    other = Store.open(database_url, Keyring.generate())

    with pytest.raises(Unreadable):
        await other.read(lambda conn: conn.execute(select(things.c.name)).one())

    assert await store.read(lambda conn: conn.scalar(select(things.c.name))) == "secret"
    await other.close()


async def test_inserting_what_is_there_already_gives_no_row_and_no_error(store: Store) -> None:
    def put(conn: Connection) -> bool:
        return conn.execute(insert_new(conn, things).values(code="x").returning(things.c.id)).first() is not None

    assert await store.write(put) is True
    assert await store.write(put) is False
