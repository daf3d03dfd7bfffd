"""Proof against the roster: all three agree, or nothing happens and nothing is learnt."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Connection, select

from bot.claims import decide
from bot.linking import party
from bot.linking.tables import linked_chats
from bot.members import roster
from bot.message import Chat
from bot.store import Store
from calculator import Fen
from handlers.identity import check_sign
from tests.claims.making import NAME, Stay, claim_for, hire
from tests.linking.talking import PHONE, STRANGER, WEB, WECHAT, Town

CERTNO = "11010119800101001" + check_sign("11010119800101001")
NUMBER = "19912345678"
RIGHT = f"核对 {NAME} {CERTNO} {NUMBER}"
NOBODY = "110101199003070417"


def enrol(conn: Connection, town: Town, phone: str | None = NUMBER) -> int:
    return roster.add(conn, union_id=2, name=NAME, certno=CERTNO, in_work=True, now=town.now, phone=phone)


def approved(conn: Connection, town: Town) -> str:
    """A claim that staff have compared with the papers: from now on the chat is known to be this member's."""
    claim = claim_for(conn, Stay(2, chat=PHONE, certno=CERTNO))
    staff = hire(conn, "somebody")
    claim = decide.take(conn, claim.id, claim.revision, staff, now=town.now)
    decide.approve(conn, claim.id, claim.revision, staff, amount=Fen(claim.estimated or 0), now=town.now)
    return claim.number


@pytest.fixture
async def town(store: Store) -> Town:
    """A member on the roster, with a claim made on the phone."""
    made = Town(store)
    await made.open()
    await store.write(enrol, made)
    await made.says(PHONE, "/start")
    await store.write(approved, made)
    await made.says(PHONE, "/menu")
    return made


async def linked(town: Town) -> int:
    return len(await town.store.read(lambda conn: conn.execute(select(linked_chats)).all()))


async def test_who_knows_all_three_sees_their_claims_and_the_other_chat_is_told(town: Town) -> None:
    await town.says(WEB, RIGHT)

    assert "对上了" in town.last(WEB)
    assert "C-2611-0001" in await town.says(WEB, "/status")
    assert "网页" in town.last(PHONE)
    assert await town.store.read(party.together, PHONE) == [WEB, PHONE]


async def test_the_member_undoes_a_link_that_was_not_theirs_with_one_press(town: Town) -> None:
    await town.says(WEB, RIGHT)

    await town.says(PHONE, "[不是我，断开]")

    assert await town.store.read(party.together, WEB) == [WEB]
    assert "C-2611-0001" not in await town.says(WEB, "/status")
    assert "C-2611-0001" in await town.says(PHONE, "/status")


@pytest.mark.parametrize(
    "said",
    [
        f"核对 {NAME} {CERTNO} 13800000000",
        f"核对 李小红 {CERTNO} {NUMBER}",
        f"核对 {NAME} {NOBODY} {NUMBER}",
        f"核对 李小红 {NOBODY} 13800000000",
    ],
    ids=["another phone", "another name", "another number", "nobody at all"],
)
async def test_a_stranger_learns_nothing_and_changes_nothing(town: Town, said: str) -> None:
    before = town.heard(PHONE)
    answer = await town.says(STRANGER, said)

    assert answer.startswith("收到，正在和名册核对")
    assert len(town.heard(STRANGER)) == 1
    assert await linked(town) == 0
    assert "C-2611" not in await town.says(STRANGER, "/status")
    told = town.heard(PHONE)[len(before) :]
    assert ["没有对上" in each for each in told] == ([] if NOBODY in said else [True])


async def test_every_answer_is_the_same_to_the_letter_whatever_the_roster_says(town: Town) -> None:
    first = [await _first_answer(town, WEB, RIGHT), await _first_answer(town, STRANGER, f"核对 李小红 {CERTNO} 13800000000")]

    assert first[0] == first[1]


async def _first_answer(town: Town, chat: Chat, said: str) -> str:
    await town.says(chat, said)
    return town.heard(chat)[0]


async def test_the_answer_is_given_before_the_roster_is_looked_at(town: Town) -> None:
    """So that it takes as long for a member of the roster as for nobody."""
    town.held_up = True

    assert await town.says(WEB, RIGHT) == await town.says(STRANGER, f"核对 李小红 {NOBODY} 13800000000")
    assert "正在和名册核对" in town.last(WEB)
    assert await linked(town) == 0


async def test_guessing_the_phone_is_stopped_and_said_to_be(town: Town) -> None:
    answers = {await town.says(STRANGER, f"核对 {NAME} {CERTNO} 1380000000{number}") for number in range(3)}

    assert len(answers) == 1
    assert "明天再试" in await town.says(STRANGER, RIGHT)
    assert await linked(town) == 0


async def test_the_member_is_told_of_failed_tries_a_few_times_a_day(town: Town) -> None:
    for number in range(6):
        stranger = Chat("web", f"stranger-{number}")
        await town.says(stranger, f"核对 {NAME} {CERTNO} 1380000000{number}")

    assert sum("没有对上" in each for each in town.heard(PHONE)) == 2


async def test_a_day_later_the_member_can_prove_it_again(town: Town) -> None:
    for number in range(3):
        await town.says(WEB, f"核对 {NAME} {CERTNO} 1380000000{number}")
    town.now += timedelta(days=1, minutes=1)

    await town.says(WEB, RIGHT)

    assert "对上了" in town.last(WEB)


async def test_a_roster_without_a_phone_proves_nothing(store: Store) -> None:
    town = Town(store)
    await town.open()
    await store.write(enrol, town, None)

    await town.says(WEB, RIGHT)

    assert await linked(town) == 0


async def test_a_chat_that_only_typed_the_number_is_not_taken_for_the_members(town: Town) -> None:
    """Its claim was approved by nobody, so it neither hears of the proof nor gets the member's news."""
    await town.says(STRANGER, "/start")
    await town.store.write(claim_for, Stay(2, chat=STRANGER, certno=CERTNO))

    await town.says(WEB, RIGHT)

    assert STRANGER not in await town.store.read(party.together, WEB)
    assert len(town.heard(STRANGER)) == 1


async def test_proving_it_on_a_third_chat_brings_all_three_together(town: Town) -> None:
    await town.says(WEB, RIGHT)
    await town.says(WECHAT, RIGHT)

    assert set(await town.store.read(party.together, WEB)) == {WEB, PHONE, WECHAT}


@pytest.mark.parametrize(
    "said",
    [
        "核对",
        "核对 ",
        "核对 王小明",
        f"核对 {CERTNO}",
        "核对 a b c",
        f"核对 {NAME} {CERTNO} 12",
        "核对 ' OR 1=1 --",
        "核对 \u0000 \u0000 \u0000",
    ],
)
async def test_what_is_no_identity_is_asked_for_again(town: Town, said: str) -> None:
    await town.says(STRANGER, said)

    assert await linked(town) == 0
    assert "正在和名册核对" not in town.last(STRANGER)


async def test_what_was_typed_stands_in_no_record_and_no_job(town: Town, store: Store) -> None:
    await town.says(WEB, RIGHT)

    def everything(conn: Connection) -> str:
        return str(
            [
                conn.execute(table.select()).all()
                for table in linked_chats.metadata.sorted_tables
                if table.name in {"audit", "jobs", "link_tries"}
            ]
        )

    kept = await store.read(everything)
    assert CERTNO not in kept
    assert NUMBER not in kept
