"""A night's sweep: what its days have passed for is gone, rows and files; what is a claim's, or under way, stays."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection, Table, func, insert, select, update

from bot import audit
from bot.broadcast import find
from bot.broadcast.audience import Audience, Of
from bot.broadcast.states import Fate, State
from bot.broadcast.tables import broadcast_recipients, broadcasts
from bot.channels import ledger
from bot.channels.tables import sends
from bot.channels.web.tables import web_chats, web_messages
from bot.channels.wechat.tables import wechat_chats, wechat_signatures, wechat_tokens
from bot.claims.tables import claims
from bot.conversation import state
from bot.conversation.tables import conversations, updates
from bot.documents import uploads
from bot.documents.files import Files, picture_key, raw_key
from bot.documents.tables import uploads as upload_rows
from bot.jobs import Job
from bot.jobs.tables import DEAD, jobs
from bot.linking import party
from bot.linking.tables import chat_codes, link_tries
from bot.message import Chat, Incoming, Text, UploadId
from bot.reminders import announcements
from bot.reminders.tables import announcements_off, promises, reminders
from bot.retention import papers, sweep
from bot.retention.keep import Keep
from bot.retention.sweep import Sweep
from bot.staff import accounts, links, sessions, throttle
from bot.staff.roles import Role
from bot.staff.tables import link_codes, setup_links, sign_in_attempts, staff_sessions
from bot.store import Keyring, Store
from tests.claims.making import CHAT, Stay, claim_for, plant

NOW = datetime(2026, 11, 23, 20, 0, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Shanghai")
DAY = timedelta(days=1)
DAYS = Keep(updates=14 * DAY, web_chats=90 * DAY, web_messages=365 * DAY, uploads=7 * DAY, failed_jobs=90 * DAY)


@dataclass
class House:
    """A deployment to be swept."""

    store: Store
    files: Files
    folder: Path

    async def swept(self, now: datetime = NOW) -> None:
        """One night, with the jobs that follow from it."""
        await sweep.sweeper(Sweep(self.store, self.files, self.folder / "wechat", DAYS, ZONE), lambda: now)(Job(1, sweep.JOB_KIND, {}, 1))
        for payload in await self.store.read(lambda conn: list(conn.scalars(select(jobs.c.payload).where(jobs.c.kind == papers.ERASE)))):
            await papers.eraser(self.files)(Job(2, papers.ERASE, payload, 1))

    async def count(self, table: Table) -> int:
        """How many rows there are."""
        return await self.store.read(lambda conn: conn.execute(select(func.count()).select_from(table)).scalar_one())

    async def add(self, table: Table, **values: Any) -> None:
        """Put a row there."""
        await self.store.write(lambda conn: conn.execute(insert(table).values(**values)))

    def on_disk(self) -> list[str]:
        """Every file there is, and every folder of an upload."""
        return sorted(str(path.relative_to(self.folder / "files")) for path in (self.folder / "files").rglob("*/*"))


@pytest.fixture
def house(store: Store, keyring: Keyring, tmp_path: Path) -> House:
    return House(store, Files((tmp_path / "files").as_uri(), keyring), tmp_path)


def conversation(conn: Connection, chat: Chat, at: datetime, place: dict[str, Any] | None = None) -> None:
    conn.execute(
        insert(conversations).values(channel=chat.channel, chat=chat.id, locale="zh_CN", revision=1, state=place or {}, changed_at=at)
    )


def web_chat(conn: Connection, name: str, at: datetime, messages: int = 3, place: dict[str, Any] | None = None) -> None:
    conn.execute(insert(web_chats).values(id=name, token_hash=name, locale="zh_CN", created_at=at))
    rows = [
        {"chat": name, "direction": "in", "source": f"{number}", "payload": {"text": "x"}, "created_at": at} for number in range(messages)
    ]
    conn.execute(insert(web_messages), rows)
    conversation(conn, Chat("web", name), at, place)


async def upload(house: House, at: datetime, chat: Chat = Chat("web", "a"), pictures: int = 2) -> UploadId:  # noqa: B008 - it is frozen
    upload_id = await house.store.write(lambda conn: uploads.add(conn, chat, source={"raw": True}, name="x.jpg", now=at))
    for number in range(pictures):
        await house.files.put(picture_key(upload_id, number), b"picture")
    await house.store.write(uploads.settle, upload_id, pictures, now=at)
    return upload_id


async def test_updates_are_remembered_for_some_days(house: House) -> None:
    def taken(conn: Connection) -> None:
        for number, day in enumerate((date(2026, 11, 8), date(2026, 11, 9), date(2026, 11, 23))):
            conn.execute(insert(updates).values(channel="telegram", update_id=str(number), day=day))

    await house.store.write(taken)

    await house.swept()

    assert await house.store.read(lambda conn: sorted(conn.scalars(select(updates.c.update_id)))) == ["1", "2"]


async def test_an_update_is_dated_when_it_is_taken(house: House) -> None:
    await house.store.write(state.take, Incoming(Chat("telegram", "1"), "77", Text("x")), NOW)

    day = await house.store.read(lambda conn: conn.execute(select(updates.c.day)).scalar_one())

    assert abs(day - datetime.now(UTC).date()) <= DAY


async def test_more_updates_than_one_look_holds_are_all_gone_through(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.retention.rows.AT_ONCE", 7)
    rows = [
        {"channel": channel, "update_id": f"{number:03}", "day": date(2026, 1, 1) if number % 2 else date(2026, 11, 23)}
        for channel in ("telegram", "web")
        for number in range(50)
    ]
    await house.store.write(lambda conn: conn.execute(insert(updates), rows))

    await house.swept()

    assert await house.count(updates) == 50


async def test_a_web_chat_that_led_to_nothing_is_gone_with_everything_said_in_it(house: House) -> None:
    await house.store.write(web_chat, "old", NOW - 91 * DAY, 1200)
    await house.store.write(web_chat, "new", NOW - 89 * DAY)
    await house.store.write(lambda conn: conn.execute(insert(reminders).values(conversation_id=1, passed=0, stopped_at=NOW)))

    await house.swept()

    assert [await house.count(table) for table in (web_chats, web_messages, conversations, reminders)] == [1, 3, 1, 0]


async def test_a_web_chat_that_was_opened_and_never_used_is_gone(house: House) -> None:
    await house.add(web_chats, id="opened", token_hash="x", locale="en", created_at=NOW - 91 * DAY)

    await house.swept()

    assert await house.count(web_chats) == 0


async def test_a_web_chat_with_a_claim_a_draft_a_promise_or_a_linked_account_stays(house: House) -> None:
    def work(conn: Connection) -> None:
        for name in ("claim", "draft", "promise", "staff", "nothing"):
            web_chat(conn, name, NOW - 100 * DAY, place={"flow": "claim", "about": {"benefit": "hospital"}} if name == "draft" else None)
        claim_for(conn, Stay(plant(conn).east_base, chat=Chat("web", "claim")))
        kept = {"benefit": "hospital", "kind": "rules", "facts": {}, "due": NOW, "locale": "en"}
        conn.execute(insert(promises).values(channel="web", chat="promise", **kept))
        person = accounts.add(conn, login="linked", name="x", role=Role.REVIEWER, union_id=None, locale="en", actor="system", now=NOW)
        links.link_chat(conn, links.new_code(conn, person, now=NOW), Chat("web", "staff"), now=NOW)

    await house.store.write(work)

    await house.swept()

    left = await house.store.read(lambda conn: sorted(conn.scalars(select(web_chats.c.id))))
    assert left == ["claim", "draft", "promise", "staff"]
    assert (await house.count(claims), await house.count(audit.audit)) != (0, 0)


async def test_what_was_said_a_year_ago_is_gone_even_beside_a_claim(house: House) -> None:
    def work(conn: Connection) -> None:
        web_chat(conn, "claim", NOW - 366 * DAY, 700)
        claim_for(conn, Stay(plant(conn).east_base, chat=Chat("web", "claim")))
        later = {"chat": "claim", "direction": "in", "source": "new", "payload": {"text": "x"}, "created_at": NOW - 364 * DAY}
        conn.execute(insert(web_messages).values(later))

    await house.store.write(work)

    await house.swept()

    assert (await house.count(web_messages), await house.count(claims)) == (1, 1)


async def test_files_that_belong_to_nothing_are_gone_from_the_disk(house: House) -> None:
    old, new = await upload(house, NOW - 8 * DAY), await upload(house, NOW - 6 * DAY)

    await house.swept()

    assert await house.store.read(lambda conn: list(conn.scalars(select(upload_rows.c.id)))) == [new]
    assert [path for path in house.on_disk() if old in path] == []
    assert [path for path in house.on_disk() if new in path] == [f"pictures/{new}", f"pictures/{new}/0.jpg", f"pictures/{new}/1.jpg"]


async def test_the_papers_of_a_claim_and_of_a_draft_stay(house: House) -> None:
    chat = Chat("web", "somebody")
    of_claim, of_draft = await upload(house, NOW - 800 * DAY, chat), await upload(house, NOW - 20 * DAY, chat)

    def work(conn: Connection) -> None:
        claim = claim_for(conn, Stay(plant(conn).east_base, chat=chat))
        uploads.attach(conn, [of_claim], claim.id, ["receipt"])
        papers_of = {"documents": {"uploads": [{"upload": of_draft, "kind": "receipt"}], "done": False}}
        draft = {"flow": "claim", "about": {"benefit": "hospital"}, "answers": papers_of}
        conversation(conn, chat, NOW - 20 * DAY, {"drafts": {"hospital": draft}})

    await house.store.write(work)

    await house.swept()

    assert await house.count(upload_rows) == 2
    assert len([path for path in house.on_disk() if path.endswith(".jpg")]) == 4


async def test_the_papers_of_a_draft_that_went_on_in_another_chat_of_the_member_stay(house: House) -> None:
    here, there = Chat("web", "here"), Chat("telegram", "7001")
    paper = await upload(house, NOW - 20 * DAY, here)

    def work(conn: Connection) -> None:
        papers_of = {"documents": {"uploads": [{"upload": paper, "kind": "receipt"}], "done": False}}
        conversation(conn, there, NOW - 20 * DAY, {"flow": "claim", "about": {"benefit": "hospital"}, "answers": papers_of})
        web_chat(conn, here.id, NOW - 200 * DAY)
        party.join(conn, there, here, actor="member:telegram:7001", how="code", now=NOW - 20 * DAY)

    await house.store.write(work)

    await house.swept()

    assert (await house.count(upload_rows), await house.count(web_chats)) == (1, 1)


async def test_codes_and_tries_to_bring_chats_together_are_gone_once_they_are_over(house: House) -> None:
    for name, days in {"old": 3, "new": 0}.items():
        at = NOW - days * DAY
        await house.add(chat_codes, code_hash=name, channel="web", chat=name, agreed=False, expires_at=at + DAY)
        await house.add(link_tries, who=name, at=at)

    await house.swept()

    assert (await house.count(chat_codes), await house.count(link_tries)) == (1, 1)


async def test_a_sweep_cut_off_before_the_bytes_are_gone_leaves_the_job_that_erases_them(house: House) -> None:
    upload_id = await upload(house, NOW - 8 * DAY)

    assert await house.store.write(papers.erase, upload_id, NOW)
    assert await house.count(upload_rows) == 0
    await house.swept()

    assert house.on_disk() == []


async def test_bytes_that_a_crash_left_behind_are_gone_and_those_still_to_be_read_stay(house: House) -> None:
    waiting = await house.store.write(lambda conn: uploads.add(conn, Chat("web", "a"), source={"raw": True}, name="x", now=NOW))
    settled = await upload(house, NOW)
    for name in (waiting, settled, "never-stored", "just-now"):
        await house.files.put(raw_key(UploadId(name)), b"raw")
    (house.folder / "files" / "raw" / "cut#1").write_bytes(b"half")
    for path in (house.folder / "files" / "raw").iterdir():
        age(path, 0 if path.name == "just-now" else 3)

    await house.swept()

    assert sorted(path.name for path in (house.folder / "files" / "raw").iterdir()) == sorted([waiting, "just-now"])


async def test_what_was_left_of_pushes_is_gone(house: House) -> None:
    folder = house.folder / "wechat"
    folder.mkdir()
    for name, days in {"1.half": 3, "2.half": 1, "3.unreadable": 31, "4.unreadable": 29, "5.push": 99}.items():
        (folder / name).write_bytes(b"x")
        age(folder / name, days)

    await house.swept()

    assert sorted(path.name for path in folder.iterdir()) == ["2.half", "4.unreadable", "5.push"]


async def test_sessions_links_codes_and_attempts_that_are_over_are_gone(house: House) -> None:
    def work(conn: Connection) -> None:
        for number, at in enumerate((NOW - 2 * DAY, NOW)):
            person = accounts.add(
                conn, login=f"staff{number}", name="x", role=Role.REVIEWER, union_id=None, locale="en", actor="system", now=at
            )
            throttle.seconds_to_wait(conn, throttle.of_stranger(f"staff{number}", "address"), now=at)
            sessions.begin(conn, person.id, now=at)
            links.invitation(conn, person.id, by="system", now=at)
            links.new_code(conn, person, now=at)

    await house.store.write(work)
    tables = [staff_sessions, setup_links, link_codes]

    await house.swept()

    assert [await house.count(table) for table in tables] == [1, 1, 1]
    assert await house.count(sign_in_attempts) == 2


async def test_jobs_given_up_long_ago_are_gone_and_waiting_ones_stay(house: House) -> None:
    for state_of, at in ((DEAD, NOW - 91 * DAY), (DEAD, NOW - 89 * DAY), ("waiting", NOW - 400 * DAY)):
        await house.add(jobs, kind="notice", payload={}, state=state_of, due=at, added_at=at, attempts=0)

    await house.swept()

    kinds = await house.store.read(lambda conn: sorted(conn.scalars(select(jobs.c.state).where(jobs.c.kind == "notice"))))
    assert kinds == [DEAD, "waiting"]


async def test_what_wechat_needed_for_a_moment_is_gone(house: House) -> None:
    for name, days in {"old": 2, "new": 0}.items():
        at = NOW - days * DAY
        await house.add(wechat_signatures, signature=name, first_at=at)
        await house.add(wechat_chats, chat=name, is_shut=False, heard_at=at, answered=name, answer="words", answered_at=at)
    for name, days in {"old": 31, "new": 1}.items():
        await house.add(wechat_tokens, app_id=name, token="x", serial=1, expires_at=NOW - days * DAY, renewed_until=NOW)

    await house.swept()

    assert [await house.count(table) for table in (wechat_signatures, wechat_tokens, wechat_chats)] == [1, 1, 2]
    answers = await house.store.read(lambda conn: [tuple(row) for row in conn.execute(select(wechat_chats.c.chat, wechat_chats.c.answer))])
    assert sorted(answers) == [("new", "words"), ("old", None)]


async def test_how_far_a_sending_came_is_forgotten_after_a_month_without_a_try(house: House) -> None:
    for job, days in {1: 31, 2: 29}.items():
        await house.store.write(ledger.leaving, job, now=NOW - days * DAY)

    await house.swept()

    assert await house.store.read(lambda conn: list(conn.scalars(select(sends.c.job)))) == [2]


async def test_one_kind_that_fails_does_not_keep_the_others(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> bool:
        raise RuntimeError

    monkeypatch.setattr("bot.retention.chats.erase_messages", broken)
    await upload(house, NOW - 8 * DAY)

    await house.swept()

    assert house.on_disk() == []


async def test_the_next_night_is_queued_once_however_many_start(house: House) -> None:
    for _ in range(3):
        await house.store.write(sweep.begin, ZONE, NOW)
    await house.swept()

    due = await house.store.read(lambda conn: list(conn.scalars(select(jobs.c.due).where(jobs.c.kind == sweep.JOB_KIND))))
    assert due == [datetime(2026, 11, 25, 3, 43, tzinfo=ZONE)]


async def test_no_piece_holds_the_database_for_more_than_some_hundred_rows(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    old = NOW - 500 * DAY

    def fill(conn: Connection) -> None:
        rows = [{"channel": "telegram", "update_id": str(number), "day": old.date()} for number in range(6000)]
        conn.execute(insert(updates), rows)
        for number in range(40):
            web_chat(conn, f"c{number}", old, 150)
        dead = [{"kind": "notice", "payload": {"x": 1}, "state": DEAD, "due": old, "added_at": old, "attempts": 9} for _ in range(2000)]
        conn.execute(insert(jobs), dead)

    await house.store.write(fill)
    taken = pieces(house.store, monkeypatch)

    await house.swept()

    assert await house.count(updates) == await house.count(web_messages) == await house.count(web_chats) == 0
    assert sum(taken) > 14_000
    assert max(taken) <= 600


def pieces(store: Store, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many rows each write takes away from now on."""
    taken: list[int] = []
    write = store.write

    def rows(conn: Connection) -> int:
        return sum(conn.scalar(select(func.count()).select_from(table)) or 0 for table in (updates, web_messages, web_chats, jobs))

    async def counting(work: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        def counted(conn: Connection) -> Any:
            before = rows(conn)
            result = work(conn, *args, **kwargs)
            taken.append(before - rows(conn))
            return result

        return await write(counted)

    monkeypatch.setattr(store, "write", counting)
    return taken


def age(path: Path, days: float) -> None:
    """Make a file as old as that."""
    at = (NOW - timedelta(days=days)).timestamp()
    os.utime(path, (at, at))


async def test_whom_a_broadcast_went_to_is_forgotten_and_what_became_of_it_stays(house: House) -> None:
    def work(conn: Connection) -> int:
        kept = [going_out(conn, NOW - days * DAY) for days in (91, 89)]
        return kept[0]

    old = await house.store.write(work)
    await house.swept()

    def look(conn: Connection) -> None:
        assert list(conn.scalars(select(broadcast_recipients.c.broadcast_id))) == [old + 1]
        gone = find.one(conn, old)
        assert gone is not None
        assert find.progress(conn, gone).fates == {Fate.SENT: 1}

    await house.store.read(look)


async def test_a_broadcast_held_up_for_a_month_is_cancelled_so_that_it_ends(house: House) -> None:
    def work(conn: Connection) -> tuple[int, int]:
        old, young = (going_out(conn, NOW - days * DAY) for days in (31, 29))
        for number, days in ((old, 31), (young, 29)):
            values = {"state": State.PAUSED, "began_at": NOW - days * DAY, "ended_at": None, "counts": None}
            conn.execute(update(broadcasts).where(broadcasts.c.id == number).values(values))
        return old, young

    both = await house.store.write(work)
    await house.swept()

    def look(conn: Connection) -> list[State]:
        return [found.state for number in both if (found := find.one(conn, number)) is not None]

    assert await house.store.read(look) == [State.CANCELLED, State.PAUSED]
    assert await house.store.read(lambda conn: list(conn.scalars(select(jobs.c.kind).where(jobs.c.kind == "broadcast")))) == ["broadcast"]


async def test_an_erased_chat_leaves_nothing_among_those_written_to(house: House) -> None:
    chat = Chat("web", "left-alone")

    def work(conn: Connection) -> None:
        row = {"id": chat.id, "token_hash": "x", "locale": "zh_CN", "created_at": NOW - 91 * DAY}
        conn.execute(insert(web_chats).values(row))
        going_out(conn, NOW - DAY, chat)
        announcements.stop(conn, chat, NOW)

    await house.store.write(work)
    await house.swept()

    for table in (web_chats, broadcast_recipients, announcements_off):
        assert await house.count(table) == 0


def going_out(conn: Connection, ended: datetime, chat: Chat = CHAT) -> int:
    """A broadcast to one person that is over."""
    values = {"state": State.DONE, "revision": 4, "union_path": "/", "words": {"zh_CN": "放假"}, "pace": 25, "writers": [1]}
    values |= {"audience": Audience(Of.MEMBERS, "/").to_json(), "created_at": ended, "ended_at": ended, "counts": {"sent": 1}}
    number = int(conn.execute(insert(broadcasts).values(values).returning(broadcasts.c.id)).scalar_one())
    person = {"broadcast_id": number, "person": "member:1", "channel": chat.channel, "chat": chat.id, "fate": Fate.SENT}
    conn.execute(insert(broadcast_recipients).values(person))
    return number
