"""The machine: room on the disk, memory for pictures, and how many connections it allows."""

from __future__ import annotations

import os
import resource
from collections.abc import Iterator
from pathlib import Path

from bot.doctor.finding import Finding, Patient, fine, warning, wrong
from bot.doctor.threads import in_thread

MIB = 1 << 20
DISK_LITTLE, DISK_TOO_LITTLE = 2048 * MIB, 256 * MIB
MEMORY_LITTLE, MEMORY_TOO_LITTLE = 512 * MIB, 128 * MIB
"""One file being made safe may take 300 MB."""

FILES_LITTLE = 10_000
OPEN_LITTLE, OPEN_TOO_LITTLE = 4096, 256
"""Files and connections of one process. A start raises them as far as it may, so only the hard limit counts."""

MEMINFO, CGROUP = Path("/proc/meminfo"), Path("/sys/fs/cgroup")


async def disk(patient: Patient) -> list[Finding]:
    """Where the data lies."""
    return await in_thread(lambda: list(_disk(patient.settings.data_dir.absolute())))


async def memory(_: Patient) -> list[Finding]:
    """As much as a container of ours may still take."""
    return [_memory(free_memory(MEMINFO, CGROUP))]


async def open_files(_: Patient) -> list[Finding]:
    """As many files and connections as a start may raise its own limit to."""
    return [allowed(resource.getrlimit(resource.RLIMIT_NOFILE)[1])]


def allowed(most: int) -> Finding:
    """By the hard limit, as the system gives it."""
    if most == resource.RLIM_INFINITY or most >= OPEN_LITTLE:
        return fine("open_files")
    level = wrong if most < OPEN_TOO_LITTLE else warning
    return level("open_files", "few", most=f"{most:,}", wanted=f"{OPEN_LITTLE:,}")


def _disk(folder: Path) -> Iterator[Finding]:
    above = next(parent for parent in (folder, *folder.parents) if parent.exists())
    if not above.is_dir() or not os.access(above, os.W_OK | os.X_OK):
        yield wrong("disk", "not_writable", path=str(above))
        return
    if folder.is_dir() and folder.stat().st_mode & 0o077:
        yield warning("disk", "open_to_others", path=str(folder), mode=f"{folder.stat().st_mode & 0o777:04o}")
    room = os.statvfs(above)
    free = room.f_bavail * room.f_frsize
    if room.f_files and room.f_favail < FILES_LITTLE:
        yield warning("disk", "few_files", path=str(above), count=room.f_favail)
    yield judged("disk", free, DISK_LITTLE, DISK_TOO_LITTLE)


def _memory(free: int | None) -> Finding:
    return fine("memory", "unknown") if free is None else judged("memory", free, MEMORY_LITTLE, MEMORY_TOO_LITTLE)


def judged(check: str, free: int, little: int, too_little: int) -> Finding:
    """By how many bytes are free."""
    level = wrong if free < too_little else warning if free < little else fine
    return level(check, "ok" if level is fine else "little", free=f"{free // MIB:,}", wanted=f"{little // MIB:,}")


def free_memory(meminfo: Path, cgroup: Path) -> int | None:
    """Bytes that can still be had: of the machine, or of the container's limit if that is less. None where neither is told."""
    free = []
    if meminfo.exists():
        lines = dict(line.split(":", 1) for line in meminfo.read_text().splitlines() if ":" in line)
        free += [int(lines["MemAvailable"].split()[0]) * 1024] if "MemAvailable" in lines else []
    most, used = cgroup / "memory.max", cgroup / "memory.current"
    if most.exists() and used.exists() and (limit := most.read_text().strip()) != "max":
        free.append(int(limit) - int(used.read_text()))
    return max(0, min(free)) if free else None
