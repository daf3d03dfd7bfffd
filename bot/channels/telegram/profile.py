"""How the bot introduces itself in Telegram: what it says before the first message, and its menu of commands, in each language."""

from __future__ import annotations

from telegram import Bot, BotCommand, BotCommandScopeAllPrivateChats

from bot.channels.telegram.render import Wording
from bot.message import Say
from bot.wording import DEFAULT_LOCALE, LOCALES

COMMANDS = ("menu", "status", "back", "stop", "language", "human", "help")


async def introduce(bot: Bot, wording: Wording) -> None:
    """Set commands and descriptions. Telegram shows the default language to everybody whose own has none."""
    for locale in LOCALES:
        language = None if locale == DEFAULT_LOCALE else locale
        commands = [BotCommand(name, wording(Say(f"telegram.command.{name}"), locale)) for name in COMMANDS]
        await bot.set_my_commands(commands, scope=BotCommandScopeAllPrivateChats(), language_code=language)
        await bot.set_my_description(wording(Say("telegram.description"), locale), language_code=language)
        await bot.set_my_short_description(wording(Say("telegram.short_description"), locale), language_code=language)
