"""Column types that are encrypted in the database and plain in Python. The keyring belongs to the engine: `Store.open` binds it."""

from __future__ import annotations

from typing import Any
from weakref import WeakKeyDictionary

from pydantic_core import from_json, to_json
from sqlalchemy import Dialect, LargeBinary
from sqlalchemy.types import TypeDecorator

from bot.store.errors import KeyringError
from bot.store.keyring import Keyring

__all__ = ["EncryptedJson", "EncryptedText", "Keyring", "bind_keyring", "keyring_of"]

_keyrings: WeakKeyDictionary[Dialect, Keyring] = WeakKeyDictionary()


def bind_keyring(dialect: Dialect, keyring: Keyring) -> None:
    """Let every statement of this engine seal and open with this keyring."""
    _keyrings[dialect] = keyring


def keyring_of(dialect: Dialect) -> Keyring:
    """Return the keyring of a connection's engine: `keyring_of(conn.dialect)`."""
    try:
        return _keyrings[dialect]
    except KeyError as error:
        raise KeyringError("this engine has no keyring: open it with Store.open") from error


class EncryptedText(TypeDecorator[str]):
    """Text sealed for one place, "table.column". Not to be compared in SQL: keep a keyed hash beside it to find it by."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, place: str) -> None:
        super().__init__()
        self.place = place

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        """Seal on the way in."""
        return None if value is None else keyring_of(dialect).seal(value.encode(), self.place)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> str | None:
        """Open on the way out."""
        return None if value is None else keyring_of(dialect).open(value, self.place).decode()


class EncryptedJson(TypeDecorator[Any]):
    """Any JSON value, sealed for one place, "table.column". None is SQL NULL."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, place: str) -> None:
        super().__init__()
        self.place = place

    def process_bind_param(self, value: Any | None, dialect: Dialect) -> bytes | None:
        """Seal on the way in."""
        if value is None:
            return None
        return keyring_of(dialect).seal(to_json(value), self.place)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> Any | None:
        """Open on the way out."""
        return None if value is None else from_json(keyring_of(dialect).open(value, self.place))
