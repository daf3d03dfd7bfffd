"""The real process for tests: `python -m bot` on a data folder and a port of its own, started, killed and started again."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from aiohttp import ClientError, ClientSession, ClientTimeout

from bot.store import Keyring, Store
from tests.conversation.scene import plant_unions

ROOT = Path(__file__).parent.parent.parent
STOP_S = 120.0
"""Only what hangs takes so long."""


def free_port() -> int:
    """A port of the loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Bot:
    """One deployment. Whatever it prints is kept, from all its starts, in the order it came. `{address}` in a setting is its own."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.folder, self.data = folder, folder / "data"
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        own = {"DATA_DIR": str(self.data), "PORT": str(self.port), "PUBLIC_URL": self.address, "PYTHONPATH": str(ROOT)}
        self.environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", **own}
        self.environment |= {name: value.replace("{address}", self.address) for name, value in settings.items()}
        self.process: subprocess.Popen[bytes] | None = None

    def spawn(self) -> subprocess.Popen[bytes]:
        """Start the process, and wait for nothing. It finds no `.env`: it runs in the test's folder."""
        with (self.folder / "out").open("ab") as out, (self.folder / "err").open("ab") as err:
            command = [sys.executable, "-m", "bot"]
            self.process = subprocess.Popen(command, cwd=self.folder, env=self.environment, stdout=out, stderr=err)  # noqa: S603 - ours
        return self.process

    async def start(self) -> float:
        """Start it and wait until it is ready and has said so; the seconds that took."""
        begun, printed = time.monotonic(), self.printed
        process = self.spawn()
        async with asyncio.timeout(STOP_S), ClientSession(timeout=ClientTimeout(total=5)) as http:
            while not (await _ready(http, self.address) and self.printed != printed):
                if process.poll() is not None:
                    raise AssertionError(f"it ended with {process.returncode}:\n{self.complaints}")
                await asyncio.sleep(0.02)
        return time.monotonic() - begun

    def kill(self) -> None:
        """SIGKILL: no last word."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    async def stop(self) -> int:
        """SIGTERM, as a service manager ends it; the exit status."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        status = await self.ended()
        self.process = None
        return status

    async def ended(self, seconds: float = STOP_S) -> int:
        """Wait for the process to end; its exit status."""
        assert self.process is not None
        return await asyncio.to_thread(self.process.wait, seconds)

    @property
    def printed(self) -> str:
        """Everything on standard output so far."""
        return self._kept("out")

    @property
    def complaints(self) -> str:
        """Everything on standard error so far."""
        return self._kept("err")

    def _kept(self, name: str) -> str:
        return (self.folder / name).read_text("utf-8") if (self.folder / name).exists() else ""

    @property
    def keyring(self) -> Keyring:
        """The keys it made."""
        return Keyring.from_file(self.data / "keys")

    @asynccontextmanager
    async def store(self) -> AsyncIterator[Store]:
        """Its database, beside it or after it."""
        opened = Store.open(self.environment.get("DATABASE_URL", f"sqlite:///{self.data}/niangjia.db"), self.keyring)
        try:
            yield opened
        finally:
            await opened.close()


@asynccontextmanager
async def running(folder: Path, **settings: str) -> AsyncIterator[Bot]:
    """A bot that is ready, with a few unions to belong to; no process is left at the end."""
    bot = Bot(folder, **settings)
    try:
        await bot.start()
        async with bot.store() as store:
            await store.write(plant_unions)
        yield bot
    finally:
        bot.kill()


async def _ready(http: ClientSession, address: str) -> bool:
    with suppress(ClientError, TimeoutError):
        async with http.get(f"{address}/readyz") as answer:
            return answer.status == 200
    return False
