"""Groups: private matters are refused; a group of the staff is linked with a code, told of claims, and claims are taken there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

import pytest
from sqlalchemy import Connection, select

from bot import audit
from bot.channels.telegram.tables import telegram_posts
from bot.claims import decide, find, news
from bot.claims.claim import Claim
from bot.claims.states import State
from bot.jobs import Job
from bot.message import Chat
from bot.staff import groups, links
from bot.staff.accounts import Staff
from bot.staff.roles import Role
from bot.store import Store
from tests.channels.telegram.running import Echo, Running, now, running
from tests.claims.making import CERTNO, NAME, Stay, Town, claim_for, hire, plant
from tests.fakes.phone import Phone, in_group
from tests.fakes.telegram import Chat as FakeChat
from tests.fakes.telegram import TelegramServer

GROUP = -100


@dataclass
class Office:
    """A branch, its people with their phones, and its group."""

    store: Store
    telegram: TelegramServer
    bot: Running
    town: Town
    admin: Staff
    group: FakeChat

    async def code(self) -> str:
        return await self.store.write(groups.new_code, self.admin, now=now())

    async def person(
        self, number: int, role: Role = Role.REVIEWER, union: int | None = None, *, linked: bool = True
    ) -> tuple[Staff, Phone]:
        """Somebody of the staff, with a chat of their own."""

        def work(conn: Connection) -> Staff:
            staff = hire(conn, f"person{number}", role, union)
            if linked:
                links.link_chat(conn, links.new_code(conn, staff, now=now()), Chat("telegram", str(number)), now=now())
            return staff

        return await self.store.write(work), Phone(self.telegram, number)

    async def claim(self, stay: Stay | None = None) -> Claim:
        """A new claim, of which the staff are told."""
        claim = await self.store.write(claim_for, stay or Stay(self.town.east_base))
        await self.store.write(_tell, claim.id)
        return claim

    async def reads(self, count: int) -> str:
        """Wait for so many messages in the group; the last one's text."""
        await self.telegram.until(lambda: len(self.group.messages) >= count)
        return str(self.group.messages[-1]["text"])

    async def shows(self, words: str) -> None:
        """Wait until the group's last message says so."""
        await self.telegram.until(lambda: self.group.messages and words in self.group.messages[-1]["text"])

    async def state(self, claim: Claim) -> Claim:
        return await self.store.read(find.one, claim.id)


def _tell(conn: Connection, claim_id: int) -> None:
    job = Job(claim_id, news.STAFF_NEWS, {"claim": claim_id, "again": False}, 1)
    news.tell_staff_once(conn, job, "https://here.example.org", lambda *_: None, now())


async def _office(store: Store, telegram: TelegramServer, bot: Running) -> Office:
    town = await store.write(plant)
    admin = await store.write(hire, "admin", Role.ADMINISTRATOR, town.east)
    group = telegram.chats.setdefault(GROUP, FakeChat(GROUP, "zh-hans"))
    return Office(store, telegram, bot, town, admin, group)


@pytest.fixture
async def office(sqlite_store: Store, telegram: TelegramServer) -> AsyncIterator[Office]:
    """An office whose group is linked."""
    async with running(sqlite_store, telegram, Echo(), quick=True) as bot:
        made = await _office(sqlite_store, telegram, bot)
        Phone(telegram, 1).says_in(made.group, f"/link@niangjia_bot {await made.code()}")
        await made.shows("好了")
        made.group.messages.clear()
        yield made


async def test_a_group_is_told_of_the_claims_of_its_branch_without_a_word_of_whose_they_are(office: Office) -> None:
    claim = await office.claim()
    await office.claim(Stay(office.town.west_base))
    text = await office.reads(1)
    await office.bot.settled()

    assert len(office.group.messages) == 1
    assert claim.number in text
    assert "还没人办" in text
    for secret in (NAME, CERTNO, claim.phone, claim.card, "12,160"):
        assert secret not in str(office.group.messages)


