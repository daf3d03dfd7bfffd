"""`python -m bot unions FILE` and `python -m bot members FILE`: a federation's own lists, read into the database."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

from bot import wording
from bot.members.importing import IMPORTS, NoSuchColumns, rows_of
from bot.store import Store

SHOWN_AT_MOST = 50


async def bring_in(store: Store, what: str, path: Path, now: datetime) -> int:
    """Import a file and say what became of it. Returns the exit status: 1 if any row or the file itself could not be used."""
    needed, work = IMPORTS[what]
    try:
        rows = rows_of(path, needed)
    except NoSuchColumns as missing:
        _say("import.no_columns", {"columns": ", ".join(missing.missing)})
        return 1
    except (OSError, UnicodeDecodeError) as error:
        _say("import.unreadable", {"file": str(path), "error": type(error).__name__})
        return 1
    imported = await store.write(work, rows, now)
    _say("import.done", {"added": imported.added, "known": imported.known, "bad": len(imported.bad)})
    for bad in imported.bad[:SHOWN_AT_MOST]:
        _say("import.bad_row", {"line": bad.line, "reason": bad.reason})
    return 1 if imported.bad else 0


def _say(key: str, figures: dict[str, object]) -> None:
    sys.stdout.write(wording.text(key, wording.DEFAULT_LOCALE, figures) + "\n")
