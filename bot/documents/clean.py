"""Makes one untrusted file safe by letting a child process turn it into clean JPEGs, and holds that child to its limits."""

from __future__ import annotations

import asyncio
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from bot.documents.errors import Reason, Refused

MAX_BYTES = 20 * 1024 * 1024
MAX_OUTPUT = 64 * 1024 * 1024
TIMEOUT_S = 20.0
CPU_S = 6
CHILD = Path(__file__).with_name("child.py")
ENVIRONMENT = {"LC_ALL": "C.UTF-8", "MALLOC_ARENA_MAX": "1"}  # nothing of ours: no token, no key


@dataclass(frozen=True)
class Cleaned:
    """What a file held: one JPEG, or one for each page."""

    pictures: list[bytes]


async def clean(raw: bytes, *, timeout_s: float = TIMEOUT_S, cpu_s: int = CPU_S) -> Cleaned:
    """The pictures in a file that a stranger sent; Refused if it cannot or must not be taken, or takes more of a core than `cpu_s`."""
    if len(raw) > MAX_BYTES:
        raise Refused(Reason.TOO_BIG)
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-I", "-B", str(CHILD), str(cpu_s), stdin=PIPE, stdout=PIPE, stderr=DEVNULL, env=ENVIRONMENT, cwd="/"
    )
    try:
        async with asyncio.timeout(timeout_s):
            output, _ = await asyncio.gather(all_of(child), feed(child, raw))
            status = await child.wait()
    except TimeoutError as error:
        raise Refused(Reason.TIMEOUT) from error
    finally:
        await end(child)
    return understood(output, status)


async def feed(child: Process, raw: bytes) -> None:
    """Give the child its file; it may have died of it already."""
    assert child.stdin is not None  # noqa: S101 - for the type checker: it was asked for as a pipe
    with suppress(BrokenPipeError, ConnectionResetError):
        child.stdin.write(raw)
        await child.stdin.drain()
    child.stdin.close()


async def all_of(child: Process) -> bytes:
    """Everything the child says, as far as it is reasonable."""
    assert child.stdout is not None  # noqa: S101 - for the type checker: it was asked for as a pipe
    output = bytearray()
    while piece := await child.stdout.read(1 << 16):
        output += piece
        if len(output) > MAX_OUTPUT:
            raise Refused(Reason.TOO_BIG)
    return bytes(output)


async def end(child: Process) -> None:
    """Leave no child behind, whatever happened."""
    if child.returncode is None:
        with suppress(ProcessLookupError):
            child.kill()
    if child.stdout is not None:
        await child.stdout.read()  # asyncio waits for the end of the pipe before it owns to the end of the process
    await child.wait()


def understood(output: bytes, status: int) -> Cleaned:
    """Take the child's word only if it ended well and said something whole."""
    if status == -signal.SIGXCPU:
        raise Refused(Reason.TIMEOUT)
    if status != 0:
        raise Refused(Reason.BROKEN)
    pictures: list[bytes] = []
    while output:
        length, output = int.from_bytes(output[:4], "big"), output[4:]
        if length == 0:
            raise Refused(reason_of(output))
        if length > len(output):
            raise Refused(Reason.BROKEN)
        pictures.append(output[:length])
        output = output[length:]
    if not pictures:
        raise Refused(Reason.BROKEN)
    return Cleaned(pictures)


def reason_of(word: bytes) -> Reason:
    """The child's reason; a child led astray may say anything."""
    try:
        return Reason(word.decode("ascii", "replace"))
    except ValueError:
        return Reason.BROKEN
