"""Somebody talks a member into joining their chats, or knows their data: they get no money of it, and the member hears of all they do."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Connection, select

from bot.claims import claim as claims
from bot.claims.tables import claims as claims_table
from bot.linking import codes, party
from bot.linking.tables import parties
from bot.members import roster
from bot.message import Chat
from bot.staff import links
from bot.store import Store
from handlers.identity import check_sign
from tests.claims.making import NAME, Stay, claim_for, hire
from tests.conversation.test_buttons import TO_THE_LAST_LOOK
from tests.linking.talking import PHONE, STRANGER, WEB, WECHAT, Town
from tests.linking.test_proof import CERTNO, NUMBER, RIGHT, enrol

CARD, THEIR_CARD = TO_THE_LAST_LOOK[-1], "6222020000000000000"
OTHER_CERTNO = "11010119790202003" + check_sign("11010119790202003")


@pytest.fixture
async def town(store: Store) -> Town:
    """A town with its unions."""
    made = Town(store)
    await made.open()
    return made


@pytest.fixture
async def robbed(town: Town) -> Town:
    """A member with a form all but sent has typed a stranger's code, and agreed to it against the warning."""
    await town.says(PHONE, *TO_THE_LAST_LOOK)
    await town.link(STRANGER, PHONE)
    await town.says(PHONE, "/menu")
    return town


async def cards(town: Town) -> list[tuple[str, Chat]]:
    """The card and the chat of every claim."""

    def read(conn: Connection) -> list[tuple[str, Chat]]:
        found = [claims.read(conn, claim_id) for claim_id in conn.scalars(select(claims_table.c.id))]
        return [(claim.card, claim.chat) for claim in found]

    return await town.store.read(read)


async def test_a_code_typed_for_somebody_else_shares_nothing_until_agreed_to(town: Town) -> None:
    await town.store.write(claim_for, Stay(2, chat=PHONE))
    warning = await town.says(PHONE, await town.code(STRANGER))

    assert "是别人叫您输的，就点“不接”" in warning
    assert "C-2611" not in await town.says(STRANGER, "/link_yes", "/status")
    await town.says(PHONE, "/menu")
    assert "C-2611" not in await town.says(STRANGER, "/status")


async def test_the_card_of_a_form_begun_elsewhere_is_not_changed_on_the_first_day(robbed: Town) -> None:
    said = await robbed.says(STRANGER, "/resume", "改卡号", THEIR_CARD)

    assert "还不到一天" in said
    await robbed.says(PHONE, "/resume", "提交")
    assert await cards(robbed) == [(CARD, PHONE)]


async def test_a_form_begun_elsewhere_is_not_sent_on_the_first_day(robbed: Town) -> None:
    said = await robbed.says(STRANGER, "/resume", "提交")

    assert "还不到一天" in said
    assert "Telegram" in said
    assert await cards(robbed) == []


@pytest.mark.parametrize(
    "way",
    [
        ("/resume", "/unlink"),
        ("/resume", "/menu", "家里着火了", "/unlink"),
        ("家里着火了", "有认定书", "/resume hospital", "/unlink"),
    ],
)
async def test_who_parts_with_it_takes_no_form_along(robbed: Town, way: tuple[str, ...]) -> None:
    await robbed.says(STRANGER, *way, "/resume hospital", "/resume", "改卡号", THEIR_CARD, "提交")
    await robbed.says(STRANGER, "/claim hospital", "改卡号", THEIR_CARD, "提交")

    assert await cards(robbed) == []
    await robbed.says(PHONE, "/resume hospital", "提交")
    assert await cards(robbed) == [(CARD, PHONE)]


async def test_who_throws_the_other_chat_out_keeps_no_form_of_it(robbed: Town) -> None:
    number = await robbed.store.read(party.number_of, PHONE)
    await robbed.says(STRANGER, "/resume", f"/unlink {number}", "/resume hospital", "/resume", "提交")

    assert await cards(robbed) == []
    await robbed.says(PHONE, "/resume hospital", "提交")
    assert await cards(robbed) == [(CARD, PHONE)]


async def test_a_form_laid_aside_for_the_strangers_own_is_no_more_theirs(town: Town) -> None:
    await town.says(PHONE, *TO_THE_LAST_LOOK)
    await town.says(STRANGER, "家里着火了", "有认定书")
    await town.link(STRANGER, PHONE)
    await town.says(PHONE, "/menu")

    await town.says(STRANGER, "/resume hospital", "改卡号", THEIR_CARD, "提交")

    assert await cards(town) == []


