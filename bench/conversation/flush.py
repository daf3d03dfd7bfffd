"""Disks differ most in how long a flush takes, and virtual ones hide it: a slower one is stood in for, for everybody alike."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

SOURCE = Path(__file__).with_name("flush.c")


def begin_again_on_a_slower_disk(flush_ms: float) -> None:
    """Start this very command anew with every flush taking so much longer. Needs a C compiler. Returns if that is done already."""
    if os.environ.get("FLUSH_MS") == str(flush_ms):
        return
    library = Path(tempfile.mkdtemp(prefix="bench-flush-")) / "flush.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-O2", "-o", str(library), str(SOURCE), "-ldl"], check=True)  # noqa: S603, S607  # ours
    environment = {**os.environ, "FLUSH_MS": str(flush_ms), "LD_PRELOAD": str(library)}
    os.execve(sys.executable, [sys.executable, "-m", "bench", *sys.argv[1:]], environment)  # noqa: S606  # this very command
