"""The store: transactions on SQLite or PostgreSQL, encrypted columns, migrations. Nothing below it, everything above it."""

from bot.store.keyring import Keyring
from bot.store.store import Store

__all__ = ["Keyring", "Store"]
