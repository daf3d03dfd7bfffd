"""With this folder on its path, Python loads this first: over a certificate number the step fails once, in two threads, and says it."""

from __future__ import annotations

import re
import threading
from functools import wraps
from typing import Any, NoReturn

from bot.conversation import step as steps

whole = steps.step
failed: list[str] = []


def fail(text: str) -> NoReturn:
    """As a library does that quotes what it cannot read."""
    raise ValueError(f"cannot take {text}") from KeyError(text)


@wraps(whole)
def step(conn: Any, incoming: Any, **more: Any) -> bool:
    """The step, which fails the first time."""
    text = getattr(incoming.what, "text", "")
    if re.fullmatch("[0-9]{18}", text) and not failed:
        failed.append(text)
        threading.Thread(target=fail, args=(text,)).start()
        fail(text)
    return whole(conn, incoming, **more)


steps.step = step
