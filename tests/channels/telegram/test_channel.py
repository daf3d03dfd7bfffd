"""The start of the channel, and what it never tells the log."""

from __future__ import annotations

import logging
from functools import partial

import pytest

from bot.channels.telegram.profile import COMMANDS
from bot.conversation import commands
from bot.store import Store
from tests.channels.telegram.running import Echo, running
from tests.fakes.phone import Phone
from tests.fakes.telegram import TOKEN, Status, TelegramServer


async def test_the_bot_introduces_itself_in_both_languages(sqlite_store: Store, telegram: TelegramServer) -> None:
    async with running(sqlite_store, telegram, Echo()):
        await telegram.until(lambda: len(telegram.called("setMyShortDescription")) == 2)

    assert sorted(telegram.commands) == sorted(telegram.descriptions) == sorted(telegram.short_descriptions) == ["", "en"]
    assert [command["command"] for command in telegram.commands["en"]] == list(COMMANDS)


async def test_it_speaks_only_of_what_this_place_pays_for(sqlite_store: Store, telegram: TelegramServer) -> None:
    async with running(sqlite_store, telegram, Echo()):
        await telegram.until(lambda: len(telegram.called("setMyShortDescription")) == 2)

    assert "住院、家里着火" in telegram.descriptions[""]
    assert "受伤" not in telegram.descriptions[""]
    assert "accident" not in telegram.descriptions["en"]
    assert max(map(len, telegram.descriptions.values())) <= 512
    assert max(map(len, telegram.short_descriptions.values())) <= 120


def introduced(telegram: TelegramServer, times: int) -> bool:
    return telegram.menu_button == "commands" and len(telegram.called("getChatMenuButton")) == times


async def test_what_is_set_already_is_not_set_again(sqlite_store: Store, telegram: TelegramServer) -> None:
    for times in (1, 2):
        async with running(sqlite_store, telegram, Echo()):
            await telegram.until(partial(introduced, telegram, times))

    for method in ("setMyCommands", "setMyDescription", "setMyShortDescription"):
        assert len(telegram.called(method)) == 2
    assert len(telegram.called("setChatMenuButton")) == 1


def test_every_command_of_the_menu_is_one_the_conversation_knows() -> None:
    assert set(COMMANDS) <= commands.COMMANDS.keys()


async def test_a_start_without_telegram_is_repeated(sqlite_store: Store, telegram: TelegramServer, phone: Phone) -> None:
    telegram.fail("deleteWebhook", Status(500), Status(502))
    telegram.fail("setMyCommands", Status(500))
    phone.types("hello")

    async with running(sqlite_store, telegram, Echo()):
        assert await phone.hears() == "took hello"
        await telegram.until(lambda: len(telegram.descriptions) == 2)


async def test_a_refused_token_never_stands_in_the_log(
    sqlite_store: Store, telegram: TelegramServer, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    telegram.fail("deleteWebhook", Status(401, "Unauthorized"))

    async with running(sqlite_store, telegram, Echo()):
        await telegram.until(lambda: telegram.called("getUpdates"))

    written = capsys.readouterr()
    assert TOKEN not in caplog.text + written.out + written.err
