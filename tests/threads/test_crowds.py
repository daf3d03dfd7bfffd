"""A crowd of strangers who ask for a person hides no member from the staff, and no claim."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select

from bot.jobs import Job
from bot.jobs.tables import jobs
from bot.linking import party
from bot.members import roster
from bot.message import Chat
from bot.staff.roles import Role
from bot.store import Store
from bot.threads import answer, ask, find, news
from bot.threads.find import Filters
from bot.threads.thread import State, Thread
from tests.claims.making import NOW, Stay, Town, claim_for, hire, plant
from tests.threads.talking import link, told

MEMBER = Chat("telegram", "member")


def strangers(conn: Connection, number: int, *, now: datetime = NOW) -> list[Thread]:
    chats = [Chat("web", f"{now:%H%M%S}-{each}") for each in range(number)]
    return [ask.say(conn, chat, "?", claim_id=None, locale="zh_CN", now=now).thread for chat in chats]


def prove(conn: Connection, town: Town, chat: Chat) -> None:
    member = roster.add(conn, union_id=town.east_base, name="王芳", certno="99010119800101001X", in_work=True, now=NOW)
    party.alone_with(conn, chat, member, actor="member", now=NOW)


def pages(conn: Connection, filters: Filters, size: int) -> Iterable[list[int]]:
    after = None
    while True:
        page = find.listed(conn, "/", filters, after=after, size=size)
        yield [line.id for line in page.lines]
        after = page.after
        if after is None:
            return


async def test_a_member_and_a_claim_come_before_a_hundred_strangers_who_waited_longer(store: Store) -> None:
    def work(conn: Connection) -> None:
        town = plant(conn)
        strangers(conn, 105)
        later = NOW + timedelta(hours=1)
        claim = claim_for(conn, Stay(town.east_base))
        of_claim = ask.say(conn, claim.chat, "急", claim_id=claim.id, locale="zh_CN", now=later).thread.id
        prove(conn, town, MEMBER)
        of_member = ask.say(conn, MEMBER, "急", claim_id=None, locale="zh_CN", now=later + timedelta(hours=1)).thread.id

        first = find.listed(conn, "/", Filters()).lines
        assert [line.id for line in first[:3]] == [of_claim, of_member, 1]
        assert [line.is_known for line in first[:3]] == [True, True, False]
        assert [line.id for line in find.listed(conn, "/", Filters(is_known=True)).lines] == [of_claim, of_member]
        assert of_member not in [line.id for line in find.listed(conn, "/", Filters(is_known=False), size=200).lines]
        assert find.counts(conn, "/", Filters(is_known=True))[State.WAITING] == 2

    await store.write(work)


async def test_the_pages_together_hold_every_thread_once_and_in_order(store: Store) -> None:
    def work(conn: Connection) -> None:
        town = plant(conn)
        boss = hire(conn, "boss", Role.ADMINISTRATOR)
        for minute in range(5):
            strangers(conn, 4, now=NOW + timedelta(minutes=minute))
        prove(conn, town, MEMBER)
        ask.say(conn, MEMBER, "急", claim_id=None, locale="zh_CN", now=NOW)
        closed = strangers(conn, 7, now=NOW + timedelta(hours=1))
        for thread in closed:
            answer.close(conn, thread.id, boss, seen=thread.id, now=NOW + timedelta(hours=2))

        for size in (1, 3, 20, 21, 50):
            assert [each for page in pages(conn, Filters(), size) for each in page] == [21, *range(1, 21)]
            assert [each for page in pages(conn, Filters(State.CLOSED), size) for each in page] == list(range(28, 21, -1))

    await store.write(work)


async def test_a_page_after_what_nobody_gave_out_is_the_first(store: Store) -> None:
    def work(conn: Connection) -> None:
        plant(conn)
        strangers(conn, 2)
        first = find.listed(conn, "/", Filters())
        for after in ("", "x", "0~x~1", "2~2026-11-23T02:00:00+00:00~1", "0~2026-11-23T02:00:00~1", "0~0001-01-01T00:00:00+14:00~1", "~~"):
            assert find.listed(conn, "/", Filters(), after=after) == first

    await store.write(work)


def waiting_jobs(conn: Connection) -> list[tuple[dict[str, Any], datetime]]:
    found = select(jobs.c.payload, jobs.c.due).where(jobs.c.kind == news.JOB_KIND).order_by(jobs.c.id)
    return [(dict(row.payload), row.due) for row in conn.execute(found)]


async def test_of_many_strangers_the_first_is_news_at_once_and_the_rest_one_line_three_minutes_later(store: Store) -> None:
    def work(conn: Connection) -> list[tuple[dict[str, Any], datetime]]:
        plant(conn)
        strangers(conn, 150)
        return waiting_jobs(conn)

    first, rest = await store.write(work)

    assert first == ({"thread": 1, "again": False}, NOW)
    assert set(rest[0]) == {"since"}
    assert NOW < rest[1] <= NOW + news.BUNDLE


async def test_an_hour_of_strangers_is_a_line_every_three_minutes(store: Store) -> None:
    def work(conn: Connection) -> int:
        plant(conn)
        for minute in range(60):
            strangers(conn, 2, now=NOW + timedelta(minutes=minute))
        return len(waiting_jobs(conn))

    assert await store.write(work) <= 1 + 60 / 3 + 1


async def test_a_claim_and_a_member_are_news_at_once_among_strangers(store: Store) -> None:
    def work(conn: Connection) -> list[tuple[dict[str, Any], datetime]]:
        town = plant(conn)
        strangers(conn, 10)
        claim = claim_for(conn, Stay(town.east_base))
        ask.say(conn, claim.chat, "急", claim_id=claim.id, locale="zh_CN", now=NOW)
        prove(conn, town, MEMBER)
        ask.say(conn, MEMBER, "急", claim_id=None, locale="zh_CN", now=NOW)
        return waiting_jobs(conn)

    assert [payload.get("thread") for payload, _ in await store.write(work)] == [1, None, 11, 12]


async def test_a_stranger_who_comes_when_all_are_answered_is_news_at_once(store: Store) -> None:
    def work(conn: Connection) -> list[tuple[dict[str, Any], datetime]]:
        plant(conn)
        boss = hire(conn, "boss", Role.ADMINISTRATOR)
        (thread,) = strangers(conn, 1)
        answer.answer(conn, thread.id, boss, "好", seen=1, now=NOW)
        strangers(conn, 1, now=NOW + timedelta(seconds=1))
        return waiting_jobs(conn)

    assert [payload.get("thread") for payload, _ in await store.write(work)] == [1, 2]


async def run(store: Store, payload: dict[str, Any], job: int = 1) -> list[dict[str, Any]]:
    posted: list[dict[str, Any]] = []
    work = Job(job, news.JOB_KIND, payload, 1)
    await store.write(news.tell_staff_once, work, "https://bot.example", lambda _c, _topic, entry, _n: posted.append(entry), NOW)
    return posted


async def test_each_chat_of_the_staff_reads_how_many_wait_in_its_branch_once(store: Store) -> None:
    def work(conn: Connection) -> None:
        town = plant(conn)
        link(conn, hire(conn, "boss", Role.ADMINISTRATOR), "boss")
        link(conn, hire(conn, "east", Role.REVIEWER, town.east), "east")
        strangers(conn, 150)
        ask.share(conn, 7, Chat("web", f"{NOW:%H%M%S}-6"), {}, union_id=town.west_base, now=NOW)

    await store.write(work)
    payload = {"since": NOW.isoformat()}

    posted = await run(store, payload) + await run(store, payload)

    lines = [(chat, message.lines[0].key, message.lines[0].figures, message.buttons[0][0].url) for chat, message in await store.read(told)]
    assert lines == [("telegram:boss", "news.staff.threads_waiting", {"count": 150}, "https://bot.example/console/threads")]
    assert len(posted) == news.MOST_POSTED
    assert posted[6] == {"thread": 7, "number": None, "union": "纺织厂工会"}


async def test_when_all_have_been_answered_by_then_nobody_is_told(store: Store) -> None:
    def work(conn: Connection) -> None:
        plant(conn)
        boss = hire(conn, "boss", Role.ADMINISTRATOR)
        link(conn, boss, "boss")
        for thread in strangers(conn, 3):
            answer.answer(conn, thread.id, boss, "好", seen=thread.id, now=NOW)

    await store.write(work)
    before = len(await store.read(told))

    assert await run(store, {"since": NOW.isoformat()}) == []
    assert len(await store.read(told)) == before
