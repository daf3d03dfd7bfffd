"""The robot of a group: every claim is told once, at WeCom's pace, whatever WeCom answers."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import Connection, update

from bot import jobs
from bot.channels.wecom import outbox
from bot.channels.wecom.tables import wecom_doors
from bot.claims import news
from bot.jobs import Job
from bot.store import Keyring, Store
from tests.channels.telegram.running import now
from tests.channels.wecom.running import claimed, running, settings
from tests.claims.making import CERTNO, NAME
from tests.fakes.telegram import CutAfter, CutBefore, Silence, Status
from tests.fakes.wechat import Code
from tests.fakes.wecom import A_MINUTE, KEY, WeComServer, said


def told(wecom: WeComServer) -> list[str]:
    """The claims the group has heard of, in order, with "+ n" for those beyond a card's lines."""
    return [number for card in wecom.group for number in re.findall(r"C-\d{4}-\d{4}", said(card))]


async def test_a_new_claim_is_a_card_with_a_button_that_opens_it_and_says_of_nobody_whose_it_is(store: Store, wecom: WeComServer) -> None:
    async with running(store, settings(wecom)) as bot:
        (claim,) = await claimed(store)

        assert await bot.settled() == []

        (card,) = wecom.group
        assert told(wecom) == [claim.number]
        assert card["jump_list"][0]["url"] == card["card_action"]["url"] == f"https://here.example/console/claims/{claim.id}"
        assert "机床厂工会" in said(card)
        assert "10,000–30,000 元" in said(card)
        everything = str(wecom.called("webhook/send")[0].body)
        assert [word for word in (NAME, CERTNO, claim.phone, claim.card, "12,160", "12160") if word in everything] == []
        assert await bot.left() == 0


async def test_many_claims_at_once_are_gathered_into_a_few_cards(store: Store, wecom: WeComServer) -> None:
    claims = await claimed(store, 60)
    async with running(store, settings(wecom)) as bot:
        assert await bot.settled() == []

    assert len(wecom.called("webhook/send")) < 10
    counted = [re.search(r"(\d+) 件申请有消息", said(card)) for card in wecom.group]
    assert sum(int(found[1]) if found else 1 for found in counted) == len(claims)
    shown = told(wecom)
    assert len(shown) == len(set(shown))


async def test_two_processes_together_keep_to_twenty_messages_a_minute(postgres_url: str, keyring: Keyring, wecom: WeComServer) -> None:
    one, other = Store.open(postgres_url, keyring), Store.open(postgres_url, keyring)
    try:
        async with running(one, settings(wecom)) as bot, running(other, settings(wecom)):

            def trickle(conn: Connection, number: int) -> None:
                bot.channel.post(conn, f"topic{number}", {}, now())

            with pytest.MonkeyPatch.context() as patch:
                patch.setattr("bot.channels.wecom.channel.card", lambda parcel, *_: plain_card(parcel.topic))
                for number in range(2 * A_MINUTE):  # a topic each, so that nothing is gathered
                    await (one if number % 2 else other).write(trickle, number)
                assert await bot.settled() == []
    finally:
        await one.close()
        await other.close()

    assert sorted(card["main_title"]["title"] for card in wecom.group) == sorted(f"topic{number}" for number in range(2 * A_MINUTE))
    assert len(wecom.called("webhook/send")) == 2 * A_MINUTE  # none was refused with 45009
    gaps = [later.at - earlier.at for earlier, later in pairwise(wecom.called("webhook/send"))]
    assert sum(gaps) > (2 * A_MINUTE - 2) * outbox.APART.total_seconds()


@pytest.mark.parametrize(
    "faults",
    [
        (Code(45009),),
        (Code(-1), Code(45033)),
        (Code(93000), Code(93004), Code(93000)),
        (Status(502), Status(500)),
        (CutBefore(),),
        (Silence(0.1),),
    ],
    ids=["too many calls", "busy twice", "no robot", "errors", "cut", "silence"],
)
async def test_what_was_refused_or_never_answered_is_told_once(store: Store, wecom: WeComServer, faults: tuple[Code]) -> None:
    wecom.fail("webhook/send", *faults)
    async with running(store, settings(wecom)) as bot:
        claims = await claimed(store, 3)

        assert await bot.settled() == []

        assert sorted(told(wecom)) == [claim.number for claim in claims]
        assert await bot.left() == 0


async def test_where_the_answer_was_lost_it_is_told_at_most_twice(store: Store, wecom: WeComServer) -> None:
    wecom.fail("webhook/send", CutAfter())
    async with running(store, settings(wecom)) as bot:
        (claim,) = await claimed(store)

        assert await bot.settled() == []

    assert told(wecom) == [claim.number] * 2


