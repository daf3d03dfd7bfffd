"""The real process tells WeCom of a claim, though it is killed and WeCom is away."""

from __future__ import annotations

import re
from pathlib import Path

from tests.claims.making import Stay, claim_for, plant
from tests.fakes.telegram import CutBefore, Status
from tests.fakes.wecom import WeComServer, said
from tests.process.running import running

CLAIMS = 3


async def test_claims_reach_the_group_once_each_through_kills_and_refusals(tmp_path: Path) -> None:
    async with WeComServer() as wecom:
        wecom.fail("webhook/send", Status(500), Status(502))
        wecom.fail("gettoken", CutBefore())
        async with running(tmp_path, WECOM_WEBHOOK_URL=wecom.webhook) as bot:
            async with bot.store() as store:
                town = await store.write(plant)
                numbers = []
                for _ in range(CLAIMS):
                    claim = await store.write(claim_for, Stay(town.east_base))
                    numbers.append(claim.number)
                    bot.kill()
                    await bot.start()
            await wecom.until(lambda: len(told(wecom)) >= CLAIMS)

        assert sorted(told(wecom)) == numbers


def told(wecom: WeComServer) -> list[str]:
    """The claims the group has heard of."""
    return [number for card in wecom.group for number in re.findall(r"C-\d{4}-\d{4}", said(card))]
