"""The keys: sealing and opening with AES-256-GCM, keyed hashes for look-up, and keys that rotate.

A sealed value is `key id (4) | nonce (12) | ciphertext and tag`; its context (table.column) is bound in as associated data.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import secrets
import tempfile
from pathlib import Path
from typing import Self

import structlog
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bot.store.errors import KeyringError, KeysExposed, Unreadable

ID_BYTES, NONCE_BYTES, KEY_BYTES, TAG_BYTES = 4, 12, 32, 16
WRAPPED_BYTES = ID_BYTES + NONCE_BYTES + KEY_BYTES + TAG_BYTES

log = structlog.get_logger(__name__)


class Keyring:
    """Sealing keys, newest first, and one hashing key, which never rotates: stored hashes depend on it."""

    def __init__(self, sealing: dict[bytes, bytes], hashing: bytes) -> None:
        if (
            not sealing
            or any(len(name) != ID_BYTES for name in sealing)
            or any(len(key) != KEY_BYTES for key in (*sealing.values(), hashing))
        ):
            raise KeyringError("a keyring needs at least one sealing key and one hashing key, of 256 bits each")
        self._keys = dict(sealing)
        self._ciphers = {name: AESGCM(key) for name, key in sealing.items()}
        self._newest = next(iter(sealing))
        self._cipher = self._ciphers[self._newest]
        self._hashing = hashing

    def __repr__(self) -> str:
        return f"Keyring({len(self._keys)} keys)"

    @classmethod
    def generate(cls) -> Self:
        """Make a keyring with one sealing key."""
        return cls({secrets.token_bytes(ID_BYTES): secrets.token_bytes(KEY_BYTES)}, secrets.token_bytes(KEY_BYTES))

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Undo `to_json`."""
        try:
            data = json.loads(text)
            sealing = {bytes.fromhex(entry["id"]): base64.b64decode(entry["key"], validate=True) for entry in data["sealing"]}
            return cls(sealing, base64.b64decode(data["hashing"], validate=True))
        except (ValueError, KeyError, TypeError) as error:
            raise KeyringError("the keys are not in the form this program writes") from error

    @classmethod
    def from_file(cls, path: str | os.PathLike[str]) -> Self:
        """Read this file, which the first start makes with mode 0600."""
        place = Path(path)
        if not place.exists():
            cls.generate().save(place, fresh=True)
            log.warning("keys_made", path=str(place.absolute()))
        mode = place.stat().st_mode & 0o777
        if mode & 0o077:
            raise KeysExposed(str(place), mode)
        return cls.from_json(place.read_text("utf-8"))

    def to_json(self) -> str:
        """Give the keys in the clear, as the key file holds them."""
        sealing = [{"id": name.hex(), "key": base64.b64encode(key).decode()} for name, key in self._keys.items()]
        return json.dumps({"sealing": sealing, "hashing": base64.b64encode(self._hashing).decode()}, indent=1)

    def save(self, path: Path, *, fresh: bool = False) -> None:
        """Write the key file whole or not at all, mode 0600. With `fresh`, a file already there wins."""
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False) as file:  # made with mode 0600
            file.write(self.to_json())
            file.flush()
            os.fsync(file.fileno())
        made = Path(file.name)
        if not fresh:
            made.replace(path)
            return
        try:
            path.hardlink_to(made)
        except FileExistsError:
            log.info("keys_kept", path=str(path))
        finally:
            made.unlink()

    def rotated(self) -> Keyring:
        """Give the same keyring with a new sealing key in front; what older keys sealed still opens."""
        return Keyring({secrets.token_bytes(ID_BYTES): secrets.token_bytes(KEY_BYTES), **self._keys}, self._hashing)

    def seal(self, clear: bytes, context: str) -> bytes:
        """Encrypt with the newest key, bound to `context`."""
        nonce = os.urandom(NONCE_BYTES)
        return self._newest + nonce + self._cipher.encrypt(nonce, clear, context.encode())

    def open(self, sealed: bytes, context: str) -> bytes:
        """Decrypt what was sealed for this context; Unreadable if anything about it is wrong."""
        cipher = self._ciphers.get(sealed[:ID_BYTES])
        if cipher is None:
            raise Unreadable(context)
        try:
            return cipher.decrypt(sealed[ID_BYTES : ID_BYTES + NONCE_BYTES], sealed[ID_BYTES + NONCE_BYTES :], context.encode())
        except (InvalidTag, ValueError) as error:
            raise Unreadable(context) from error

    def seal_file(self, clear: bytes, context: str) -> bytes:
        """Encrypt a file with a key of its own, which stands sealed in front of it."""
        key, nonce = secrets.token_bytes(KEY_BYTES), os.urandom(NONCE_BYTES)
        return self.seal(key, context) + nonce + AESGCM(key).encrypt(nonce, clear, context.encode())

    def open_file(self, sealed: bytes, context: str) -> bytes:
        """Undo `seal_file`."""
        key = self.open(sealed[:WRAPPED_BYTES], context)
        body = sealed[WRAPPED_BYTES:]
        try:
            return AESGCM(key).decrypt(body[:NONCE_BYTES], body[NONCE_BYTES:], context.encode())
        except (InvalidTag, ValueError) as error:
            raise Unreadable(context) from error

    def lookup(self, text: str, context: str) -> str:
        """Make a keyed hash (HMAC-SHA256, hex) to find an encrypted value by; equal only for equal text in the same context."""
        return self.mac(text.encode(), context)

    def mac(self, message: bytes, context: str) -> str:
        """Make a keyed hash (HMAC-SHA256, hex) over bytes, within one context."""
        name = context.encode()
        return hmac.new(self._hashing, len(name).to_bytes(4, "big") + name + message, hashlib.sha256).hexdigest()
