"""A federation's own lists: read as they are exported, bad rows named, the same file twice changing nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection, select

from bot.members import roster, unions
from bot.members.importing import Bad, Imported, NoSuchColumns, import_members, import_unions, rows_of
from bot.members.tables import members
from bot.store import Store

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
TREE = "名称,上级,级别\n长春市总工会,,市\n朝阳区总工会,长春市总工会,区\n欧亚超市工会,朝阳区总工会,\n"


def file(tmp_path: Path, text: str, encoding: str = "utf-8") -> Path:
    path = tmp_path / "list.csv"
    path.write_bytes(text.encode(encoding))
    return path


async def tree(store: Store, tmp_path: Path, text: str = TREE) -> Imported:
    return await store.write(import_unions, rows_of(file(tmp_path, text), ("name", "parent")), NOW)


async def people(store: Store, tmp_path: Path, text: str, encoding: str = "utf-8") -> Imported:
    return await store.write(import_members, rows_of(file(tmp_path, text, encoding), ("name", "certno", "union")), NOW)


def everybody(conn: Connection) -> list[tuple[str, bool]]:
    return [(row.name, row.in_work) for row in conn.execute(select(members).order_by(members.c.id))]


async def test_the_city_gives_its_name_to_the_union_that_stood_alone(store: Store, tmp_path: Path) -> None:
    await store.write(unions.plant, "市总工会")

    imported = await tree(store, tmp_path)

    assert imported == Imported(3, 0, ())
    assert [union.name for union in await store.read(unions.roots)] == ["长春市总工会"]
    assert (await store.read(unions.find, "欧亚"))[0].parent_name == "朝阳区总工会"


async def test_the_same_tree_twice_changes_nothing(store: Store, tmp_path: Path) -> None:
    await tree(store, tmp_path)

    assert await tree(store, tmp_path) == Imported(0, 3, ())


async def test_a_union_without_its_parent_is_named_and_the_others_are_kept(store: Store, tmp_path: Path) -> None:
    imported = await tree(store, tmp_path, TREE + "孤零零工会,没有的区,\n,朝阳区总工会,\n")

    assert imported == Imported(3, 0, (Bad(5, "import.no_parent"), Bad(6, "import.no_name")))


async def test_members_are_put_on_the_roster_and_bad_rows_named(store: Store, tmp_path: Path) -> None:
    await tree(store, tmp_path)

    imported = await people(
        store,
        tmp_path,
        "姓名,身份证号,工会,在职\n王芳,110101198001010010,欧亚超市工会,是\n李雷,110101198001010015,欧亚超市工会,是\n韩梅,110101199003072316,别的工会,是\n",
    )

    assert (imported.added, [bad.line for bad in imported.bad]) == (1, [3, 4])
    assert await store.read(roster.match, "王芳", "110101198001010010") is not None


async def test_a_member_read_again_is_brought_up_to_date(store: Store, tmp_path: Path) -> None:
    await tree(store, tmp_path)
    await people(store, tmp_path, "姓名,身份证号,工会,在职\n王芳,110101198001010010,欧亚超市工会,是\n")

    again = await people(store, tmp_path, "姓名,身份证号,工会,在职\n王芳,110101198001010010,欧亚超市工会,退休\n", "gb18030")

    assert again == Imported(0, 1, ())
    assert await store.read(everybody) == [("王芳", False)]


def test_a_file_without_the_columns_is_refused_by_their_names(tmp_path: Path) -> None:
    with pytest.raises(NoSuchColumns) as refused:
        rows_of(file(tmp_path, "姓名,电话\n王芳,1\n"), ("name", "certno", "union"))

    assert refused.value.missing == ["certificate", "union"]
