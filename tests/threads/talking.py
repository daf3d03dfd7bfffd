"""A member's chat with the staff, for these tests: what stands on its threads, and what left for whom."""

from __future__ import annotations

from sqlalchemy import Connection, select

from bot.message import Chat, Message
from bot.staff import links
from bot.staff.accounts import Staff
from bot.threads import thread as threads
from bot.threads.tables import threads as table
from bot.threads.thread import Line, Thread
from tests.claims.making import NOW, queued


def all_threads(conn: Connection) -> list[Thread]:
    return [threads.read(conn, thread_id) for thread_id in conn.execute(select(table.c.id).order_by(table.c.id)).scalars()]


def words_of(conn: Connection, thread_id: int) -> list[str]:
    return [line.words for line in threads.lines(conn, thread_id)]


def last_line(conn: Connection, thread_id: int) -> Line:
    return threads.lines(conn, thread_id)[-1]


def told(conn: Connection) -> list[tuple[str, Message]]:
    """Every notice that waits, with the chat it goes to."""
    return [(f"{each['channel']}:{each['chat']}", Message.from_json(each["message"])) for each in queued(conn, "notice")]


def link(conn: Connection, staff: Staff, chat: str) -> None:
    links.link_chat(conn, links.new_code(conn, staff, now=NOW), Chat("telegram", chat), now=NOW)
