"""How the bot introduces itself in Telegram: what it says before the first message, and its menu of commands, in each language."""

from __future__ import annotations

from collections.abc import Sequence

from telegram import Bot, BotCommand, BotCommandScopeAllPrivateChats, MenuButtonCommands

from bot.channels.telegram.render import Wording
from bot.message import Say
from bot.wording import DEFAULT_LOCALE, LOCALES

COMMANDS = ("menu", "status", "back", "stop", "language", "elsewhere", "human", "help")


async def introduce(bot: Bot, wording: Wording, troubles: Sequence[str]) -> None:
    """Set commands, menu and descriptions, as far as they are not so already: Telegram lets nobody set them often.

    `troubles` are what the union of this place pays for. Telegram shows the default language to everybody whose own has none.
    """
    for locale in LOCALES:
        language = None if locale == DEFAULT_LOCALE else locale
        await _commands(bot, wording, locale, language)
        await _texts(bot, wording, locale, language, troubles)
    button = await bot.get_chat_menu_button()
    if not isinstance(button, MenuButtonCommands):
        await bot.set_chat_menu_button(menu_button=MenuButtonCommands())


async def _commands(bot: Bot, wording: Wording, locale: str, language: str | None) -> None:
    scope = BotCommandScopeAllPrivateChats()
    commands = tuple(BotCommand(name, wording(Say(f"telegram.command.{name}"), locale)) for name in COMMANDS)
    if await bot.get_my_commands(scope=scope, language_code=language) != commands:
        await bot.set_my_commands(commands, scope=scope, language_code=language)


async def _texts(bot: Bot, wording: Wording, locale: str, language: str | None, troubles: Sequence[str]) -> None:
    description = wording(Say("telegram.description", {"troubles": list(troubles)}), locale)
    if (await bot.get_my_description(language_code=language)).description != description:
        await bot.set_my_description(description, language_code=language)
    short = wording(Say("telegram.short_description"), locale)
    if (await bot.get_my_short_description(language_code=language)).short_description != short:
        await bot.set_my_short_description(short, language_code=language)
