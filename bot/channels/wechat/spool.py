"""Pushes that the database could not take in time, kept on disk until it can: so that they may be confirmed all the same.

One sealed file each. A push is taken only once however often it is handed in, so one that is here and in the database does no harm.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import structlog

from bot.store import Keyring
from bot.store.errors import KeyringError

PLACE = "wechat.spool"
SUFFIX = ".push"

log = structlog.get_logger(__name__)


class Spool:
    """A folder of pushes, in the order they came."""

    def __init__(self, folder: Path, keyring: Keyring) -> None:
        self._folder, self._keyring = folder, keyring

    async def keep(self, name: str, arrived: datetime, fields: Mapping[str, str]) -> Path:
        """Keep a push. It is durable when this returns. Raises OSError."""
        content = json.dumps({"arrived": arrived.isoformat(), "fields": dict(fields)}).encode()
        path = self._folder / f"{int(arrived.timestamp() * 1000):013d}-{name}{SUFFIX}"
        await asyncio.to_thread(self._write, path, self._keyring.seal(content, PLACE))
        return path

    async def drop(self, path: Path) -> None:
        """The database has it."""
        await asyncio.to_thread(path.unlink, missing_ok=True)

    def left(self) -> Iterator[tuple[Path, datetime, Mapping[str, str]]]:
        """What an earlier process left, the oldest first. What cannot be read is put aside."""
        for path in sorted(self._folder.glob(f"*{SUFFIX}")):
            try:
                data: Mapping[str, Any] = json.loads(self._keyring.open(path.read_bytes(), PLACE))
                yield path, datetime.fromisoformat(data["arrived"]), data["fields"]
            except (KeyringError, ValueError, KeyError, OSError):
                log.error("wechat_spool_unreadable", path=path.name)  # noqa: TRY400 - its traceback tells nothing
                with suppress(OSError):
                    path.rename(path.with_suffix(".unreadable"))

    def _write(self, path: Path, content: bytes) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        half = path.with_suffix(".half")
        with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        half.rename(path)
        folder = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
