"""A made-up union to look at: unions, members, staff, claims in every state. None of it is anybody."""

from bot.demo.filling import ACCOUNTS, Account, fill, fill_if_empty, settings

__all__ = ["ACCOUNTS", "Account", "fill", "fill_if_empty", "settings"]
