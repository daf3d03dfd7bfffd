"""What a thread makes known: to its branch when it opens, to whoever took it when their turn comes, to the member an answer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, func, not_, select

from bot import jobs, notices
from bot.claims.news import Post
from bot.claims.tables import claims
from bot.claims.told import first_time
from bot.jobs import Job
from bot.linking.party import where
from bot.members.tables import unions
from bot.message import Button, Message
from bot.staff import accounts, links
from bot.threads.find import is_known
from bot.threads.tables import threads
from bot.threads.thread import State, Thread, read
from handlers.say import Say

JOB_KIND: Final = "thread_news"
"""The kind of the job that tells the staff; payload {"thread": id, "again": whether only whoever took it}, or of many threads at once
{"since": when the first of them may have been opened}."""
BUNDLE: Final = timedelta(minutes=3)
"""Strangers who ask within so long of each other are told of together: opening chats costs nothing, and news of claims must not wait."""
MOST_POSTED: Final = 20
WRITE: Final = Button(Say("thread.button.write"), "human")
"""What is typed next goes to the staff, about whatever is being talked about."""

FROM_STAFF: Final = frozenset({"thread.answer", "thread.answer_about", "thread.closed"})
"""The sentences that come from the staff: over a button to write to them, and a reply to one goes to them."""


def write(claim_id: int | None) -> Button:
    """The same, about that very claim."""
    return WRITE if claim_id is None else Button(WRITE.label, f"{WRITE.action}:{claim_id}")


def tell_staff_later(conn: Connection, thread_id: int, *, now: datetime) -> None:
    """Queue the job that tells the branch who asks for a person: at once of a claim, a member, or the first stranger for a while."""
    if not _is_one_of_many(conn, thread_id, now):
        jobs.add(conn, JOB_KIND, {"thread": thread_id, "again": False}, now=now)
        return
    number = int(now.timestamp() // BUNDLE.total_seconds())
    since, until = (datetime.fromtimestamp(each * BUNDLE.total_seconds(), UTC) for each in (number, number + 1))
    jobs.add(conn, JOB_KIND, {"since": since.isoformat()}, now=now, due=until, dedupe=f"{JOB_KIND}:{number}")


def tell_taker_later(conn: Connection, thread_id: int, *, now: datetime) -> None:
    """Queue the job that tells whoever took it that the member has answered."""
    jobs.add(conn, JOB_KIND, {"thread": thread_id, "again": True}, now=now)


def tell_staff_once(conn: Connection, job: Job, public_url: str, post: Post, now: datetime) -> None:
    """Carry that job out, once however often it is tried. A thread closed meanwhile is no news."""
    if not first_time(conn, job.id, now):
        return
    if "since" in job.payload:
        _tell_of_strangers(conn, datetime.fromisoformat(job.payload["since"]), public_url, post, now)
        return
    thread = read(conn, job.payload["thread"])
    if thread.state is State.CLOSED:
        return
    number, union = _named(conn, thread)
    if job.payload["again"]:
        _tell_taker(conn, thread, public_url, now)
        return
    _tell(conn, links.chats_over(conn, thread.union_path), _new(thread, number, union), thread.id, public_url, now)
    post(conn, "threads", {"thread": thread.id, "number": number, "union": union}, now)


def tell_member(conn: Connection, thread: Thread, words: str, *, now: datetime) -> None:
    """Queue the answer into the chat where the member last was."""
    number, _ = _named(conn, thread)
    about = Say("thread.answer", {"text": words}) if number is None else Say("thread.answer_about", {"text": words, "number": number})
    _tell_member(conn, thread, about, now)


def tell_member_closed(conn: Connection, thread: Thread, *, now: datetime) -> None:
    """Queue that the staff are done with it, where the member was still waiting for words."""
    _tell_member(conn, thread, Say("thread.closed"), now)


def _tell_member(conn: Connection, thread: Thread, said: Say, now: datetime) -> None:
    message = Message((said,), ((write(thread.claim_id),),))
    notices.queue(conn, where(conn, thread.chat), message, locale=thread.locale, now=now)


def _is_one_of_many(conn: Connection, thread_id: int, now: datetime) -> bool:
    """Whether a stranger opened it while another one had just done so and waits."""
    if conn.execute(select(threads.c.id).where(threads.c.id == thread_id, is_known())).first() is not None:
        return False
    since = now - BUNDLE
    just_asked = (threads.c.id != thread_id, threads.c.opened_at > since, threads.c.since > since, *_strangers())  # `since` has an index
    return conn.execute(select(threads.c.id).where(*just_asked).limit(1)).first() is not None


def _strangers() -> tuple[ColumnElement[bool], ...]:
    """Who wait for anybody of the staff."""
    return (threads.c.state == State.WAITING, threads.c.taken_by.is_(None), not_(is_known()))


def _tell_of_strangers(conn: Connection, since: datetime, public_url: str, post: Post, now: datetime) -> None:
    """One line to each linked chat in whose branch one has come since then, with how many wait; nothing of them by name."""
    button = Button(Say("button.open_threads"), url=f"{public_url}/console/threads")
    for chat, locale, scope in links.everybody_linked(conn):
        here = select(func.count(), func.max(threads.c.opened_at)).where(threads.c.union_path.startswith(scope, autoescape=True))
        number, newest = conn.execute(here.where(*_strangers())).one()
        if number and newest >= since:
            said = Say("news.staff.threads_waiting", {"count": number})
            notices.queue(conn, chat, Message((said,), ((button,),)), locale=locale, now=now)
    wanted = select(threads.c.id, unions.c.name).outerjoin(unions, unions.c.path == threads.c.union_path)
    came = wanted.where(threads.c.opened_at >= since, *_strangers()).order_by(threads.c.id).limit(MOST_POSTED)
    for row in conn.execute(came).all():
        post(conn, "threads", {"thread": row.id, "number": None, "union": row.name or ""}, now)


def _new(thread: Thread, number: str | None, union: str) -> Say:
    if number is None:
        return Say("news.staff.thread", {"thread": thread.id, "union": union})
    return Say("news.staff.thread_of_claim", {"number": number, "union": union})


def _tell_taker(conn: Connection, thread: Thread, public_url: str, now: datetime) -> None:
    taker = None if thread.taken_by is None else accounts.one(conn, thread.taken_by)
    if taker is None or taker.disabled:
        return
    chats = [(chat, taker.locale) for chat in links.chats_of(conn, taker.id)]
    _tell(conn, chats, Say("news.staff.thread_again", {"thread": thread.id}), thread.id, public_url, now)


def _tell(conn: Connection, chats: list[Any], said: Say, thread_id: int, public_url: str, now: datetime) -> None:
    button = Button(Say("button.open_thread"), url=f"{public_url}/console/threads/{thread_id}")
    for chat, locale in chats:
        notices.queue(conn, chat, Message((said,), ((button,),)), locale=locale, now=now)


def _named(conn: Connection, thread: Thread) -> tuple[str | None, str]:
    """The number of its claim and the name of its union: all that leaves the house."""
    found = conn.execute(select(unions.c.name).where(unions.c.path == thread.union_path)).first()
    number = None if thread.claim_id is None else conn.execute(select(claims.c.number).where(claims.c.id == thread.claim_id)).scalar_one()
    return number, found.name if found else ""