@pytest.mark.parametrize(("victims", "strangers"), [("住院了", "45岁，在职"), ("45岁", "住院了"), ("住院了", "家里着火了")])
async def test_what_the_stranger_told_makes_no_form_of_the_members_theirs(town: Town, victims: str, strangers: str) -> None:
    await town.says(PHONE, victims)
    await town.says(STRANGER, strangers)
    await town.link(STRANGER, PHONE)
    await town.says(PHONE, "/menu")
    await town.says(STRANGER, "/menu")
    await town.says(PHONE, "不办了", *TO_THE_LAST_LOOK)

    await town.says(STRANGER, "/resume", "改卡号", THEIR_CARD, "提交")

    assert await cards(town) == []


async def test_who_fills_in_a_form_that_a_stranger_began_hears_of_its_card_and_of_its_end(town: Town) -> None:
    await town.says(STRANGER, "住院了", "45")
    await town.link(STRANGER, PHONE)
    assert "还不到一天" in await town.says(PHONE, "/resume", "在职", "18000", "没领过", *TO_THE_LAST_LOOK[4:])

    await town.says(STRANGER, "/resume", THEIR_CARD)
    assert "换了卡号" in town.last(PHONE)
    await town.says(STRANGER, "提交")
    assert "刚从网页那边" in town.last(PHONE)
    assert town.buttons(PHONE) == ["不是我，断开", "找人问问"]


async def test_chats_the_stranger_had_joined_long_before_are_no_way_round_the_day(town: Town) -> None:
    await town.link(STRANGER, WEB, days=2)
    await town.says(PHONE, *TO_THE_LAST_LOOK)
    await town.link(STRANGER, PHONE)
    await town.says(PHONE, "/menu")

    assert "还不到一天" in await town.says(WEB, "/resume", "提交")
    assert await cards(town) == []


async def test_a_claim_made_elsewhere_is_not_withdrawn_on_the_first_day(town: Town) -> None:
    claim = await town.store.write(claim_for, Stay(2, chat=PHONE))
    await town.link(STRANGER, PHONE)

    assert "还不到一天" in await town.says(STRANGER, f"/withdraw {claim.id}")
    assert "还不到一天" in await town.says(STRANGER, f"/withdrawn {claim.id}")
    assert claim.number in await town.says(PHONE, f"/withdrawn {claim.id}")


async def test_who_knows_a_members_data_ends_nothing_of_theirs_on_the_first_day(town: Town) -> None:
    await town.store.write(enrol, town)
    claim = await town.store.write(claim_for, Stay(2, chat=PHONE, certno=CERTNO))
    await town.says(PHONE, RIGHT, *TO_THE_LAST_LOOK)
    await town.says(STRANGER, RIGHT)
    assert await town.store.read(party.together, PHONE) == [PHONE, STRANGER]
    await town.says(PHONE, "/menu")

    assert "还不到一天" in await town.says(STRANGER, "/resume", "提交")
    assert "还不到一天" in await town.says(STRANGER, f"/withdrawn {claim.id}")
    assert len(await cards(town)) == 1


async def test_after_the_first_day_all_chats_hear_of_a_withdrawal_and_undo_the_link(town: Town) -> None:
    claim = await town.store.write(claim_for, Stay(2, chat=PHONE))
    await town.link(STRANGER, PHONE, days=1)

    await town.says(STRANGER, f"/withdrawn {claim.id}")

    assert f"{claim.number} 刚在网页那边撤回了" in town.last(PHONE)
    assert town.buttons(PHONE) == ["不是我，断开", "找人问问"]
    await town.says(PHONE, "[不是我，断开]")
    assert await town.store.read(party.together, PHONE) == [PHONE]


async def test_after_the_first_day_all_chats_hear_of_another_card_and_of_what_is_sent(robbed: Town) -> None:
    robbed.now += timedelta(days=1)
    await robbed.says(STRANGER, "/resume", "改卡号", THEIR_CARD)
    card, buttons = robbed.last(PHONE), robbed.buttons(PHONE)

    await robbed.says(STRANGER, "提交")

    assert "换了卡号" in card
    assert "刚从网页那边" in robbed.last(PHONE)
    assert buttons == robbed.buttons(PHONE) == ["不是我，断开", "找人问问"]


