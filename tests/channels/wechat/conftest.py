"""A stand-in of WeChat for each test, and a person who follows the account."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.fakes.wechat import WeChatServer
from tests.fakes.wechat_phone import Follower


@pytest.fixture
async def wechat() -> AsyncIterator[WeChatServer]:
    """WeChat with an account in safe mode."""
    async with WeChatServer() as server:
        yield server


@pytest.fixture
def follower(wechat: WeChatServer) -> Follower:
    """A member with a phone."""
    return Follower(wechat)
