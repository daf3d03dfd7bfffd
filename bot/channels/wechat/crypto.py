"""Signatures and encryption of WeChat's pushes, as its documentation of message encryption lays them down.

A message is 16 random bytes, its length in 4 bytes, itself, and the account's id; padded to 32 bytes, in AES-256-CBC.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

from cryptography.hazmat.primitives.ciphers import Cipher as Mode
from cryptography.hazmat.primitives.ciphers import algorithms, modes

KEY_BYTES, IV_BYTES, BLOCK_BYTES = 32, 16, 32
RANDOM_BYTES, LENGTH_BYTES = 16, 4


class Tampered(Exception):  # noqa: N818 - says what was found
    """Not what the holder of our key encrypted for this account."""


def signature(*parts: str) -> str:
    """SHA-1 over the sorted parts, in hex: over token, timestamp, nonce and, where there is one, the encrypted message."""
    return hashlib.sha1("".join(sorted(parts)).encode("utf-8", "surrogatepass")).hexdigest()  # noqa: S324 - WeChat's choice


def is_signed(given: str, *parts: str) -> bool:
    """Whether the signature is right; as fast for a wrong one as for the right one."""
    return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), signature(*parts).encode())


class Cipher:
    """Encrypts and decrypts for one account."""

    def __init__(self, encoding_key: str, app_id: str) -> None:
        """`encoding_key` is the EncodingAESKey, 43 characters. Raises ValueError if it is none."""
        self._key = base64.b64decode(f"{encoding_key}=".encode("ascii"), validate=True)
        if len(self._key) != KEY_BYTES:
            raise ValueError("an EncodingAESKey has 43 characters")
        self._app_id = app_id.encode()

    def encrypt(self, clear: bytes) -> str:
        """The message as it stands in `<Encrypt>`."""
        message = secrets.token_bytes(RANDOM_BYTES) + len(clear).to_bytes(LENGTH_BYTES, "big") + clear + self._app_id
        padding = BLOCK_BYTES - len(message) % BLOCK_BYTES
        encryptor = self._mode().encryptor()
        return base64.b64encode(encryptor.update(message + bytes([padding]) * padding) + encryptor.finalize()).decode()

    def decrypt(self, encrypted: str) -> bytes:
        """The message that stands in `<Encrypt>`. Raises Tampered."""
        try:
            sealed = base64.b64decode(encrypted.encode("ascii"))
            decryptor = self._mode().decryptor()
            message = _unpadded(decryptor.update(sealed) + decryptor.finalize())[RANDOM_BYTES:]
        except ValueError as error:
            raise Tampered from error
        end = LENGTH_BYTES + int.from_bytes(message[:LENGTH_BYTES], "big")
        if not hmac.compare_digest(message[end:], self._app_id):
            raise Tampered
        return message[LENGTH_BYTES:end]

    def _mode(self) -> Mode[modes.CBC]:
        return Mode(algorithms.AES(self._key), modes.CBC(self._key[:IV_BYTES]))


def _unpadded(padded: bytes) -> bytes:
    padding = padded[-1] if padded else 0
    if not 1 <= padding <= BLOCK_BYTES or padded[-padding:] != bytes([padding]) * padding:
        raise ValueError("padding")
    return padded[:-padding]
