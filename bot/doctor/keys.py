"""The keys: there, readable for nobody else, and those that the data was written with."""

from __future__ import annotations

from sqlalchemy import Connection, Table, select

from bot.claims.tables import claims
from bot.conversation.tables import conversations
from bot.doctor.finding import Finding, NotThereError, Patient, fine, warning, wrong
from bot.doctor.looking import keyring_of, tables
from bot.doctor.threads import in_thread
from bot.jobs.tables import jobs
from bot.members.tables import members
from bot.settings import Settings
from bot.staff.tables import staff
from bot.store.errors import KeyringError, Unreadable
from bot.store.keyring import Keyring

CHECK = "keys"
PROBES = (staff.c.name, members.c.name, conversations.c.state, claims.c.name, jobs.c.payload)


async def keys(patient: Patient) -> list[Finding]:
    """All about them."""
    return [await in_thread(_look, patient)]


def _look(patient: Patient) -> Finding:
    has_data = _has_data(patient)
    found = _usable(patient.settings, has_data=has_data)
    if found is not None:
        return found
    keyring = keyring_of(patient.settings)
    if keyring is None or not has_data:
        return fine(CHECK, "nothing_sealed")
    opened = _opens(patient, keyring)
    return fine(CHECK, count=opened) if opened else wrong(CHECK, "do_not_fit") if opened is None else fine(CHECK, "nothing_sealed")


def _usable(settings: Settings, *, has_data: bool) -> Finding | None:
    if settings.niangjia_keys:
        try:
            Keyring.from_json(settings.niangjia_keys.get_secret_value())
        except KeyringError:
            return wrong(CHECK, "not_keys", place="NIANGJIA_KEYS")
        return None
    path = settings.keys_file
    try:
        mode = path.stat().st_mode & 0o777
        text = path.read_text("utf-8")
        Keyring.from_json(text)
    except FileNotFoundError:
        return wrong(CHECK, "lost", path=str(path)) if has_data else warning(CHECK, "not_yet", path=str(path))
    except (KeyringError, UnicodeDecodeError):
        return wrong(CHECK, "not_keys", place=str(path))
    except OSError as error:
        return wrong(CHECK, "unreadable", path=str(path), error=type(error).__name__)
    return wrong(CHECK, "exposed", path=str(path), mode=f"{mode:04o}") if mode & 0o077 else None


def _has_data(patient: Patient) -> bool:
    try:
        with tables(patient, "staff", "conversations", "members", "claims") as conn:
            return any(_rows(conn, column.table) for column in PROBES)
    except NotThereError:
        return False


def _rows(conn: Connection, table: Table) -> bool:
    return conn.execute(select(table.primary_key.columns[0]).limit(1)).first() is not None


def _opens(patient: Patient, keyring: Keyring) -> int | None:
    """How many sealed values were opened, the oldest and the newest of each kind; None if one could not be."""
    opened = 0
    with tables(patient, "staff", "conversations", "members", "claims", keyring=keyring) as conn:
        try:
            for column in PROBES:
                key = column.table.primary_key.columns[0]
                for order in (key.asc(), key.desc()):
                    opened += conn.execute(select(column).order_by(order).limit(1)).first() is not None
        except Unreadable:
            return None
    return opened
