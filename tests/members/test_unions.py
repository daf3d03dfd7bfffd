"""Unions are found by a part of their name, and a tree is read in order."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection

from bot.members import unions
from bot.store import Store
from tests.claims.making import plant


async def test_base_unions_come_first_and_name_the_union_above(store: Store) -> None:
    def work(conn: Connection) -> None:
        plant(conn)
        found = unions.find(conn, "工会")

        assert [union.level for union in found] == ["base", "base", "city", "district", "district"]
        assert found[0].parent_name in {"东岭区总工会", "西坡区总工会"}

    await store.write(work)


async def test_a_name_that_begins_with_the_words_comes_before_one_that_holds_them(store: Store) -> None:
    def work(conn: Connection) -> list[str]:
        town = plant(conn)
        for name in ("春城机床厂", "机床", "大机床厂"):
            unions.add(conn, name, "base", town.east)
        return [union.name for union in unions.find(conn, " 机床 ")]

    assert await store.write(work) == ["机床", "机床厂工会", "大机床厂", "春城机床厂"]


@pytest.mark.parametrize("words", ["", " ", "%", "_", "\\", "'", "\0", "\0工会", "x" * 10_000, "🙂"])
async def test_odd_words_find_nothing_and_break_nothing(store: Store, words: str) -> None:
    await store.write(plant)

    assert await store.read(unions.find, words) == []


async def test_no_more_unions_are_found_than_asked_for(sqlite_store: Store) -> None:
    await sqlite_store.write(plant)

    assert len(await sqlite_store.read(unions.find, "工会", 2)) == 2


async def test_branches_come_a_parent_before_its_children(store: Store) -> None:
    def work(conn: Connection) -> None:
        town = plant(conn)

        assert [union.id for union in unions.branches(conn)] == [town.city, town.east, town.west]
        assert [union.depth for union in unions.branches(conn)] == [0, 1, 1]

    await store.write(work)
