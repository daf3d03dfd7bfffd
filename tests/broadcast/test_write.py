"""Nothing is sent that two people have not read, word for word, and every step is on record."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import Connection, func, select

from bot import audit
from bot.broadcast import course, find, write
from bot.broadcast.audience import Audience, Of
from bot.broadcast.errors import NewerError, NoSuchBroadcastError, OwnWordsError, UnusableError
from bot.broadcast.message import LONGEST
from bot.broadcast.states import State
from bot.broadcast.write import FASTEST, Draft
from bot.channels.telegram.pace import ALL_CHATS_S
from bot.jobs.tables import jobs
from bot.members import unions
from bot.staff.roles import Role
from bot.store import Store
from tests.broadcast.writing import EVERYBODY, WORDS, office, signed
from tests.claims.making import NOW, hire

DRAFT = Draft(WORDS, EVERYBODY)


async def test_whoever_wrote_on_it_may_neither_sign_it_nor_send_it_back(store: Store) -> None:
    def work(conn: Connection) -> None:
        people = office(conn)
        third = hire(conn, "third", Role.APPROVER)
        number = write.write(conn, DRAFT, people.writer, now=NOW)
        write.change(conn, number, replace(DRAFT, words={"zh_CN": "放假四天。"}), people.signer, revision=1, now=NOW)
        write.hand_in(conn, number, people.writer, revision=2, now=NOW)

        for writer in (people.writer, people.signer):
            with pytest.raises(OwnWordsError):
                write.approve(conn, number, writer, revision=3, now=NOW)
            with pytest.raises(OwnWordsError):
                write.send_back(conn, number, writer, revision=3, reason="?", now=NOW)
        assert write.approve(conn, number, third, revision=3, now=NOW).state is State.SENDING

    await store.write(work)


async def test_what_changed_after_it_was_read_is_not_signed(store: Store) -> None:
    def work(conn: Connection) -> None:
        people = office(conn)
        number = write.write(conn, DRAFT, people.writer, now=NOW)
        write.hand_in(conn, number, people.writer, revision=1, now=NOW)
        write.change(conn, number, DRAFT, people.writer, revision=2, now=NOW)
        write.hand_in(conn, number, people.writer, revision=3, now=NOW)

        with pytest.raises(NewerError):
            write.approve(conn, number, people.signer, revision=2, now=NOW)
        assert conn.scalar(select(func.count()).select_from(jobs)) == 0

    await store.write(work)


async def test_what_is_sent_back_can_be_mended_and_signed(store: Store) -> None:
    def work(conn: Connection) -> None:
        people = office(conn)
        number = write.write(conn, DRAFT, people.writer, now=NOW)
        write.hand_in(conn, number, people.writer, revision=1, now=NOW)
        assert write.send_back(conn, number, people.signer, revision=2, reason="写明哪三天", now=NOW).state is State.DRAFT
        write.change(conn, number, DRAFT, people.writer, revision=3, now=NOW)
        write.hand_in(conn, number, people.writer, revision=4, now=NOW)
        write.approve(conn, number, people.signer, revision=5, now=NOW)

        history = audit.history(conn, f"broadcast:{number}")
        steps = ["written", "handed_in", "sent_back", "changed", "handed_in", "approved"]
        assert [entry.action for entry in history] == [f"broadcast_{step}" for step in steps]
        assert history[2].detail == {"reason": "写明哪三天"}
        assert history[-1].detail["words"] == WORDS
        assert audit.verify(conn, f"broadcast:{number}") is None

    await store.write(work)


@pytest.mark.parametrize(
    ("draft", "reason"),
    [
        (Draft({"zh_CN": " \n", "en": ""}, Audience(Of.MEMBERS, "/1/2/")), "empty"),
        (Draft({"zh_CN": "长" * (LONGEST + 1)}, Audience(Of.MEMBERS, "/1/2/")), "long"),
        (Draft(WORDS, Audience(Of.MEMBERS, "/")), "union"),
        (Draft(WORDS, Audience(Of.PROMISED, "/1/2/")), "people"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_what_cannot_be_sent_is_not_kept(sqlite_store: Store, draft: Draft, reason: str) -> None:
    def work(conn: Connection) -> None:
        people = office(conn)
        east = hire(conn, "east", Role.APPROVER, people.town.east)
        with pytest.raises(UnusableError) as refused:
            write.write(conn, draft, east, now=NOW)
        assert refused.value.reason == reason
        assert find.listed(conn, "/") == []

    await sqlite_store.write(work)


async def test_the_longest_words_are_kept(sqlite_store: Store) -> None:
    def work(conn: Connection) -> None:
        write.write(conn, replace(DRAFT, words={"zh_CN": "长" * LONGEST}), office(conn).writer, now=NOW)

    await sqlite_store.write(work)


async def test_a_reviewer_and_another_branch_can_do_nothing_about_it(sqlite_store: Store) -> None:
    def work(conn: Connection) -> None:
        people = office(conn)
        reviewer, west = hire(conn, "reviewer"), hire(conn, "west", Role.APPROVER, people.town.west)
        east = unions.one(conn, people.town.east)
        assert east is not None
        number = write.write(conn, Draft(WORDS, Audience(Of.MEMBERS, east.path)), people.writer, now=NOW)
        write.hand_in(conn, number, people.writer, revision=1, now=NOW)

        for nobody in (reviewer, west):
            with pytest.raises(NoSuchBroadcastError):
                write.approve(conn, number, nobody, revision=2, now=NOW)
            with pytest.raises(NoSuchBroadcastError):
                course.cancel(conn, number, nobody, revision=2, now=NOW)
        with pytest.raises(NoSuchBroadcastError):
            write.write(conn, DRAFT, reviewer, now=NOW)
        assert find.listed(conn, west.union_path) == []

    await sqlite_store.write(work)


async def test_only_what_is_on_its_way_can_be_held_up_and_only_what_is_held_up_goes_on(sqlite_store: Store) -> None:
    def work(conn: Connection) -> None:
        people = office(conn)
        broadcast = signed(conn, people, now=NOW)
        paused = course.pause(conn, broadcast.id, people.writer, revision=broadcast.revision, now=NOW)
        with pytest.raises(NewerError):
            course.pause(conn, broadcast.id, people.writer, revision=paused.revision, now=NOW)
        resumed = course.resume(conn, broadcast.id, people.writer, revision=paused.revision, now=NOW)
        with pytest.raises(NewerError):
            course.resume(conn, broadcast.id, people.writer, revision=resumed.revision, now=NOW)
        cancelled = course.cancel(conn, broadcast.id, people.writer, revision=resumed.revision, now=NOW)
        for deed in (course.pause, course.resume, course.cancel):
            with pytest.raises(NewerError):
                deed(conn, broadcast.id, people.writer, revision=cancelled.revision, now=NOW)

    await sqlite_store.write(work)


async def test_a_draft_that_is_cancelled_is_over_at_once(sqlite_store: Store) -> None:
    def work(conn: Connection) -> None:
        people = office(conn)
        number = write.write(conn, DRAFT, people.writer, now=NOW)
        cancelled = course.cancel(conn, number, people.writer, revision=1, now=NOW)

        assert (cancelled.state, cancelled.ended_at) == (State.CANCELLED, NOW)
        assert find.progress(conn, cancelled).people == 0
        assert conn.scalar(select(func.count()).select_from(jobs)) == 0

    await sqlite_store.write(work)


def test_the_fastest_leaves_something_of_what_telegram_takes() -> None:
    assert FASTEST < 1 / ALL_CHATS_S
