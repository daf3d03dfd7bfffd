"""Finding people by what is encrypted: keyed hashes of a certificate number, a name or a phone, each in one spelling."""

from __future__ import annotations

import unicodedata

from sqlalchemy import Connection

from bot.store.encryption import keyring_of


def certno_hash(conn: Connection, certno: str) -> str:
    """The hash a certificate number is found by; blanks and the case of a final X do not matter."""
    return keyring_of(conn.dialect).lookup(_one_spelling(certno).upper(), "certno")


def name_hash(conn: Connection, name: str) -> str:
    """The hash a whole name is found by."""
    return keyring_of(conn.dialect).lookup(_one_spelling(name).casefold(), "name")


def phone_hash(conn: Connection, phone: str) -> str:
    """The hash a whole phone number is found by; dashes and +86 do not matter."""
    digits = "".join(sign for sign in _one_spelling(phone) if sign in "0123456789")
    return keyring_of(conn.dialect).lookup(digits[2:] if len(digits) == 13 and digits.startswith("86") else digits, "phone")  # noqa: PLR2004  # 86 and eleven digits


def _one_spelling(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())
