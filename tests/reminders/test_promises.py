"""What was promised is told on its day, once, and only where it is true."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Any

import pytest
from sqlalchemy import Connection, select

from bot.message import Chat, Pressed
from bot.reminders.outlook import Kind, Outlook, birthday, outlook
from bot.reminders.plan import Plan
from bot.reminders.reach import Reach
from bot.reminders.tables import promises
from bot.store import Store
from calculator import estimate, load
from calculator.edition import Edition, Policy
from calculator.facts import Facts
from calculator.logic import Leaf
from calculator.policy import Policies
from handlers.benefit import Estimated
from tests.conversation.scene import ZONE
from tests.reminders.travelling import PLAN, Traveller, rows

TODAY = date(2026, 11, 23)
HOSPITAL = load("changchun")["hospital"]
NOW_IN_FORCE = HOSPITAL.editions[-1]
FOR_ALL_AGES = replace(NOW_IN_FORCE, id="changchun/hospital@2027-03-01", starts=date(2027, 3, 1), conditions=NOW_IN_FORCE.conditions[1:])
FROM_EIGHTEEN = replace(NOW_IN_FORCE.conditions[0], test=Leaf("age", low=18))
LOWER_THRESHOLD = replace(FOR_ALL_AGES, conditions=NOW_IN_FORCE.conditions[:2])


def with_edition(edition: Edition) -> Policies:
    policy: Policy = replace(HOSPITAL, editions=(*HOSPITAL.editions, edition))
    return MappingProxyType({**load("changchun"), "hospital": policy})


def ahead(facts: Facts, policies: Policies = load("changchun"), born: date | None = None) -> Outlook | None:  # noqa: B008 - it is frozen
    return outlook(Estimated("hospital", NOW_IN_FORCE, estimate(NOW_IN_FORCE, facts), facts), policies, TODAY, born)


@pytest.mark.parametrize(
    ("facts", "born", "expected"),
    [
        ({"age": 15}, date(2011, 2, 3), Outlook(Kind.AGE, date(2027, 2, 3))),
        ({"age": 15}, date(2010, 11, 23), None),  # sixteen today
        ({"age": 15}, None, None),  # nobody knows the day
        ({"age": 15, "in_work": False}, date(2011, 2, 3), Outlook(Kind.RULES, None)),  # age is not all
        ({"age": 61}, date(1965, 2, 3), Outlook(Kind.RULES, None)),
        ({"age": 45, "in_work": False}, None, Outlook(Kind.RULES, None)),
        ({"age": 45, "in_work": True, "out_of_pocket": 480_000}, None, None),  # the stay is over: no rule to come helps it
        ({"age": 45, "in_work": True, "out_of_pocket": 3_000_000, "paid_this_year": 5_000_000}, None, Outlook(Kind.YEAR, date(2027, 1, 1))),
        ({"age": 45, "in_work": True, "out_of_pocket": 3_000_000, "paid_this_year": 4_999_999}, None, None),
        ({"age": 45, "in_work": True, "out_of_pocket": 3_000_000, "paid_this_year": 0}, None, None),
    ],
)
def test_only_what_is_sure_is_offered(facts: Mapping[str, Any], born: date | None, expected: Outlook | None) -> None:
    assert ahead(dict(facts), born=born) == expected


def test_an_edition_that_is_known_and_will_say_something_else_is_offered_with_its_day() -> None:
    assert ahead({"age": 61}, with_edition(FOR_ALL_AGES)) == Outlook(Kind.EDITION, date(2027, 3, 1))


def test_an_edition_that_will_refuse_as_well_is_not_offered() -> None:
    assert ahead({"age": 61}, with_edition(LOWER_THRESHOLD)) == Outlook(Kind.RULES, None)


@pytest.mark.parametrize(
    ("born", "age", "day"),
    [(date(2011, 2, 3), 16, date(2027, 2, 3)), (date(2012, 2, 29), 16, date(2028, 2, 29)), (date(2012, 2, 29), 17, date(2029, 3, 1))],
)
def test_a_birthday_is_the_day_or_the_first_of_march(born: date, age: int, day: date) -> None:
    assert birthday(born, age) == day


async def asking(store: Store, *said: str, policies: Policies | None = None) -> Traveller:
    scene = Traveller(store, policies=policies)
    await scene.open()
    for line in said:
        await scene.member(line)
        await scene.heard()
    return scene


async def promised(store: Store, age: str = "61", **more: Any) -> Traveller:
    return await asking(store, "/start", "[住院了]", age, "[到时候告诉我]", **more)


async def test_a_policy_file_brought_up_to_date_is_told_the_next_morning_once(store: Store) -> None:
    scene = await promised(store)
    for day in ("2026-11-24", "2026-12-24"):
        await scene.at(f"{day} 09:00")
    assert await scene.said_now() == []

    scene.policies = with_edition(replace(FOR_ALL_AGES, starts=date(2026, 12, 1)))
    await scene.at("2026-12-25 07:59")
    assert await scene.said_now() == []
    await scene.at("2026-12-25 08:00")
    assert [lines[0] for lines in await scene.said_now()] == ["说好告诉您的：规定变了，住院这一项，卡住您的那一条没有了。"]
    await scene.at("2026-12-26 08:00")
    assert await scene.said_now() == []
    assert (await store.read(rows))[1] == 0


async def test_an_edition_that_is_published_ahead_is_told_ahead(store: Store) -> None:
    scene = await promised(store)

    scene.policies = with_edition(FOR_ALL_AGES)
    await scene.at("2026-11-24 08:00")

    assert [lines[0] for lines in await scene.said_now()] == ["说好告诉您的：住院这一项，2027年3月1日起有新规定，卡住您的那一条会变。"]


async def test_a_promise_that_comes_out_otherwise_is_owned_up_to(store: Store) -> None:
    scene = await promised(store, "15")
    await scene.member("2011-02-03")
    await scene.heard()

    strict = replace(NOW_IN_FORCE, id="changchun/hospital@2027-01-01", starts=date(2027, 1, 1), conditions=(FROM_EIGHTEEN,))
    scene.policies = with_edition(strict)
    await scene.at("2027-02-03 09:00")

    assert "对不起" in (await scene.said_now())[0][0]


async def test_nobody_is_told_twice_by_two_processes(store: Store) -> None:
    scene = await promised(store, "15")
    await scene.member("2011-02-03")
    await scene.heard()
    scene.now = datetime(2027, 2, 3, 9, tzinfo=ZONE)

    await asyncio.gather(scene.round(), scene.round())

    assert len(await scene.said_now()) == 1


@pytest.mark.parametrize(("reach", "told"), [(Reach.GONE, 0), (Reach.WAITS, 1)])
async def test_who_blocked_the_bot_hears_nothing_and_what_must_wait_for_the_member_waits(store: Store, reach: Reach, told: int) -> None:
    scene = await promised(store, "15")
    await scene.member("2011-02-03")
    await scene.heard()

    scene.by_channel = {"telegram": lambda *_: reach}
    await scene.at("2027-02-03 09:00")

    assert len(await scene.said_now()) == told
    assert (await store.read(rows))[1] == 0


async def test_new_rules_are_looked_for_a_year_and_no_longer(store: Store) -> None:
    scene = await promised(store)

    await scene.at("2027-11-20 09:00")
    assert (await store.read(rows))[1] == 1

    await scene.at("2027-11-24 09:00")
    assert (await store.read(rows))[1] == 0
    assert await scene.said_now() == []


async def test_a_second_promise_for_the_same_benefit_takes_the_place_of_the_first(store: Store) -> None:
    scene = await promised(store)
    for line in ("/start", "[住院了]", "15"):
        await scene.member(line)
        await scene.heard()

    assert (await store.read(rows))[1] == 1


async def test_nobody_takes_back_the_promise_of_another_chat(store: Store) -> None:
    scene = await promised(store)
    promise_id = await store.read(lambda conn: conn.execute(select(promises.c.id)).scalar_one())

    other = Traveller(store, chat=Chat("telegram", "7002"), now=scene.now, updates=90)
    for forged in (f"promise_off:{promise_id}", "promise_off:", "promise_off:x", "promise_off:99999999999999999999"):
        await other.tell(Pressed(forged))

    assert (await store.read(rows))[1] == 1
    await scene.tell(Pressed(f"promise_off:{promise_id}"))
    assert (await store.read(rows))[1] == 0


async def test_an_old_button_for_what_is_no_longer_so_promises_nothing(store: Store) -> None:
    scene = await asking(store, "/start", "[住院了]", "61")
    button = scene.action("到时候告诉我")
    for line in ("改年龄", "45"):
        await scene.member(line)
        await scene.heard()

    await scene.tell(Pressed(button))

    assert (await store.read(rows))[1] == 0


async def test_what_the_verdict_rested_on_is_kept_sealed(store: Store) -> None:
    await promised(store)

    def raw(conn: Connection) -> Any:
        return conn.exec_driver_sql("SELECT facts FROM promises").scalar_one()

    assert b"age" not in bytes(await store.read(raw))


@pytest.mark.parametrize(
    ("quiet", "moment", "waking"),
    [
        ((21, 8), "2026-11-23 20:59", "2026-11-23 20:59"),
        ((21, 8), "2026-11-23 21:00", "2026-11-24 08:00"),
        ((21, 8), "2026-11-24 07:59", "2026-11-24 08:00"),
        ((21, 8), "2026-11-24 08:00", "2026-11-24 08:00"),
        ((1, 6), "2026-11-24 03:00", "2026-11-24 06:00"),
        ((1, 6), "2026-11-24 00:30", "2026-11-24 00:30"),
        ((0, 0), "2026-11-24 03:00", "2026-11-24 03:00"),
        ((22, 24), "2026-11-24 23:00", "2026-11-25 00:00"),
    ],
)
def test_quiet_hours_end_in_the_morning(quiet: tuple[int, int], moment: str, waking: str) -> None:
    plan = Plan((1, 7, 25), quiet, ZONE, 30)

    woken = plan.waking(datetime.fromisoformat(moment).replace(tzinfo=ZONE))

    assert woken == datetime.fromisoformat(waking).replace(tzinfo=ZONE)


def test_reminders_of_a_night_come_in_the_morning_and_each_counts_once() -> None:
    since = datetime(2026, 11, 23, 22, 0, tzinfo=ZONE)

    looks, now = [], since
    for _ in range(40):
        now = PLAN.next_look(since, None, now)
        looks.append((now, PLAN.passed(since, None, now)))

    first = {count: min(at for at, passed in looks if passed == count) for count in (1, 2, 3)}
    assert [(at - since) for at in first.values()] == [timedelta(days=days, hours=10) for days in (1, 7, 25)]
