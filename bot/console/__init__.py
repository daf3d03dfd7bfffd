"""The staff's console: the queue, the claims and their decisions, the accounts, the records."""

from bot.console.app import console_app

__all__ = ["console_app"]