async def test_who_taps_first_has_the_claim_and_everybody_sees_it(office: Office) -> None:
    first, quick = await office.person(11)
    _, slow = await office.person(12)
    claim = await office.claim()
    await office.reads(1)

    quick.taps_in(office.group, "我来办")
    await office.shows(first.name)
    slow.taps_in(office.group, "我来办")
    await office.telegram.until(lambda: len(office.telegram.toasts) == 2)

    taken = await office.state(claim)
    assert (taken.state, taken.reviewer_id) == (State.IN_REVIEW, first.id)
    assert office.telegram.toasts == [f"{claim.number} 归您了", f"{first.name} 已经接手了。"]
    assert [button["text"] for button in office.group.messages[0]["reply_markup"]["inline_keyboard"][0]] == ["打开"]


async def test_five_taps_at_once_and_again_give_the_claim_once(office: Office) -> None:
    people = [await office.person(20 + number) for number in range(5)]
    claim = await office.claim()
    await office.reads(1)
    taps = [phone.taps_in(office.group, "我来办") for _, phone in people]

    await asyncio.gather(*(office.bot.channel.take(tap) for tap in taps * 3))
    await office.bot.settled()

    assert (await office.state(claim)).revision == claim.revision + 1
    assert len([toast for toast in office.telegram.toasts if "归您了" in toast]) == 1
    assert len(office.telegram.toasts) == 5


async def test_a_claim_taken_in_the_console_changes_its_post(office: Office) -> None:
    person, _ = await office.person(11)
    claim = await office.claim()
    await office.reads(1)
    await office.bot.settled()

    await office.store.write(decide.take, claim.id, claim.revision, person, now=now())

    await office.shows(person.name)


async def test_a_claim_put_back_can_be_taken_again(office: Office) -> None:
    person, phone = await office.person(11)
    claim = await office.claim()
    await office.reads(1)
    phone.taps_in(office.group, "我来办")
    await office.shows(person.name)
    await office.store.write(decide.put_back, claim.id, claim.revision + 1, person, now=now())
    await office.shows("还没人办")

    (button, _) = office.group.messages[0]["reply_markup"]["inline_keyboard"][0]
    phone.telegram.first_keyboards[office.group.messages[0]["message_id"]]["inline_keyboard"][0][0] = button
    phone.taps_in(office.group, "我来办")

    await office.shows(person.name)


@pytest.mark.parametrize(
    ("role", "branch", "linked", "said"),
    [
        (Role.REVIEWER, "east", False, "还不知道您是哪位"),
        (Role.REVIEWER, "west", True, "不归您那里管"),
    ],
)
async def test_who_may_not_take_it_is_told_why_and_nobody_else_hears(
    office: Office, role: Role, branch: str, linked: bool, said: str
) -> None:
    _, phone = await office.person(11, role, getattr(office.town, branch), linked=linked)
    claim = await office.claim()
    await office.reads(1)

    phone.taps_in(office.group, "我来办")
    await office.telegram.until(lambda: office.telegram.toasts)

    assert said in office.telegram.toasts[0]
    assert (await office.state(claim)).state is State.SUBMITTED


async def test_nobody_takes_their_own_claim_in_the_group(office: Office) -> None:
    _, phone = await office.person(11)
    claim = await office.claim(Stay(office.town.east_base, chat=Chat("telegram", "11")))
    await office.reads(1)

    phone.taps_in(office.group, "我来办")
    await office.telegram.until(lambda: office.telegram.toasts)

    assert "您自己的申请" in office.telegram.toasts[0]
    assert (await office.state(claim)).state is State.SUBMITTED


@pytest.mark.parametrize(
    "action", ["claim_it", "claim_it:", "claim_it:1", "claim_it:x:1", "claim_it:1:-1", "claim_it:999:1", "=1.1.k.yes", "stop"]
)
async def test_a_forged_button_in_the_group_does_nothing(office: Office, action: str) -> None:
    _, phone = await office.person(11)
    await office.claim()
    await office.reads(1)
    message = dict(office.group.messages[0]) | {"chat": in_group(office.group)}

    phone.taps_action(action, message)
    await office.telegram.until(lambda: office.telegram.toasts)

    assert office.telegram.toasts[0].startswith(("这个按钮", "这件申请"))


