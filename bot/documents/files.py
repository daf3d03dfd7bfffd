"""Where bytes are kept: any place obstore knows by its URL, every file sealed under its own key and bound to its name."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

from obstore.store import LocalStore, ObjectStore, from_url

from bot.documents.errors import Missing
from bot.message import UploadId
from bot.store.keyring import Keyring


def raw_key(upload: UploadId) -> str:
    """Where an upload's bytes lie as they came, until they are settled."""
    return f"raw/{upload}"


def picture_key(upload: UploadId, number: int) -> str:
    """Where an upload's clean picture lies; numbers begin with 0."""
    return f"pictures/{upload}/{number}.jpg"


class Files:
    """The files of one deployment: `file:///path`, `memory:///`, `s3://bucket/path`."""

    def __init__(self, url: str, keyring: Keyring) -> None:
        self._keyring = keyring
        self._folder = Path(unquote(urlsplit(url).path)) if url.startswith("file:") else None
        self._store: ObjectStore = LocalStore(self._folder, mkdir=True) if self._folder else from_url(url)

    async def put(self, key: str, clear: bytes) -> None:
        """Keep these bytes under this key, in place of any before. Once it returns they outlast a power cut."""
        sealed = await asyncio.to_thread(self._keyring.seal_file, clear, key)
        await self._store.put_async(key, sealed)
        if self._folder:
            await asyncio.to_thread(to_disk, self._folder, self._folder / key)

    async def get(self, key: str) -> bytes:
        """The bytes under this key. Missing if there are none."""
        try:
            answer = await self._store.get_async(key)
            sealed = bytes(await answer.bytes_async())
        except FileNotFoundError as error:
            raise Missing(key) from error
        return await asyncio.to_thread(self._keyring.open_file, sealed, key)

    async def delete(self, key: str) -> None:
        """Forget the bytes under this key, if any."""
        try:
            await self._store.delete_async(key)
        except FileNotFoundError:
            return

    async def listed(self, prefix: str) -> AsyncIterator[tuple[str, datetime]]:
        """Every key that begins so, up to a slash, and when its bytes were last written."""
        async for batch in self._store.list(prefix):
            for meta in batch:
                yield meta["path"], meta["last_modified"]

    async def forget(self, upload: UploadId) -> None:
        """Forget everything about an upload: its bytes as they came, and every picture."""
        await self.delete(raw_key(upload))
        folder = f"pictures/{upload}"
        for key in [key async for key, _ in self.listed(f"{folder}/")]:
            await self.delete(key)
        if self._folder:
            with suppress(OSError):  # there was none
                await asyncio.to_thread((self._folder / folder).rmdir)

    async def forget_halves(self, before: datetime) -> int:
        """Forget what a crash cut off while it was being written; obstore keeps that under a name with a #. Returns how many files."""
        return await asyncio.to_thread(_without_halves, self._folder, before) if self._folder else 0


def _without_halves(folder: Path, before: datetime) -> int:
    old = [path for path in folder.rglob("*#*") if path.is_file() and path.stat().st_mtime < before.timestamp()]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def to_disk(folder: Path, file: Path) -> None:
    """Have a file, and the folders on the way to it, written through: obstore leaves that to the system."""
    for place in (file, *(parent for parent in file.parents if parent.is_relative_to(folder))):
        handle = os.open(place, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
