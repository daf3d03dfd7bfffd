"""Once a day, at the set hour, everybody hears of their own branch what waits too long and how things stand; nobody hears it twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection, select

from bot import wording
from bot.claims import daily, decide
from bot.claims.daily import Plan
from bot.claims.digest import digest
from bot.claims.overdue import overdue
from bot.claims.resubmit import resubmit
from bot.claims.states import State
from bot.jobs.tables import jobs
from bot.members import unions
from bot.message import Chat, Message
from bot.staff import links
from bot.staff.roles import Role
from bot.store import Store
from calculator import edition_of
from tests.claims.making import CHAT, NAME, NOW, Stay, claim_for, hire, plant, queued

SHANGHAI = ZoneInfo("Asia/Shanghai")
PLAN = Plan(9, SHANGHAI, 5, "https://here")
Posted = list[tuple[str, dict[str, Any]]]


def waiting(conn: Connection) -> list[datetime]:
    """When the next looks are due."""
    return list(conn.execute(select(jobs.c.due).where(jobs.c.kind == daily.JOB_KIND)).scalars())


@pytest.mark.parametrize(
    ("now", "due"),
    [
        (datetime(2026, 11, 24, 9, 6, 59, tzinfo=SHANGHAI), datetime(2026, 11, 24, 9, 7, tzinfo=SHANGHAI)),
        (datetime(2026, 11, 24, 9, 7, tzinfo=SHANGHAI), datetime(2026, 11, 25, 9, 7, tzinfo=SHANGHAI)),
        (datetime(2026, 12, 31, 23, 0, tzinfo=UTC), datetime(2027, 1, 1, 9, 7, tzinfo=SHANGHAI)),
    ],
)
async def test_the_next_look_is_at_the_set_hour_of_the_federation(store: Store, now: datetime, due: datetime) -> None:
    for _ in range(3):  # three processes start
        await store.write(daily.begin, PLAN, now)

    assert await store.read(waiting) == [due]


async def test_another_hour_takes_the_place_of_the_one_before_and_a_look_missed_is_made_up_for(store: Store) -> None:
    await store.write(daily.begin, PLAN, NOW)
    await store.write(daily.begin, Plan(14, SHANGHAI, 5, "https://here"), NOW)
    assert await store.read(waiting) == [datetime(2026, 11, 23, 14, 7, tzinfo=SHANGHAI)]

    await store.write(daily.begin, PLAN, NOW + timedelta(days=3))

    assert await store.read(waiting) == [datetime(2026, 11, 23, 14, 7, tzinfo=SHANGHAI), datetime(2026, 11, 27, 9, 7, tzinfo=SHANGHAI)]


@pytest.mark.parametrize(("days", "count"), [(5, 0), (5.001, 1), (12.5, 1)])
async def test_a_claim_is_overdue_after_more_than_the_set_days(store: Store, days: float, count: int) -> None:
    def work(conn: Connection) -> None:
        claim = claim_for(conn, Stay(plant(conn).east_base))

        late = overdue(conn, "/", 5, NOW + timedelta(days=days))

        assert (late.count, [(one.brief.number, one.days) for one in late.first]) == (count, [(claim.number, int(days))] * count)

    await store.write(work)


async def test_taking_a_claim_does_not_begin_its_wait_anew_but_coming_back_with_papers_does(store: Store) -> None:
    def work(conn: Connection) -> None:
        claim, reviewer = claim_for(conn, Stay(plant(conn).east_base)), hire(conn, "reviewer")
        taken = decide.take(conn, claim.id, claim.revision, reviewer, now=NOW + timedelta(days=4))
        assert overdue(conn, "/", 5, NOW + timedelta(days=6)).count == 1

        kind = edition_of(claim.edition).documents[0].kind
        decide.return_(conn, claim.id, taken.revision, reviewer, missing=[kind], reason="再拍一张", now=NOW + timedelta(days=6))
        assert overdue(conn, "/", 5, NOW + timedelta(days=60)).count == 0  # the member's turn

        resubmit(conn, claim.id, CHAT, (), now=NOW + timedelta(days=60))
        assert overdue(conn, "/", 5, NOW + timedelta(days=65)).count == 0
        assert overdue(conn, "/", 5, NOW + timedelta(days=66)).count == 1

    await store.write(work)


async def test_the_longest_waits_come_first_and_the_rest_are_counted(store: Store) -> None:
    def work(conn: Connection) -> None:
        town = plant(conn)
        made = [claim_for(conn, Stay(town.east_base), now=NOW - timedelta(days=day)) for day in range(10)]

        late = overdue(conn, "/", 1, NOW + timedelta(days=1))

        assert late.count == 9
        assert [one.brief.number for one in late.first] == [claim.number for claim in reversed(made[4:])]

    await store.write(work)


async def test_the_figures_count_every_open_claim_of_the_branch(store: Store) -> None:
    def work(conn: Connection) -> None:
        town = plant(conn)
        first, second = (claim_for(conn, Stay(town.east_base), now=NOW - timedelta(days=day)) for day in (3, 2))
        claim_for(conn, Stay(town.west_base))
        decide.take(conn, second.id, second.revision, hire(conn, "reviewer"), now=NOW)

        east, city = digest(conn, path_of(conn, town.east), NOW), digest(conn, "/", NOW)

        assert (east.counts[State.SUBMITTED], east.counts[State.IN_REVIEW], city.counts[State.SUBMITTED]) == (1, 1, 2)
        assert (east.estimated, east.oldest, east.days) == (2 * 1_216_000, first.number, 3)

    await store.write(work)


async def test_everybody_linked_hears_of_their_own_branch_once_however_often_the_job_is_tried(store: Store) -> None:
    posted: Posted = []

    def work(conn: Connection) -> None:
        town = plant(conn)
        for name, union in {"city": None, "east": town.east, "west": town.west}.items():
            person = hire(conn, name, Role.REVIEWER, union)
            links.link_chat(conn, links.new_code(conn, person, now=NOW), Chat("telegram", name), now=NOW)
        claim_for(conn, Stay(town.east_base))

        for _ in range(2):
            look(conn, posted, NOW + timedelta(days=6))

        told = [(notice["chat"], notice["message"]["lines"][0]["key"]) for notice in queued(conn, "notice")]
        assert told == [(chat, f"news.staff.{what}") for chat in ("city", "east") for what in ("overdue", "digest")]
        for notice in queued(conn, "notice"):
            message = Message.from_json(notice["message"])
            words = [wording.say(line, locale) for line in message.lines for locale in wording.LOCALES]
            assert NAME not in "".join(words)
            assert message.buttons[0][0].url == "https://here/console/"
        assert [topic for topic, _ in posted] == ["overdue", "digest"]
        assert NAME not in str(posted)
        assert waiting(conn) == [datetime(2026, 11, 30, 9, 7, tzinfo=SHANGHAI)]

    await store.write(work)


async def test_where_nothing_is_open_nobody_is_bothered(store: Store) -> None:
    posted: Posted = []

    def work(conn: Connection) -> None:
        person = hire(conn, "city")
        links.link_chat(conn, links.new_code(conn, person, now=NOW), Chat("telegram", "city"), now=NOW)

        look(conn, posted, NOW)

        assert (queued(conn, "notice"), posted, len(waiting(conn))) == ([], [], 1)

    await store.write(work)


def look(conn: Connection, posted: Posted, now: datetime) -> None:
    """Carry job 17 out."""
    told = daily.gather(conn, PLAN, now)
    daily.tell(conn, 17, told, PLAN, lambda _, topic, entry, __: posted.append((topic, entry)), now)


def path_of(conn: Connection, union: int) -> str:
    """The path of a branch."""
    found = unions.one(conn, union)
    assert found is not None
    return found.path
