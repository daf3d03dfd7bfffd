"""The page of funnels: the days asked for and no others, the figures that were counted, in words, and about nobody."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime

import pytest

from bot.console.views.flows import span
from bot.conversation import counting
from bot.conversation.counting import Event, Happening
from bot.staff.accounts import Staff
from bot.staff.roles import Role
from tests.claims.making import hire, plant
from tests.console.running import Console, Visitor

TODAY = date(2026, 11, 23)
COUNTED: Mapping[tuple[str, str, Event], int] = {
    ("benefit.hospital", "", "started"): 40,
    ("benefit.hospital", "age", "answered"): 36,
    ("benefit.hospital", "age", "left"): 4,
    ("benefit.hospital", "out_of_pocket", "answered"): 23,
    ("benefit.hospital", "out_of_pocket", "left"): 13,
    ("benefit.hospital", "out_of_pocket", "changed"): 7,
    ("benefit.hospital", "out_of_pocket", "went_back"): 6,
    ("benefit.hospital", "out_of_pocket", "not_understood"): 11,
    ("benefit.hospital", "", "finished"): 22,
    ("", "", "not_understood"): 17,
}


async def count(console: Console, day: date = TODAY, counted: Mapping[tuple[str, str, Event], int] = COUNTED) -> None:
    await console.store.write(counting.write, {Happening(day, *key): number for key, number in counted.items()})


async def reviewer(console: Console) -> Visitor:
    return await console.signed_in(await console.store.write(hire, "li.ming"))


def words(body: str) -> str:
    """What is read on the page, without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body.split("<main", 1)[1]))


def cells(body: str, question: str) -> list[str]:
    """The figures in the row of a question."""
    row = re.search(rf'<tr><th scope="row">{question}</th>(.*?)</tr>', body)
    assert row, question
    return re.findall(r">(\d+)<", row[1])


async def test_the_page_shows_for_each_question_what_was_counted(any_console: Console) -> None:
    await count(any_console)
    body = await (await reviewer(any_console)).get("/flows")

    assert cells(body, "年龄") == ["40", "36", "0", "0", "0", "4"]
    assert cells(body, "个人现金支付") == ["36", "23", "7", "6", "11", "13"]
    shown = words(body)
    assert "开始 40 次，走完 22 次，中途停下 17 次。" in shown
    assert "停下最多的一问是“个人现金支付”：问到 36 次，停在这里 13 次（36%）。" in shown
    assert "没有在答题时 17 次" in shown
    assert "问能领多少 · 个人现金支付 11 次" in shown


async def test_bars_are_as_long_as_their_figures(console: Console) -> None:
    await count(console)
    body = await (await reviewer(console)).get("/flows")

    bars = re.findall(r'class="went-on" width="([\d.]+)" height="6"/><rect class="went-away" x="([\d.]+)" width="([\d.]+)"', body)
    assert bars == [("100.0", "100.0", "0.0"), ("90.0", "90.0", "10.0"), ("57.5", "57.5", "32.5"), ("55.0", "55.0", "0.0")]


async def test_it_reads_in_english_too(console: Console) -> None:
    await count(console)
    visitor = await reviewer(console)
    await visitor.post("/language", {"locale": "en", "back": "/console/flows"})

    shown = words(await visitor.get("/flows"))

    assert "Most leave at “Paid in cash”: asked 36 times, left 13 times (36%)." in shown
    assert "Saw the result" in shown


@pytest.mark.parametrize("query", ["", "?span=last_month", "?span=90_days", "?span=own&since=2026-10-01&until=2026-10-31"])
async def test_days_outside_the_span_are_not_counted(console: Console, query: str) -> None:
    for day, number in ((date(2026, 11, 1), 1), (date(2026, 10, 31), 20), (date(2026, 10, 1), 300), (date(2026, 8, 25), 5000)):
        await count(console, day, {("benefit.fire", "", "started"): number})
    expected = {"": 1, "?span=90_days": 321}.get(query, 320)

    assert f"开始 {expected} 次" in words(await (await reviewer(console)).get(f"/flows{query}"))


@pytest.mark.parametrize(
    ("query", "days"),
    [
        ({}, (date(2026, 3, 1), date(2026, 3, 31))),
        ({"span": "nonsense"}, (date(2026, 3, 1), date(2026, 3, 31))),
        ({"span": "last_month"}, (date(2026, 2, 1), date(2026, 2, 28))),
        ({"span": "90_days"}, (date(2026, 1, 1), date(2026, 3, 31))),
        ({"span": "own", "since": "2026-03-05", "until": "2026-03-05"}, (date(2026, 3, 5), date(2026, 3, 5))),
        ({"span": "own", "since": "2026-03-06", "until": "2026-03-05"}, None),
        ({"span": "own", "since": "2026-03-06"}, None),
        ({"span": "own", "since": "soon", "until": "2026-03-05"}, None),
    ],
)
def test_a_span_is_whole_days_both_included_or_none(query: dict[str, str], days: tuple[date, date] | None) -> None:
    found = span(query, date(2026, 3, 31))

    assert (found and (found.first, found.last)) == days


async def test_the_month_begins_by_the_clock_of_the_place(console: Console) -> None:
    console.clock.now = datetime(2026, 11, 30, 17, tzinfo=UTC)  # one in the morning of 1 December in Changchun
    await count(console, date(2026, 12, 1), {("benefit.fire", "", "started"): 3})

    body = words(await (await reviewer(console)).get("/flows"))

    assert "2026年12月1日到2026年12月1日" in body
    assert "开始 3 次" in body


async def test_days_that_are_none_are_said_to_be_none(console: Console) -> None:
    visitor = await reviewer(console)

    body = await visitor.get("/flows?span=own&since=2026-12-01&until=2026-11-01", status=400)

    assert "前一个不晚于后一个" in body
    assert 'value="2026-12-01"' in body


async def test_nothing_counted_is_said_in_words(console: Console) -> None:
    assert "这些天里还没有人开始问。" in await (await reviewer(console)).get("/flows")


async def test_a_flow_and_a_question_that_are_no_more_are_shown_by_their_keys(console: Console) -> None:
    await count(console, TODAY, {("<b>old.gone", "<i>asked", "left"): 2, ("odd", "", "not_understood"): 1})

    body = await (await reviewer(console)).get("/flows")

    assert "&lt;b&gt;old" in body
    assert "&lt;i&gt;asked" in body
    assert "<b>" not in body


@pytest.mark.parametrize("role", list(Role))
async def test_every_role_and_every_branch_sees_the_same_counts(console: Console, role: Role) -> None:
    await count(console)
    town = await console.store.write(plant)
    person: Staff = await console.store.write(hire, "of.east", role, town.east)

    body = words(await (await console.signed_in(person)).get("/flows"))

    assert "开始 40 次" in body
    assert "所有工会合在一起" in body
