"""What is counted: how often things happen at which question, and not one word of what was said."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Connection, select
from sqlalchemy.exc import OperationalError

from bot.conversation import counting
from bot.conversation.counting import Counts, Happening, flush, keep_writing, tally, write
from bot.conversation.tables import happenings
from bot.store import Store
from tests.conversation.scene import Scene
from tests.conversation.test_buttons import go

DAY = date(2026, 11, 23)


async def told(store: Store, lines: list[str]) -> dict[tuple[str, str, str], int]:
    scene = Scene(store, counts=Counts())
    await scene.open()
    await go(scene, lines)
    assert scene.counts is not None
    await flush(store, scene.counts)
    return {tuple(key): count for key, count in (await store.read(tally, DAY, DAY)).items()}  # type: ignore[misc]  # three parts


@pytest.mark.parametrize(
    ("lines", "happening"),
    [
        (["住院了"], ("benefit.hospital", "", "started")),
        (["住院了", "45"], ("benefit.hospital", "age", "answered")),
        (["住院了", "45", "在职", "上一题"], ("benefit.hospital", "out_of_pocket", "went_back")),
        (["住院了", "45", "改年龄", "46"], ("benefit.hospital", "age", "changed")),
        (["住院了", "哇哈哈"], ("benefit.hospital", "age", "not_understood")),
        (["哇哈哈"], ("", "", "not_understood")),
        (["住院了", "45", "不办了"], ("benefit.hospital", "in_work", "left")),
        (["我58岁，住院自己花了3万"], ("benefit.hospital", "out_of_pocket", "answered")),
    ],
)
async def test_what_happens_is_counted_at_its_question(sqlite_store: Store, lines: list[str], happening: tuple[str, str, str]) -> None:
    assert (await told(sqlite_store, lines))[happening] == 1


REFUSED = ["住院了", "70"]
ESTIMATED = ["住院了", "45", "在职", "28000", "没领过"]


@pytest.mark.parametrize(
    ("lines", "counted"),
    [
        (ESTIMATED, {"finished": 1}),
        ([*ESTIMATED, "改年龄", "46"], {"finished": 1}),
        ([*REFUSED, "改年龄", "45", "在职", "28000", "没领过"], {"finished": 1}),
        ([*REFUSED, "改年龄", "45", "/menu", "家里着火了", "/resume hospital", "在职", "28000", "没领过"], {"finished": 1}),
        (["住院了", "45"], {}),
        (["住院了", "45岁，在职"], {"age": 1, "in_work": 1}),
        (["申请住院补贴", "不同意"], {}),
    ],
)
async def test_the_end_of_a_flow_and_each_answer_are_counted_once(sqlite_store: Store, lines: list[str], counted: dict[str, int]) -> None:
    found = await told(sqlite_store, lines)

    for wanted, count in counted.items():
        key = ("", wanted) if wanted == "finished" else (wanted, "answered")
        assert found["benefit.hospital", *key] == count
    assert (("benefit.hospital", "", "finished") in found) is ("finished" in counted)


async def test_who_refuses_the_consent_has_left_at_it(sqlite_store: Store) -> None:
    counted = await told(sqlite_store, ["/claim hospital", "[不同意]"])

    assert counted["claim.hospital", "consent", "left"] == 1
    assert ("claim.hospital", "consent", "answered") not in counted
    assert ("claim.hospital", "", "finished") not in counted


@pytest.mark.parametrize(
    ("lines", "started", "left"),
    [
        (["住院了", "家里着火了"], 1, 1),
        (["住院了", "45", "家里着火了"], 1, 0),
        (["住院了", "/menu", "住院了"], 1, 0),
        (["住院了", "45", "/menu", "/benefit hospital"], 2, 1),
        (["住院了", "45", "家里着火了", "/benefit hospital"], 2, 1),
        (["住院了", "45", "/claim hospital"], 1, 0),
    ],
)
async def test_what_makes_way_for_another_beginning_is_left_and_what_is_kept_is_not(
    sqlite_store: Store, lines: list[str], started: int, left: int
) -> None:
    counted = await told(sqlite_store, lines)

    assert counted["benefit.hospital", "", "started"] == started
    assert sum(count for (flow, _, event), count in counted.items() if (flow, event) == ("benefit.hospital", "left")) == left


async def test_who_leaves_a_question_that_a_change_after_the_end_opened_has_left_after_the_end(sqlite_store: Store) -> None:
    counted = await told(sqlite_store, [*REFUSED, "改年龄", "45", "不办了"])

    assert counted["benefit.hospital", "", "finished"] == 1
    assert [question for (flow, question, event) in counted if (flow, event) == ("benefit.hospital", "left")] == [""]


async def test_a_claim_gone_on_with_is_not_begun_again(sqlite_store: Store) -> None:
    counted = await told(sqlite_store, ["/claim hospital", "[同意]", "/menu", "/claim hospital"])

    assert counted["claim.hospital", "", "started"] == 1


async def test_a_changed_answer_is_not_counted_as_answered_again(sqlite_store: Store) -> None:
    counted = await told(sqlite_store, ["住院了", "45", "改年龄", "46"])

    assert counted["benefit.hospital", "age", "answered"] == 1


async def test_what_was_said_is_nowhere_in_the_counts(sqlite_store: Store) -> None:
    await told(sqlite_store, ["住院了", "哇哈哈", "四十五岁"])

    kept = await sqlite_store.read(lambda conn: [tuple(row) for row in conn.execute(select(happenings))])

    assert kept
    assert not any("哇" in str(row) or "四十五" in str(row) or "45" in str(row) for row in kept)


async def test_counts_of_one_day_add_up_and_other_days_stay_out(store: Store) -> None:
    happening = Happening(DAY, "benefit.fire", "loss", "answered")
    for _ in range(3):
        await store.write(write, {happening: 2, happening._replace(day=date(2026, 11, 24)): 5})

    assert await store.read(tally, DAY, DAY) == {("benefit.fire", "loss", "answered"): 6}
    assert await store.read(tally, DAY, date(2026, 11, 24)) == {("benefit.fire", "loss", "answered"): 21}


async def test_what_could_not_be_written_waits_for_the_next_time(sqlite_store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    counts = Counts()
    counts.note(DAY, "started", "benefit.fire")

    def full(conn: Connection, taken: Any) -> None:
        raise OperationalError("INSERT", {}, Exception("disk full"))

    with monkeypatch.context() as patched:
        patched.setattr(counting, "write", full)
        await flush(sqlite_store, counts)
    counts.note(DAY, "started", "benefit.fire")
    await flush(sqlite_store, counts)

    assert await sqlite_store.read(tally, DAY, DAY) == {("benefit.fire", "", "started"): 2}


async def test_the_last_counts_are_written_when_it_ends(sqlite_store: Store) -> None:
    counts = Counts()
    writing = asyncio.create_task(keep_writing(sqlite_store, counts, every_s=3600))
    counts.note(DAY, "left", "claim.hospital", "card")
    await asyncio.wait([writing], timeout=0)

    writing.cancel()
    await asyncio.gather(writing, return_exceptions=True)

    assert await sqlite_store.read(tally, DAY, DAY) == {("claim.hospital", "card", "left"): 1}
