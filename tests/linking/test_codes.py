"""A code made in one chat, typed in another, confirmed in the first: then both are one member's, and the conversation goes along."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection, select

from bot import audit
from bot.claims import decide, find, resubmit
from bot.claims.errors import NoSuchClaimError, NotAllowedError
from bot.documents import uploads
from bot.linking import party
from bot.linking.tables import chat_codes, linked_chats, parties
from bot.message import Chat
from bot.staff import links
from bot.store import Store
from tests.claims.making import Stay, claim_for, hire
from tests.linking.talking import PHONE, STRANGER, TO_THE_AMOUNT, WEB, WECHAT, Town


@pytest.fixture
async def town(store: Store) -> Town:
    """A town with its unions."""
    made = Town(store)
    await made.open()
    return made


async def test_the_conversation_goes_on_in_the_other_chat_and_back_again(town: Town) -> None:
    await town.says(PHONE, *TO_THE_AMOUNT[:-1])
    await town.link(PHONE, WEB)

    assert "自己" in await town.says(WEB, "[接着刚才的办]")
    asked_last = await town.says(WEB, "152000")
    amount = await town.says(WEB, "[没领过]")

    assert "今年" in asked_last
    assert "12,160.00" in amount
    assert "改好了" in await town.says(PHONE, "改金额", "6000")


async def test_nothing_is_linked_before_both_chats_say_so(town: Town) -> None:
    code = await town.code(PHONE)
    silent = town.heard(PHONE)
    said = await town.says(WEB, code)

    assert "Telegram" in said
    assert "才点“两边都是我，接上”" in said
    assert town.buttons(WEB) == ["不接", "两边都是我，接上"]
    assert town.heard(PHONE) == silent
    await town.says(WEB, "[两边都是我，接上]")
    assert "网页" in town.last(PHONE)
    assert await town.store.read(party.together, PHONE) == [PHONE]
    await town.says(PHONE, "[不是我]")
    assert await town.store.read(party.together, PHONE) == [PHONE]
    assert "没有接上" in town.last(WEB)
    assert "过期" in await town.says(PHONE, "[是我，接上]")


async def test_both_are_told_that_they_are_joined_and_how_to_undo_it(town: Town) -> None:
    await town.link(PHONE, WEB)

    assert "和网页那边接上了" in town.last(PHONE)
    assert "和Telegram那边接上了" in town.last(WEB)
    assert all("断开这个聊天" in town.buttons(chat) for chat in (PHONE, WEB))
    await town.says(WEB, "[断开这个聊天]")
    assert await town.store.read(party.together, PHONE) == [PHONE]


async def test_who_typed_a_code_and_says_no_is_joined_with_nobody(town: Town) -> None:
    await town.says(WEB, await town.code(PHONE), "[不接]")

    assert "没有接上" in town.last(WEB)
    assert "没有同意" in town.last(PHONE)
    assert "过期" in await town.says(WEB, "[两边都是我，接上]")
    assert await town.store.read(party.together, PHONE) == [PHONE]


@pytest.mark.parametrize("order", ["/link_yes", "/link_yes {key}", "/link_agree", "/link_agree {key}"])
async def test_the_side_that_made_the_code_cannot_agree_for_the_other(town: Town, order: str) -> None:
    await town.says(WEB, await town.code(PHONE))
    key = town.shown[WEB][-1].buttons[0][0].action.partition(":")[2]

    assert "过期" in await town.says(PHONE, order.format(key=key))
    assert await town.store.read(party.together, PHONE) == [PHONE]


async def test_an_old_button_agrees_to_no_other_code(town: Town) -> None:
    await town.says(WEB, await town.code(PHONE))
    old = town.shown[WEB][-1].buttons[1][0].action.replace(":", " ")
    await town.says(WEB, await town.code(STRANGER))

    assert "过期" in await town.says(WEB, f"/{old}")
    assert "有人" not in town.last(STRANGER)


@pytest.mark.parametrize("spelled", ["{0}{1}", "{0} {1}", "{0}-{1}", " {0}{1} ", "接着办 {0}{1}", "continue {0} {1}"])
async def test_a_code_is_understood_however_it_is_spelled(town: Town, spelled: str) -> None:
    halves = (await town.code(PHONE)).split()

    assert "Telegram" in await town.says(WEB, spelled.format(*halves))


async def test_full_width_digits_are_digits(town: Town) -> None:
    code = (await town.code(PHONE)).translate({ord(str(digit)): ord("０") + digit for digit in range(10)})

    assert "Telegram" in await town.says(WEB, code)


async def test_a_code_is_good_for_ten_minutes_once_and_not_in_its_own_chat(town: Town) -> None:
    code = await town.code(PHONE)
    assert "不对" in await town.says(PHONE, code)
    code = await town.code(PHONE)
    await town.says(WEB, code, "[两边都是我，接上]")
    assert "不对" in await town.says(STRANGER, code)
    late = await town.code(WECHAT)
    town.now = town.now.replace(hour=town.now.hour + 1)

    assert "不对" in await town.says(STRANGER, late)
    assert "过期" in await town.says(PHONE, "[是我，接上]")
    assert await town.store.read(lambda conn: conn.execute(select(linked_chats)).all()) == []


async def test_guessing_is_stopped_after_five_tries(town: Town) -> None:
    said = [await town.says(STRANGER, f"0000 000{number}") for number in range(7)]

    assert ["太多" in each for each in said] == [False] * 5 + [True] * 2
    assert "太多" in await town.says(STRANGER, await town.code(PHONE))


async def test_eight_digits_that_answer_a_question_are_no_code(town: Town) -> None:
    code = (await town.code(PHONE)).replace(" ", "")
    await town.says(WEB, "/start", "[住院了]", "45", "[在职]")

    await town.says(WEB, code)

    assert "网页" not in town.last(PHONE)


async def test_a_code_is_kept_as_a_hash_only(town: Town) -> None:
    code = (await town.code(PHONE)).replace(" ", "")

    (row,) = await town.store.read(lambda conn: conn.execute(select(chat_codes)).all())
    assert code not in str(row)


async def test_news_of_a_claim_go_where_the_member_last_was(town: Town) -> None:
    await town.link(PHONE, WEB)
    claim = await town.store.write(claim_for, Stay(2, chat=PHONE))
    staff = await town.store.write(hire, "somebody")
    await town.says(WEB, "/menu")

    await town.store.write(decide.take, claim.id, claim.revision, staff, now=town.now)
    await town.says(STRANGER, "/menu")

    assert claim.number in town.last(WEB)
    assert claim.number in await town.says(WEB, "/status")
    assert claim.number not in town.last(PHONE)


async def test_a_claim_is_mended_from_either_chat_and_from_no_other(town: Town) -> None:
    await town.link(PHONE, WEB)
    claim = await town.store.write(claim_for, Stay(2, chat=PHONE))
    staff = await town.store.write(hire, "somebody")

    def returned(conn: Connection) -> None:
        taken = decide.take(conn, claim.id, claim.revision, staff, now=town.now)
        decide.return_(conn, claim.id, taken.revision, staff, missing=["receipt"], reason="看不清", now=town.now)

    await town.store.write(returned)
    with pytest.raises(NoSuchClaimError):
        await town.store.write(resubmit.resubmit, claim.id, STRANGER, [], now=town.now)
    await town.store.write(resubmit.resubmit, claim.id, WEB, [], now=town.now)


async def test_a_file_of_one_chat_is_the_members_in_the_other_and_nobody_elses(town: Town) -> None:
    await town.link(PHONE, WEB)
    upload = await town.store.write(lambda conn: uploads.add(conn, PHONE, source={"raw": True}, name="a.jpg", now=town.now))

    found = [await town.store.read(uploads.find, upload, chat=chat) for chat in (PHONE, WEB, STRANGER)]

    assert [each is not None for each in found] == [True, True, False]


async def test_staff_do_not_decide_on_the_claim_of_a_chat_linked_with_their_own(town: Town) -> None:
    staff = await town.store.write(hire, "somebody")
    await town.store.write(lambda conn: links.link_chat(conn, links.new_code(conn, staff, now=town.now), PHONE, now=town.now))
    await town.link(PHONE, WEB)
    claim = await town.store.write(claim_for, Stay(2, chat=WEB))

    with pytest.raises(NotAllowedError, match="own_claim"):
        await town.store.write(decide.take, claim.id, claim.revision, staff, now=town.now)


async def test_leaving_is_one_step_and_each_chat_keeps_its_own(town: Town) -> None:
    await town.link(PHONE, WEB)
    theirs = await town.store.write(claim_for, Stay(2, chat=PHONE))

    assert "断开了" in await town.says(WEB, "断开这个聊天")

    assert "断开" in town.last(PHONE)
    assert theirs.number not in await town.says(WEB, "/status")
    assert theirs.number in await town.says(PHONE, "/status")
    assert await town.store.read(lambda conn: conn.execute(select(parties)).all()) == []


async def test_three_chats_are_one_member_and_one_may_leave(town: Town) -> None:
    await town.link(PHONE, WEB)
    await town.link(WEB, WECHAT)
    assert await town.store.read(party.together, PHONE) == [PHONE, WEB, WECHAT]

    await town.says(WEB, "断开这个聊天")

    assert await town.store.read(party.together, PHONE) == [PHONE, WECHAT]
    assert await town.store.read(party.together, WEB) == [WEB]
    assert (await town.store.read(party.where, PHONE)) in {PHONE, WECHAT}


async def test_a_forged_button_unlinks_nobody_elses_chat(town: Town) -> None:
    await town.link(PHONE, WEB)
    numbers = await town.store.read(lambda conn: list(conn.scalars(select(linked_chats.c.id))))

    for number in [*map(str, numbers), "0", "-1", "x", "9" * 40]:
        await town.says(STRANGER, f"/unlink {number}")

    assert await town.store.read(party.together, PHONE) == [PHONE, WEB]


async def test_joining_and_leaving_are_on_record(town: Town) -> None:
    await town.link(PHONE, WEB)
    number = await town.store.read(party.party_of, PHONE)
    await town.says(WEB, "断开这个聊天")

    entries = await town.store.read(audit.history, f"party:{number}")

    assert [(entry.action, entry.detail["chat"]) for entry in entries] == [
        ("chat_joined", PHONE.id),
        ("chat_joined", WEB.id),
        ("chat_left", WEB.id),
    ]
    assert await town.store.read(audit.verify, f"party:{number}") is None


async def test_chats_that_stand_alone_are_never_found_together(town: Town) -> None:
    await town.says(PHONE, "/start")
    await town.says(Chat("web", PHONE.id), "/start")

    assert await town.store.read(party.together, PHONE) == [PHONE]
    assert await town.store.read(find.of_chat, STRANGER) == []


@pytest.mark.parametrize(
    ("here", "left"),
    [
        ((), []),
        (("家里着火了",), [("benefit.fire", "fire_report")]),
        (("家里着火了", "有认定书"), []),
        (("住院了", "70", "改年龄", "45"), [("benefit.hospital", "")]),
        (("住院了", "30"), [("benefit.hospital", "in_work")]),
        (("住院了", "30", "家里着火了", "有认定书"), [("benefit.hospital", "in_work")]),
    ],
)
async def test_of_two_flows_one_is_kept_as_a_draft_or_counted_as_left(
    town: Town, here: tuple[str, ...], left: list[tuple[str, str]]
) -> None:
    await town.says(PHONE, "住院了", "45", "在职")
    await town.says(WEB, *here) if here else None
    await town.link(PHONE, WEB)

    said = await town.says(WEB, "[接着刚才的办]")

    assert "自己付了多少" in said
    counted = town.counts.take()
    assert [(flow, question) for (_, flow, question, event) in counted if event == "left"] == left
    assert all(count == 1 for happening, count in counted.items() if happening.event == "left")


async def test_a_flow_laid_aside_for_the_one_of_another_chat_can_be_gone_on_with(town: Town) -> None:
    await town.says(PHONE, "住院了", "45")
    await town.says(WEB, "家里着火了", "有认定书")
    await town.link(PHONE, WEB)
    await town.says(WEB, "[接着刚才的办]")

    assert "损失" in await town.says(WEB, "/resume fire")


async def test_a_button_from_before_belongs_to_the_flow_laid_aside(town: Town) -> None:
    await town.says(PHONE, "住院了", "45")
    await town.says(WEB, "家里着火了", "有认定书")
    await town.link(PHONE, WEB)
    await town.says(WEB, "[接着刚才的办]")

    assert "还没有认定书" in await town.says(WEB, "[还没有认定书]")
