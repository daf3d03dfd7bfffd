"""Telegram: an update is stored before it is confirmed, a notice is sent once, whatever breaks in between."""

from bot.channels.telegram.channel import Telegram

__all__ = ["Telegram"]