async def test_nothing_is_risked_again_before_wecom_answers_at_all(sqlite_store: Store, wecom: WeComServer) -> None:
    wecom.fail("webhook/send", CutAfter())
    wecom.fail("gettoken", CutBefore(), Status(503))
    async with running(sqlite_store, settings(wecom)) as bot:
        await claimed(sqlite_store)
        await wecom.until(lambda: len(wecom.called("gettoken")) == 2)
        assert len(wecom.called("webhook/send")) == 1

        assert await bot.settled() == []

    assert len(wecom.group) == 2


async def test_after_two_lost_answers_staff_look_at_it_and_may_have_it_tried_again(store: Store, wecom: WeComServer) -> None:
    wecom.fail("webhook/send", CutAfter(), CutAfter())
    async with running(store, settings(wecom)) as bot:
        (claim,) = await claimed(store)

        (given_up,) = await bot.settled()
        assert (given_up.kind, given_up.reason) == ("wecom", "unknown")

        await store.write(jobs.revive, given_up.id, now=now())
        assert await bot.settled() == []

    assert told(wecom) == [claim.number] * 3
    assert await bot.left() == 0


async def test_a_card_that_wecom_will_never_take_is_given_up_and_holds_up_no_other(store: Store, wecom: WeComServer) -> None:
    wecom.fail("webhook/send", Code(40058))
    async with running(store, settings(wecom)) as bot:
        await claimed(store)
        (given_up,) = await bot.settled()
        assert given_up.reason == "refused: 40058"

        await store.write(lambda conn: bot.channel.post(conn, "digest", FIGURES, now()))
        assert await bot.settled() == [given_up]

    assert len(wecom.group) == 1


@pytest.mark.parametrize(("deaths", "told_in_the_end"), [(1, 1), (3, 1), (4, 0)])
async def test_processes_that_die_over_a_card_leave_it_to_the_next_up_to_four(
    store: Store, wecom: WeComServer, deaths: int, told_in_the_end: int
) -> None:
    await store.write(outbox.post, "robot", "digest", FIGURES, now())
    for _ in range(deaths):
        later = now() + outbox.APART * 2
        assert await store.write(outbox.leaving, "robot", 1, 1, later)
        await store.write(lambda conn: conn.execute(update(wecom_doors).values(free_at=outbox.LONG_AGO)))

    async with running(store, settings(wecom)) as bot:
        given_up = await bot.settled()

    assert len(wecom.group) == told_in_the_end
    assert [each.reason for each in given_up] == ([] if told_in_the_end else ["unknown"])


async def test_a_job_carried_out_once_more_tells_nobody_twice(store: Store, wecom: WeComServer) -> None:
    async with running(store, settings(wecom)) as bot:
        (claim,) = await claimed(store)
        await bot.settled()

        again = Job(1, news.STAFF_NEWS, {"claim": claim.id, "again": False}, 2)
        await store.write(news.tell_staff_once, again, "https://here.example", bot.channel.post, now())
        await bot.settled()

    assert told(wecom) == [claim.number]


async def test_news_of_a_door_that_was_closed_are_given_up(store: Store, wecom: WeComServer) -> None:
    async with running(store, settings(wecom, robot=False)) as bot:
        await store.write(outbox.post, "robot", "digest", FIGURES, now())

        (given_up,) = await bot.settled()

    assert given_up.reason == "channel_off"


async def test_the_key_of_the_robot_stands_in_no_log(store: Store, wecom: WeComServer, capfd: pytest.CaptureFixture[str]) -> None:
    wecom.fail("webhook/send", Code(93000), CutBefore(), Status(500))
    async with running(store, settings(wecom)) as bot:
        await claimed(store)
        await bot.settled()

    printed = capfd.readouterr()
    assert "wecom_send_failed" in printed.out + printed.err
    assert KEY not in printed.out + printed.err


def plain_card(title: str) -> dict[str, object]:
    """A card that says only this."""
    jump = {"type": 1, "url": "https://here.example/", "title": "open"}
    return {
        "card_type": "text_notice",
        "main_title": {"title": title},
        "sub_title_text": "",
        "horizontal_content_list": [],
        "jump_list": [jump],
        "card_action": jump,
    }


FIGURES: dict[str, Any] = {
    "day": "2026-11-24",
    "counts": dict.fromkeys(("submitted", "in_review", "returned", "approved", "confirmed", "paying", "bounced"), 1),
    "estimated": 1_216_000,
    "approved": 50_000,
    "oldest": "C-2611-0001",
    "days": 9,
}
