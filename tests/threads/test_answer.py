"""The staff answer: it reaches the member, is on record, goes out once, and only from those who may."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Connection

from bot import audit
from bot.claims.claim import Claim
from bot.jobs import Job
from bot.linking import party
from bot.message import Chat
from bot.staff.accounts import Staff
from bot.staff.roles import Role
from bot.store import Store
from bot.threads import answer, ask, find, news
from bot.threads.erase import erase_closed
from bot.threads.errors import EmptyError, NewerError, NoSuchThreadError, NotAllowedError, TooLongError
from bot.threads.find import Filters, Page
from bot.threads.thread import State, Thread, lines
from tests.claims.making import CHAT, NOW, Stay, Town, claim_for, hire, plant, queued
from tests.threads.talking import all_threads, last_line, link, told, words_of

QUESTION = "钱什么时候到"


def begin(conn: Connection) -> tuple[Town, Claim, Staff, Thread]:
    """A claim in the east, somebody who answers there, and a question about it."""
    town = plant(conn)
    claim = claim_for(conn, Stay(town.east_base))
    staff = hire(conn, "east", Role.REVIEWER, town.east)
    return town, claim, staff, ask.say(conn, CHAT, QUESTION, claim_id=claim.id, locale="zh_CN", now=NOW).thread


def answered(conn: Connection, thread: Thread, staff: Staff, words: str = "三天内到账") -> Thread:
    return answer.answer(conn, thread.id, staff, words, seen=last_line(conn, thread.id).id, now=NOW)


async def test_an_answer_reaches_the_chat_and_stands_on_the_thread_and_on_record(store: Store) -> None:
    _, claim, staff, thread = await store.write(begin)

    after = await store.write(answered, thread, staff)

    assert (after.state, after.taken_by) == (State.ANSWERED, staff.id)
    assert await store.read(words_of, thread.id) == [QUESTION, "三天内到账"]
    (chat, message) = (await store.read(told))[-1]
    assert chat == "web:somebody"
    assert (message.lines[0].key, message.lines[0].figures) == ("thread.answer_about", {"text": "三天内到账", "number": claim.number})
    assert message.buttons[0][0].action == f"human:{claim.id}"
    entries = await store.read(audit.history, thread.subject)
    assert [(entry.actor, entry.action) for entry in entries] == [("member:web:somebody", "asked"), (staff.actor, "answered")]
    assert QUESTION not in str([entry.detail for entry in entries])


async def test_every_look_is_on_record(store: Store) -> None:
    _, _, staff, thread = await store.write(begin)

    await store.write(lambda conn: answer.look(conn, thread.id, staff, now=NOW))

    assert (await store.read(audit.history, thread.subject))[-1].action == "looked"
    assert await store.read(audit.verify, thread.subject) is None


async def test_of_two_answers_at_once_one_is_sent_and_the_other_told(store: Store) -> None:
    town, _, staff, thread = await store.write(begin)
    other = await store.write(lambda conn: hire(conn, "other", Role.REVIEWER, town.east))
    seen = (await store.read(last_line, thread.id)).id

    def work(conn: Connection, who: Staff) -> Thread:
        return answer.answer(conn, thread.id, who, who.name, seen=seen, now=NOW)

    results = await asyncio.gather(*(store.write(work, who) for who in (staff, other)), return_exceptions=True)

    assert sorted(type(result).__name__ for result in results) == ["NewerError", "Thread"]
    assert len(await store.read(words_of, thread.id)) == 2


@pytest.mark.parametrize("words", ["", "  \n\t"])
async def test_an_answer_needs_words(store: Store, words: str) -> None:
    _, _, staff, thread = await store.write(begin)

    with pytest.raises(EmptyError):
        await store.write(answered, thread, staff, words)


@pytest.mark.parametrize(
    "deed",
    [
        lambda conn, thread, staff: answer.look(conn, thread.id, staff, now=NOW),
        lambda conn, thread, staff: answer.answer(conn, thread.id, staff, "x", seen=1, now=NOW),
        lambda conn, thread, staff: answer.take(conn, thread.id, staff, holder=None, now=NOW),
        lambda conn, thread, staff: answer.close(conn, thread.id, staff, seen=1, now=NOW),
    ],
)
async def test_another_branch_finds_no_such_thread(store: Store, deed: Callable[[Connection, Thread, Staff], object]) -> None:
    town, _, _, thread = await store.write(begin)
    western = await store.write(lambda conn: hire(conn, "west", Role.ADMINISTRATOR, town.west))

    with pytest.raises(NoSuchThreadError):
        await store.write(lambda conn: deed(conn, thread, western))

    assert await store.read(words_of, thread.id) == [QUESTION]
    assert await store.read(find.listed, western.union_path, Filters()) == Page((), None)


async def test_nobody_answers_on_their_own_claim_or_in_their_own_chat(store: Store) -> None:
    def work(conn: Connection) -> None:
        _, claim, staff, thread = begin(conn)
        with pytest.raises(NotAllowedError, match="own"):
            answered(conn, thread, replace(staff, certno_hash=claim.certno_hash))
        link(conn, staff, "mine")
        own = ask.say(conn, Chat("telegram", "mine"), "x", claim_id=None, locale="zh_CN", now=NOW).thread
        with pytest.raises(NotAllowedError, match="own"):
            answered(conn, own, replace(staff, union_path="/"))

    await store.write(work)


async def test_whoever_takes_it_had_to_know_who_had_it(store: Store) -> None:
    town, _, staff, thread = await store.write(begin)
    other = await store.write(lambda conn: hire(conn, "other", Role.REVIEWER, town.east))

    await store.write(lambda conn: answer.take(conn, thread.id, staff, holder=None, now=NOW))
    with pytest.raises(NewerError):
        await store.write(lambda conn: answer.take(conn, thread.id, other, holder=None, now=NOW))
    taken = await store.write(lambda conn: answer.take(conn, thread.id, other, holder=staff.id, now=NOW))

    assert taken.taken_by == other.id


@pytest.mark.parametrize(("is_answered", "more"), [(False, ["thread.closed"]), (True, [])])
async def test_who_still_waits_is_told_that_it_is_closed_and_nobody_else(store: Store, is_answered: bool, more: list[str]) -> None:
    _, _, staff, thread = await store.write(begin)
    if is_answered:
        await store.write(answered, thread, staff)
    before = len(await store.read(told))

    closed = await store.write(lambda conn: answer.close(conn, thread.id, staff, seen=last_line(conn, thread.id).id, now=NOW))

    assert closed.state is State.CLOSED
    assert [message.lines[0].key for _, message in (await store.read(told))[before:]] == more


async def test_a_closed_thread_opens_again_when_the_member_writes_without_what_was_shown_before(store: Store) -> None:
    _, claim, staff, thread = await store.write(begin)

    def work(conn: Connection) -> Thread:
        ask.share(conn, thread.id, CHAT, {"benefit": "hospital", "facts": []}, union_id=None, now=NOW)
        answer.take(conn, thread.id, staff, holder=None, now=NOW)
        answer.close(conn, thread.id, staff, seen=last_line(conn, thread.id).id, now=NOW)
        return ask.say(conn, CHAT, "还有", claim_id=claim.id, locale="zh_CN", now=NOW).thread

    again = await store.write(work)

    assert (again.id, again.state, again.taken_by, again.context) == (thread.id, State.WAITING, None, None)


async def run(store: Store, again: bool, job: int = 1, *, thread: int = 1) -> list[tuple[str, dict[str, object]]]:
    """Carry out a job of this kind; what was posted besides."""
    posted: list[tuple[str, dict[str, object]]] = []
    work = Job(job, news.JOB_KIND, {"thread": thread, "again": again}, 1)
    await store.write(news.tell_staff_once, work, "https://bot.example", lambda _c, topic, entry, _n: posted.append((topic, entry)), NOW)
    return posted


async def test_the_branch_is_told_once_and_reads_nothing_of_what_was_asked(store: Store) -> None:
    town, claim, staff, _ = await store.write(begin)

    def work(conn: Connection) -> None:
        link(conn, staff, "east")
        link(conn, hire(conn, "west", Role.REVIEWER, town.west), "west")

    await store.write(work)

    posted = await run(store, again=False) + await run(store, again=False)

    news_of_it = [(chat, message) for chat, message in await store.read(told) if chat.startswith("telegram")]
    assert [chat for chat, _ in news_of_it] == ["telegram:east"]
    assert news_of_it[0][1].lines[0].figures == {"number": claim.number, "union": "机床厂工会"}
    assert news_of_it[0][1].buttons[0][0].url == "https://bot.example/console/threads/1"
    assert posted == [("threads", {"thread": 1, "number": claim.number, "union": "机床厂工会"})]


async def test_whoever_took_it_is_told_when_it_is_their_turn_again(store: Store) -> None:
    town, claim, staff, thread = await store.write(begin)

    def work(conn: Connection) -> None:
        link(conn, staff, "one")
        link(conn, hire(conn, "two", Role.REVIEWER, town.east), "two")
        answered(conn, thread, staff)
        ask.say(conn, CHAT, "谢谢，还有", claim_id=claim.id, locale="zh_CN", now=NOW)

    await store.write(work)
    posted = await run(store, again=True)

    assert [(chat, m.lines[0].key) for chat, m in await store.read(told) if chat.startswith("telegram")] == [
        ("telegram:one", "news.staff.thread_again")
    ]
    assert posted == []


async def test_a_thread_closed_before_the_job_ran_is_no_news(store: Store) -> None:
    _, _, staff, thread = await store.write(begin)

    def work(conn: Connection) -> None:
        link(conn, staff, "one")
        answer.close(conn, thread.id, staff, seen=last_line(conn, thread.id).id, now=NOW)

    await store.write(work)

    assert await run(store, again=False) == []
    assert [chat for chat, _ in await store.read(told) if chat.startswith("telegram")] == []


async def test_the_list_has_the_longest_wait_first_and_narrows_to_branch_and_holder(store: Store) -> None:
    def work(conn: Connection) -> tuple[list[int], ...]:
        town, _, staff, first = begin(conn)
        west = claim_for(conn, Stay(town.west_base, chat=Chat("web", "west")))
        ask.say(conn, Chat("web", "west"), "x", claim_id=west.id, locale="zh_CN", now=NOW - timedelta(hours=3))
        ask.say(conn, Chat("web", "new"), "x", claim_id=None, locale="zh_CN", now=NOW + timedelta(hours=1))
        answer.take(conn, first.id, staff, holder=None, now=NOW)
        kinds = (Filters(), Filters(branch=f"/{town.city}/{town.west}/"), Filters(taken=staff.id), Filters(taken=0), Filters(State.CLOSED))
        return tuple([each.id for each in find.listed(conn, "/", filters).lines] for filters in kinds)

    assert await store.write(work) == ([2, 1, 3], [2], [1], [2, 3], [])


async def test_only_what_was_closed_long_ago_and_led_to_no_claim_is_erased_and_its_record_stays(store: Store) -> None:
    chats = [Chat("web", name) for name in ("open", "closed", "late")]

    def work(conn: Connection) -> tuple[list[int], int, int | None]:
        _, _, staff, of_claim = begin(conn)
        city = replace(staff, union_path="/")
        talks = [ask.say(conn, chat, "x", claim_id=None, locale="zh_CN", now=NOW).thread for chat in chats]
        for thread, at in ((of_claim, NOW), (talks[1], NOW), (talks[2], NOW + timedelta(days=2))):
            answer.close(conn, thread.id, city, seen=last_line(conn, thread.id).id, now=at)
        assert erase_closed(conn, NOW + timedelta(days=1)) is False
        kept = [thread.id for thread in all_threads(conn)]
        return kept, len(words_of(conn, talks[1].id)), audit.verify(conn, talks[1].subject)

    assert await store.write(work) == ([1, 2, 4], 0, None)


OTHER = Chat("telegram", "same-member")


def linked(conn: Connection, chat: Chat = CHAT) -> None:
    """The member has come together in two chats, and is in the other one."""
    party.join(conn, chat, OTHER, actor="member:web:somebody", how="code", now=NOW)
    party.arrive(conn, OTHER)


def answers(conn: Connection) -> list[str]:
    return [chat for chat, message in told(conn) if message.lines[0].key.startswith("thread.")]


async def test_the_answer_goes_where_the_member_last_was_and_the_word_that_it_is_closed_too(store: Store) -> None:
    def work(conn: Connection) -> list[str]:
        _, _, staff, thread = begin(conn)
        linked(conn)
        answered(conn, thread, staff)
        party.arrive(conn, CHAT)
        answered(conn, thread, staff, "还有一句")
        ask.say(conn, OTHER, "好", claim_id=thread.claim_id, locale="zh_CN", now=NOW)
        party.arrive(conn, OTHER)
        answer.close(conn, thread.id, staff, seen=last_line(conn, thread.id).id, now=NOW)
        return answers(conn)

    assert await store.write(work) == ["telegram:same-member", "web:somebody", "telegram:same-member"]


async def test_after_the_chats_part_the_answer_goes_to_the_chat_of_the_claim(store: Store) -> None:
    def work(conn: Connection) -> list[str]:
        _, claim, staff, thread = begin(conn)
        linked(conn)
        ask.say(conn, OTHER, "还是我", claim_id=claim.id, locale="zh_CN", now=NOW)
        party.leave(conn, OTHER, actor="member:web:somebody", now=NOW)
        answered(conn, thread, staff)
        return answers(conn)

    assert await store.write(work) == ["web:somebody"]


async def test_what_is_written_without_a_claim_in_two_chats_of_a_member_is_one_thread(store: Store) -> None:
    def work(conn: Connection) -> tuple[list[int], int, list[int]]:
        plant(conn)
        linked(conn)
        first = ask.say(conn, CHAT, "一", claim_id=None, locale="zh_CN", now=NOW).thread
        second = ask.say(conn, OTHER, "二", claim_id=None, locale="zh_CN", now=NOW).thread
        party.leave(conn, OTHER, actor="member:web:somebody", now=NOW)
        apart = ask.say(conn, OTHER, "三", claim_id=None, locale="zh_CN", now=NOW).thread
        return [first.id, second.id], apart.id, [len(words_of(conn, thread.id)) for thread in all_threads(conn)]

    together, apart, said = await store.write(work)

    assert together[0] == together[1] != apart
    assert said == [2, 1]


async def test_nobody_answers_in_a_chat_linked_with_their_own(store: Store) -> None:
    def work(conn: Connection) -> None:
        _, _, staff, thread = begin(conn)
        linked(conn)
        link(conn, staff, OTHER.id)
        with pytest.raises(NotAllowedError, match="own"):
            answered(conn, thread, staff)

    await store.write(work)


async def test_a_member_who_writes_while_the_answer_is_on_its_way_is_read_first(store: Store) -> None:
    _, claim, staff, thread = await store.write(begin)
    seen = (await store.read(last_line, thread.id)).id

    def reply(conn: Connection) -> Thread:
        return answer.answer(conn, thread.id, staff, "三天内到账", seen=seen, now=NOW)

    def more(conn: Connection) -> ask.Said:
        return ask.say(conn, CHAT, "急用", claim_id=claim.id, locale="zh_CN", now=NOW)

    results = await asyncio.gather(store.write(more), store.write(reply), return_exceptions=True)

    said = await store.read(words_of, thread.id)
    after = (await store.read(all_threads))[0]
    if isinstance(results[1], NewerError):
        assert (said, after.state) == ([QUESTION, "急用"], State.WAITING)
    else:  # the answer came first: then it is the staff's turn again
        assert (said, after.state) == ([QUESTION, "三天内到账", "急用"], State.WAITING)


async def test_of_fifty_messages_at_once_none_is_lost_and_the_staff_are_told_once(store: Store) -> None:
    _, claim, staff, thread = await store.write(begin)
    texts = [f"第{number}句" for number in range(50)]

    def work(conn: Connection, text: str) -> ask.Said:
        return ask.say(conn, CHAT, text, claim_id=claim.id, locale="zh_CN", now=NOW)

    await asyncio.gather(*(store.write(work, text) for text in texts))

    assert sorted(await store.read(words_of, thread.id)) == sorted([QUESTION, *texts])
    assert len(await store.read(queued, "thread_news")) == 1
    assert (await store.write(answered, thread, staff)).state is State.ANSWERED
    assert await store.read(audit.verify, thread.subject) is None


async def test_of_a_very_long_thread_the_last_things_said_are_read(store: Store) -> None:
    def work(conn: Connection) -> list[str]:
        _, claim, _, thread = begin(conn)
        for number in range(10):
            ask.say(conn, CHAT, f"第{number}句", claim_id=claim.id, locale="zh_CN", now=NOW)
        return [line.words for line in lines(conn, thread.id, 3)]

    assert await store.write(work) == ["第7句", "第8句", "第9句"]


@pytest.mark.parametrize(("words", "goes"), [("字" * 2000, True), ("字" * 2000 + "\n ", True), ("字" * 2001, False)])
async def test_an_answer_of_exactly_the_limit_goes_whole_and_one_beyond_not_at_all(store: Store, words: str, goes: bool) -> None:
    _, _, staff, thread = await store.write(begin)

    if goes:
        await store.write(answered, thread, staff, words)
    else:
        with pytest.raises(TooLongError):
            await store.write(answered, thread, staff, words)

    assert await store.read(words_of, thread.id) == ([QUESTION, "字" * 2000] if goes else [QUESTION])
