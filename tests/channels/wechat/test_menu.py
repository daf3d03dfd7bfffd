"""The account's menu: set at the start, within WeChat's bounds, every tap of it understood."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot import wording
from bot.channels.wechat.menu import menu
from bot.conversation.commands import COMMANDS
from bot.store import Store
from tests.channels.telegram.running import Echo
from tests.channels.wechat.running import running
from tests.fakes.telegram import CutBefore, Status
from tests.fakes.wechat import Code, WeChatServer
from tests.fakes.wechat_phone import Follower

TOP, BELOW = 16, 40
"""Bytes of a name in the bar, and below it."""


def test_it_keeps_to_wechats_bounds_and_every_tap_is_an_order_of_the_conversation() -> None:
    bar = menu("https://bot.example.org/chat", wording.say)["button"]
    below = bar[-1]["sub_button"]

    assert len(bar) <= 3
    assert len(below) <= 5
    assert all(len(button["name"].encode()) <= TOP for button in bar)
    assert all(len(button["name"].encode()) <= BELOW for button in below)
    assert {button["key"] for button in [*bar, *below] if button.get("type") == "click"} <= set(COMMANDS)
    assert [button["url"] for button in below if button.get("type") == "view"] == ["https://bot.example.org/chat"]


@pytest.mark.parametrize("url", ["http://localhost:8080/chat", "/chat"])
def test_an_address_that_no_phone_reaches_is_left_out(url: str) -> None:
    assert "view" not in str(menu(url, wording.say))


async def test_it_is_set_at_the_start_even_if_wechat_is_away_at_first(sqlite_store: Store, wechat: WeChatServer, tmp_path: Path) -> None:
    wechat.fail("stable_token", CutBefore())
    wechat.fail("menu/create", Status(500), Code(-1))

    async with running(sqlite_store, wechat, Echo(), tmp_path):
        await wechat.until(lambda: wechat.menu)

    assert wechat.menu["button"][0]["key"] == "menu"


async def test_an_account_that_may_have_no_menu_works_without(
    sqlite_store: Store, wechat: WeChatServer, follower: Follower, tmp_path: Path
) -> None:
    wechat.fail("menu/create", *[Code(48001)] * 3)

    async with running(sqlite_store, wechat, Echo(), tmp_path):
        await wechat.until(lambda: wechat.called("menu/create"))
        await follower.types("hello")

    assert len(follower.heard) == len(wechat.called("menu/create")) == 1