async def test_a_button_carried_into_another_group_does_nothing(office: Office) -> None:
    _, phone = await office.person(11)
    claim = await office.claim()
    await office.reads(1)
    other = office.telegram.chats.setdefault(-200, FakeChat(-200, "zh-hans"))
    message = dict(office.group.messages[0]) | {"chat": in_group(other)}

    phone.taps_action(f"claim_it:{claim.id}:{claim.revision}", message)
    await office.telegram.until(lambda: office.telegram.toasts)

    assert (await office.state(claim)).state is State.SUBMITTED


async def test_what_is_said_in_a_group_of_the_staff_is_let_alone(office: Office) -> None:
    Phone(office.telegram, 1).says_in(office.group, "who has lunch?")
    await office.telegram.until(lambda: not office.telegram.pending)
    await office.bot.settled()

    assert office.group.messages == []


@pytest.mark.parametrize("kind", ["wrong", "own", "old", "used"])
async def test_a_code_that_is_not_good_links_no_group(sqlite_store: Store, telegram: TelegramServer, kind: str) -> None:
    async with running(sqlite_store, telegram, Echo(), quick=True) as bot:
        office = await _office(sqlite_store, telegram, bot)
        codes: dict[str, Callable[[Connection], str]] = {
            "wrong": lambda _: "AAAAAAAA",
            "own": lambda conn: links.new_code(conn, office.admin, now=now()),
            "old": lambda conn: groups.new_code(conn, office.admin, now=now() - links.CODE_LASTS),
            "used": lambda conn: _used(conn, office.admin),
        }
        code = await sqlite_store.write(codes[kind])

        Phone(telegram, 1).says_in(office.group, f"/link {code}")

        await office.shows("绑定码不对")
        assert await sqlite_store.read(groups.of, Chat("telegram", str(GROUP))) is None
        assert await sqlite_store.write(links.link_chat, code, Chat("telegram", "5"), now=now()) is None  # it was read by others


async def test_guessing_at_codes_in_a_group_is_stopped_after_five_tries(sqlite_store: Store, telegram: TelegramServer) -> None:
    async with running(sqlite_store, telegram, Echo(), quick=True) as bot:
        office = await _office(sqlite_store, telegram, bot)
        phone = Phone(telegram, 1)
        for number in range(5):
            phone.says_in(office.group, f"/link AAAA000{number}")

        phone.says_in(office.group, f"/link {await office.code()}")

        await office.shows("太多")
        assert await sqlite_store.read(groups.of, Chat("telegram", str(GROUP))) is None


def _used(conn: Connection, admin: Staff) -> str:
    code = groups.new_code(conn, admin, now=now())
    groups.link(conn, code, Chat("telegram", "-300"), now=now())
    return code


async def test_a_code_for_a_group_links_no_chat_of_ones_own(office: Office) -> None:
    code = await office.code()

    assert await office.store.write(links.link_chat, code, Chat("telegram", "5"), now=now()) is None
    assert await office.store.write(groups.link, code, Chat("telegram", "-300"), now=now()) is not None


async def test_a_group_that_removes_the_bot_is_told_nothing_more(office: Office) -> None:
    await office.claim()
    await office.reads(1)
    bot = office.telegram.do_getme({})
    office.telegram.update(
        my_chat_member={
            "chat": in_group(office.group),
            "from": Phone(office.telegram, 1).user,
            "date": 1,
            "old_chat_member": {"user": bot, "status": "member"},
            "new_chat_member": {"user": bot, "status": "left"},
        }
    )
    await office.telegram.until(lambda: not office.telegram.pending)
    await office.claim()
    await office.bot.settled()

    assert len(office.group.messages) == 1
    assert await office.store.read(lambda conn: conn.execute(select(telegram_posts)).all()) == []
    entries = await office.store.read(audit.history, f"group:telegram:{GROUP}")
    assert [entry.action for entry in entries] == ["group_linked", "group_unlinked"]


async def test_a_group_that_becomes_a_supergroup_loses_no_news(office: Office) -> None:
    bigger = office.telegram.chats.setdefault(-100200, FakeChat(-100200, "zh-hans"))
    office.group.moved_to = bigger.id

    claim = await office.claim()
    await office.telegram.until(lambda: bigger.messages)

    assert claim.number in bigger.messages[0]["text"]
    assert await office.bot.settled() == []
