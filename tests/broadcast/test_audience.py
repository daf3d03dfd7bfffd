"""Whom a broadcast is for: each person once, in the branch that was named, and only where they can be reached."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, event

from bot.broadcast.audience import Audience, Of, people
from bot.broadcast.reaching import Rehearsal, rehearse
from bot.broadcast.states import Fate
from bot.linking import party
from bot.message import Chat
from bot.reminders import announcements
from bot.reminders.outlook import Kind, Outlook
from bot.reminders.promises import Asked, promise
from bot.reminders.reach import Reach, nearest
from bot.store import Store
from handlers.on_behalf import Helper
from tests.broadcast.sending import open_to_all
from tests.broadcast.writing import EVERYBODY, enrol, of_union, office
from tests.claims.making import NOW, Stay, claim_for

PHONE, PAGE, OTHER = Chat("telegram", "7001"), Chat("web", "a-page"), Chat("web", "another")


def gone(_: Connection, __: str, ___: datetime) -> Reach:
    return Reach.GONE


def waits(_: Connection, __: str, ___: datetime) -> Reach:
    return Reach.WAITS


OPEN = {"telegram": open_to_all, "web": open_to_all, "wechat": open_to_all}


async def test_a_member_with_two_chats_is_one_person(store: Store) -> None:
    def work(conn: Connection) -> None:
        enrol(conn, office(conn).town.east_base, 1, PAGE, PHONE)

        (person,) = people(conn, EVERYBODY)
        assert set(person.chats) == {PHONE, PAGE}
        assert person.chats[0] == party.where(conn, PAGE)
        assert rehearse(conn, EVERYBODY, OPEN, NOW).people == 1

    await store.write(work)


async def test_only_the_named_branch_and_those_in_work_are_meant(store: Store) -> None:
    def work(conn: Connection) -> None:
        town = office(conn).town
        at_work, _, far = (
            enrol(conn, union, number, Chat("telegram", str(number)), in_work=in_work)
            for number, (union, in_work) in enumerate([(town.east_base, True), (town.east_base, False), (town.west_base, True)])
        )
        east = of_union(EVERYBODY, conn, town.east)

        assert len(people(conn, east)) == 2
        assert [one.key for one in people(conn, Audience(Of.MEMBERS, east.union_path, in_work=True))] == [f"member:{at_work}"]
        assert {one.key for one in people(conn, Audience(Of.MEMBERS, "/", in_work=True))} == {f"member:{at_work}", f"member:{far}"}

    await store.write(work)


async def test_who_handed_in_a_claim_is_meant_once_and_who_filed_for_another_is_not(store: Store) -> None:
    def work(conn: Connection) -> None:
        town = office(conn).town
        for _ in range(2):
            claim_for(conn, Stay(town.east_base, chat=PAGE))
        helper = Helper("child", "王小红", "19900001111")
        claim_for(conn, Stay(town.east_base, chat=OTHER, more={"helper": helper}))

        claimants = Audience(Of.CLAIMANTS, "/")
        assert [one.chats for one in people(conn, claimants)] == [(PAGE,)]
        assert [one.chats for one in people(conn, Audience(Of.CLAIMANTS, "/", benefit="fire"))] == []
        assert people(conn, of_union(claimants, conn, town.west)) == []

    await store.write(work)


async def test_who_asked_to_be_told_and_is_linked_is_the_same_person_as_on_the_roster(store: Store) -> None:
    def work(conn: Connection) -> None:
        member = enrol(conn, office(conn).town.east_base, 1, PHONE)
        for chat in (PHONE, PAGE):
            promise(conn, Asked(chat, "zh_CN", "hospital", {}), Outlook(Kind.RULES, None), now=NOW)

        promised = Audience(Of.PROMISED, "/", benefit="hospital")
        assert [one.key for one in people(conn, promised)] == [f"member:{member}", "chat:web:a-page"]

    await store.write(work)


async def test_the_rehearsal_counts_by_channel_and_says_who_gets_nothing(store: Store) -> None:
    def work(conn: Connection) -> None:
        base = office(conn).town.east_base
        chats = [PHONE, PAGE, OTHER, Chat("wechat", "an-openid"), Chat("gone", "1")]
        for number, chat in enumerate(chats):
            enrol(conn, base, number, chat)
        announcements.stop(conn, OTHER, NOW)
        by_channel = {"telegram": open_to_all, "web": open_to_all, "wechat": waits, "gone": gone}

        found = rehearse(conn, EVERYBODY, by_channel, NOW)

        assert found == Rehearsal(5, {"telegram": 1, "web": 1}, {Fate.OPTED_OUT: 1, Fate.CLOSED: 1, Fate.BLOCKED: 1})
        assert found.reached == 2

    await store.write(work)


async def test_who_blocked_one_chat_is_reached_in_another(store: Store) -> None:
    def work(conn: Connection) -> None:
        enrol(conn, office(conn).town.east_base, 1, PHONE, PAGE)

        found = rehearse(conn, EVERYBODY, {"telegram": gone, "web": open_to_all}, NOW)

        assert found.by_channel == {"web": 1}

    await store.write(work)


async def test_a_word_in_one_chat_counts_for_all_chats_of_the_member(store: Store) -> None:
    def work(conn: Connection) -> None:
        enrol(conn, office(conn).town.east_base, 1, PHONE, PAGE)
        announcements.stop(conn, PAGE, NOW)
        announcements.stop(conn, PAGE, NOW)

        assert not announcements.wants(conn, PHONE)
        announcements.allow(conn, PHONE)
        assert announcements.wants(conn, PAGE)

    await store.write(work)


async def test_a_word_holds_in_the_chats_that_remain_when_the_one_it_was_said_in_leaves(store: Store) -> None:
    def work(conn: Connection) -> None:
        enrol(conn, office(conn).town.east_base, 1, PHONE, PAGE, OTHER)
        announcements.stop(conn, PAGE, NOW)

        party.leave(conn, PAGE, actor="member", now=NOW)

        assert not any(announcements.wants(conn, chat) for chat in (PAGE, PHONE, OTHER))
        announcements.allow(conn, PHONE)
        assert announcements.wants(conn, OTHER)

    await store.write(work)


async def test_who_blocked_one_chat_and_has_to_write_first_in_another_is_not_gone(store: Store) -> None:
    def work(conn: Connection) -> None:
        enrol(conn, office(conn).town.east_base, 1, PHONE, PAGE)
        by_channel = {"telegram": gone, "web": waits}

        assert rehearse(conn, EVERYBODY, by_channel, NOW).not_sent == {Fate.CLOSED: 1}
        assert nearest(conn, PHONE, by_channel, NOW) == (PAGE, Reach.WAITS)

    await store.write(work)


async def test_claimants_are_one_person_in_all_their_linked_chats_wherever_the_claims_came_from(store: Store) -> None:
    def work(conn: Connection) -> None:
        town = office(conn).town
        for chat in (OTHER, PAGE, PHONE):
            claim_for(conn, Stay(town.east_base, chat=chat))
        linked = party.join(conn, PHONE, PAGE, actor="member", how="code", now=NOW)

        found = people(conn, Audience(Of.CLAIMANTS, "/"))

        assert [(one.key, one.chats) for one in found] == [("chat:web:another", (OTHER,)), (f"party:{linked}", (PHONE, PAGE))]

    await store.write(work)


async def test_however_many_people_they_are_looked_up_at_once(store: Store) -> None:
    def work(conn: Connection) -> None:
        town, asked = office(conn).town, list[str]()
        for number in range(5):
            chat = Chat("web", f"page-{number}")
            claim_for(conn, Stay(town.east_base, chat=chat))
            party.join(conn, chat, Chat("telegram", str(number)), actor="member", how="code", now=NOW)

        def note(_: Any, __: Any, statement: str, *___: Any) -> None:
            asked.append(statement)

        event.listen(conn, "before_cursor_execute", note)
        assert len(people(conn, Audience(Of.CLAIMANTS, "/"))) == 5
        event.remove(conn, "before_cursor_execute", note)
        assert len(asked) == 1

    await store.write(work)
