"""Messages of an app: the token is fetched once and renewed when refused, and no card is seen twice even where answers are lost."""

from __future__ import annotations

import re

from bot.store import Store
from tests.channels.wecom.running import claimed, running, settings
from tests.fakes.telegram import CutAfter, CutBefore
from tests.fakes.wechat import Code
from tests.fakes.wecom import WeComServer, said


async def test_the_apps_users_and_the_group_are_both_told(store: Store, wecom: WeComServer) -> None:
    async with running(store, settings(wecom, app=True, wecom_users="zhang|li")) as bot:
        (claim,) = await claimed(store)

        assert await bot.settled() == []

    assert claim.number in said(wecom.group[0])
    assert claim.number in said(wecom.inbox[0])
    assert wecom.called("message/send")[0].body["touser"] == "zhang|li"


async def test_one_token_serves_many_messages_and_a_stale_one_is_renewed(store: Store, wecom: WeComServer) -> None:
    async with running(store, settings(wecom, robot=False, app=True)) as bot:
        await claimed(store)
        await bot.settled()
        wecom.fail("message/send", Code(42001))
        await claimed(store)
        assert await bot.settled() == []
        wecom.token = ""
        await claimed(store)
        assert await bot.settled() == []

    assert len(wecom.inbox) == 3
    assert len(wecom.called("gettoken")) == 3


async def test_lost_answers_double_nothing_however_many(sqlite_store: Store, wecom: WeComServer) -> None:
    wecom.fail("message/send", CutAfter(), CutAfter(), CutBefore())
    async with running(sqlite_store, settings(wecom, robot=False, app=True)) as bot:
        (claim,) = await claimed(sqlite_store)

        assert await bot.settled() == []

    assert [re.findall(r"C-[0-9-]+", said(card)) for card in wecom.inbox] == [[claim.number]]


async def test_what_the_settings_must_mend_waits_and_is_told_together(store: Store, wecom: WeComServer) -> None:
    wecom.fail("gettoken", Code(40001), Code(40001), Code(60020), Code(40091))
    wecom.fail("message/send", Code(81013))
    async with running(store, settings(wecom, robot=False, app=True)) as bot:
        claims = await claimed(store, 4)

        assert await bot.settled() == []

    assert sorted(number for card in wecom.inbox for number in re.findall(r"C-[0-9-]+", said(card))) == [claim.number for claim in claims]
