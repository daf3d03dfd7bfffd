"""A stand-in of WeChat for each test, a person who follows the account, the time for both, and a bot with a template."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest

from bot.store import Store
from tests.channels.telegram.running import Echo
from tests.channels.wechat.running import Clock, Running, running
from tests.channels.wechat.silence import Start
from tests.fakes.wechat import WeChatServer
from tests.fakes.wechat_phone import Follower
from tests.fakes.wechat_templates import TEMPLATE_ID


@pytest.fixture
async def wechat() -> AsyncIterator[WeChatServer]:
    """WeChat with an account in safe mode."""
    async with WeChatServer() as server:
        yield server


@pytest.fixture
def follower(wechat: WeChatServer) -> Follower:
    """A member with a phone."""
    return Follower(wechat)


@pytest.fixture
def clock(wechat: WeChatServer) -> Clock:
    """The time for the bot and for WeChat."""
    clock = Clock()
    wechat.clock = lambda: clock().timestamp()
    return clock


@pytest.fixture
def start(store: Store, wechat: WeChatServer, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Start:
    """Starts the bot with a template, each time on the same database. Its worker looks often, since the clock jumps."""
    monkeypatch.setattr("bot.jobs.worker.LOOK_AGAIN_S", 0.2)

    def started(**more: Any) -> AbstractAsyncContextManager[Running]:
        return running(store, wechat, Echo(), tmp_path, clock=clock, **{"wechat_template_id": TEMPLATE_ID, **more})

    return started
