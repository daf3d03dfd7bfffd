"""The place of the pictures: a probe is written, read and deleted."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from urllib.parse import unquote, urlsplit

from bot.doctor.finding import Finding, Patient, fine, warning, wrong
from bot.doctor.looking import keyring_of
from bot.documents.errors import Missing
from bot.documents.files import Files
from bot.store.keyring import Keyring

CHECK = "storage"


async def storage(patient: Patient) -> list[Finding]:
    """Whether it keeps what it is given."""
    url = patient.settings.files_url
    if url.startswith("file:") and (found := _folder(Path(unquote(urlsplit(url).path)))):
        return [found]
    probe, content = f"probe-{secrets.token_hex(8)}", secrets.token_bytes(64)
    step = "open"
    try:
        files = Files(url, keyring_of(patient.settings) or Keyring.generate())
        step = "write"
        await files.put(probe, content)
        step = "read"
        found_again = await files.get(probe)
        step = "delete"
        await files.delete(probe)
    except (OSError, ValueError, Missing) as error:
        return [wrong(CHECK, f"cannot_{step}", error=type(error).__name__)]
    except Exception as error:  # noqa: BLE001 - obstore has a type for each kind of refusal
        return [wrong(CHECK, f"cannot_{step}", error=type(error).__name__)]
    return [fine(CHECK, scheme=urlsplit(url).scheme) if found_again == content else wrong(CHECK, "altered")]


def _folder(folder: Path) -> Finding | None:
    """A folder not made yet is not made here."""
    if folder.is_dir():
        return None
    above = next(parent for parent in (folder, *folder.parents) if parent.exists())
    if above.is_dir() and os.access(above, os.W_OK | os.X_OK):
        return warning(CHECK, "not_yet", path=str(folder))
    return wrong(CHECK, "no_folder", path=str(folder))