async def test_a_member_sends_what_they_began_where_they_began_it_on_the_first_day_too(town: Town) -> None:
    await town.says(PHONE, *TO_THE_LAST_LOOK[:-2])
    await town.link(PHONE, WEB)
    await town.says(WEB, "[接着刚才的办]", "先交这些，其余的以后补")
    assert "回Telegram那边办" in await town.says(WEB, CARD)

    await town.says(PHONE, CARD, "提交")

    assert await cards(town) == [(CARD, PHONE)]


async def test_a_member_begins_and_sends_another_form_in_a_chat_just_joined(town: Town) -> None:
    await town.says(PHONE, "住院了", "45")
    await town.link(PHONE, WEB)
    await town.says(WEB, "[接着刚才的办]", "不办了", *TO_THE_LAST_LOOK, "提交")

    assert await cards(town) == [(CARD, WEB)]


async def test_two_members_are_never_joined_and_both_stay_proven(town: Town) -> None:
    await town.store.write(enrol, town)
    await town.store.write(
        lambda conn: roster.add(conn, union_id=2, name="李强", certno=OTHER_CERTNO, in_work=True, now=town.now, phone="13900139000")
    )
    await town.says(PHONE, RIGHT)
    await town.says(WEB, f"核对 李强 {OTHER_CERTNO} 13900139000")
    proven = await town.store.read(lambda conn: sorted(conn.scalars(select(parties.c.member_id))))

    await town.link(PHONE, WEB)

    assert "两位会员" in town.last(PHONE)
    assert "两位会员" in town.last(WEB)
    assert "另一位会员" in await town.says(WEB, RIGHT)
    assert await town.store.read(party.together, PHONE) == [PHONE]
    assert await town.store.read(lambda conn: sorted(conn.scalars(select(parties.c.member_id)))) == proven


@pytest.mark.parametrize(("maker", "other"), [(PHONE, WEB), (WEB, PHONE)])
async def test_a_proof_holds_whichever_side_made_the_code(town: Town, maker: Chat, other: Chat) -> None:
    await town.store.write(enrol, town)
    await town.says(PHONE, RIGHT)
    await town.link(STRANGER, WEB)
    await town.link(maker, other)

    assert await town.store.read(party.member_of, WEB) is not None
    assert set(await town.store.read(party.together, WEB)) == {PHONE, WEB, STRANGER}


async def test_many_chats_that_guess_meet_codes_too_long_to_be_guessed(town: Town) -> None:
    short = await town.code(PHONE)
    for number in range(codes.WRONG_AT_MOST):
        await town.says(Chat("web", f"stranger-{number}"), "0000 0000")
        town.now -= timedelta(seconds=20)

    assert "不对" in await town.says(WEB, short)
    long = await town.code(PHONE)
    assert len(long.split()) == 3
    await town.says(WEB, long, "[两边都是我，接上]")
    await town.says(PHONE, "[是我，接上]")
    assert await town.store.read(party.together, PHONE) == [PHONE, WEB]
    town.now += codes.LASTS
    assert len((await town.code(WECHAT)).split()) == 2


async def test_guessing_at_the_codes_of_the_staff_is_stopped_after_five_tries(town: Town) -> None:
    staff = await town.store.write(hire, "somebody")
    code = await town.store.write(lambda conn: links.new_code(conn, staff, now=town.now))

    said = [await town.says(STRANGER, f"/link AAAA000{number}") for number in range(6)]

    assert ["太多" in each for each in said] == [False] * 5 + [True]
    assert "太多" in await town.says(STRANGER, f"/link {code}")
    assert await town.store.read(links.chats_of, staff.id) == []


async def test_a_few_strangers_do_not_use_up_a_members_proofs(town: Town) -> None:
    await town.store.write(enrol, town)
    for number in range(10):
        await town.says(Chat("web", f"stranger-{number}"), f"核对 {NAME} {CERTNO} 1380000000{number}")

    await town.says(WEB, RIGHT)

    assert "对上了" in town.last(WEB)


async def test_who_tries_too_often_is_told_so_and_the_same_of_a_member_and_of_nobody(town: Town) -> None:
    await town.store.write(enrol, town)
    said = {}
    for certno in (CERTNO, OTHER_CERTNO):
        for number in range(101):
            said[certno] = await town.says(Chat("web", f"{certno}-{number}"), f"核对 {NAME} {certno} {NUMBER[:-3]}000")

    assert said[CERTNO] == said[OTHER_CERTNO]
    assert "太多" in said[CERTNO]
    assert "请工作人员帮您" in await town.says(WEB, RIGHT)
