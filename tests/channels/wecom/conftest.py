"""A stand-in of WeCom for each test, with a minute of a second and a half, and our own pace shortened alike."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.channels.wecom import faults, outbox
from tests.fakes.wecom import WeComServer

SHORTER = 40


@pytest.fixture
async def wecom(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[WeComServer]:
    """WeCom in a hurry."""
    monkeypatch.setattr(outbox, "APART", outbox.APART / SHORTER)
    monkeypatch.setattr(faults, "LIMIT_WAIT", faults.LIMIT_WAIT / SHORTER)
    monkeypatch.setattr(faults, "OURS_WAIT", timedelta(seconds=0.1))
    async with WeComServer(minute_s=60 / SHORTER) as server:
        yield server
