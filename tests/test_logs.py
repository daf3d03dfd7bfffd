"""What is logged of an error, whoever raised it and wherever it ended: its type and its places, never its words."""

from __future__ import annotations

import subprocess
import sys

import pytest

NAME = "王小芳"
CRASHES = {
    "of the program": "raise ValueError(name) from KeyError(name)",
    "of a thread": "import threading\nthread = threading.Thread(target=fail)\nthread.start()\nthread.join()",
    "that nobody can take": "class Last:\n    def __del__(self):\n        fail()\nLast()",
    "that a library logs": "import logging\ntry:\n    fail()\nexcept ValueError:\n    logging.getLogger('x').exception('failed')",
    "of a task that is forgotten": (
        "import asyncio, gc\nasync def wrong():\n    fail()\nasync def main():\n    task = asyncio.create_task(wrong())\n"
        "    await asyncio.sleep(0)\n    await asyncio.sleep(0)\n    del task\n    gc.collect()\nasyncio.run(main())"
    ),
}


@pytest.mark.parametrize("crash", CRASHES.values(), ids=CRASHES)
def test_an_error_that_nobody_caught_is_told_without_its_words(crash: str) -> None:
    program = f"from bot import logs\nname = '{NAME}'\ndef fail():\n    raise ValueError(name)\nlogs.set_up('debug')\n{crash}"

    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)  # noqa: S603 - ours

    assert "ValueError at " in ended.stderr
    assert NAME not in ended.stdout + ended.stderr
